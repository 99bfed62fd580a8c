"""A plugin for pytest that says which tests cost how much processor time: `make test PYTEST_ARGS="-p tests.processor_times"`.

Wall-clock time depends on what else the machine does, and hardly shows what a test's child processes cost. This plugin adds up
the processor seconds, user and system, of the test process and of all its descendants. It reads them from `/proc`, so it works
on Linux only. Processes that outlive their parents become children of the test process, so that they are counted, too.
"""

from __future__ import annotations

import ctypes
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

TICKS = os.sysconf("SC_CLK_TCK")
ADOPT = 36
"""PR_SET_CHILD_SUBREAPER of `prctl`."""

SHOWN = 30
"""Number of single tests in the table."""

spent: dict[str, dict[str, float]] = defaultdict(dict)
"""Test → phase (setup, call, teardown) → processor seconds. Only the process that prints has all of them."""

BEFORE = pytest.StashKey[float]()
"""What the process had spent when the present phase began."""


def processor_seconds(process: int | str = "self") -> float:
    """Processor seconds of a process and its descendants, living or dead, so far."""
    folder = Path("/proc", str(process))
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        children = [child for task in (folder / "task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:  # it ended while we looked
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS + sum(map(processor_seconds, children))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Write what a phase cost into its report, which a worker sends to the process that prints."""
    report = yield
    now = processor_seconds()
    report.processor_seconds = now - item.config.stash[BEFORE]
    item.config.stash[BEFORE] = now
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    ctypes.CDLL(None).prctl(ADOPT, 1)
    config.stash[BEFORE] = processor_seconds()


def pytest_collection_finish(session: pytest.Session) -> None:
    """What imports and collection cost belongs to no test."""
    session.config.stash[BEFORE] = processor_seconds()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what a phase cost."""
    spent[report.nodeid][report.when or ""] = getattr(report, "processor_seconds", 0.0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the files and the tests that cost most."""
    files: dict[str, list[dict[str, float]]] = defaultdict(list)
    for test, phases in spent.items():
        files[test.partition("::")[0]].append(phases)
    write = terminalreporter.write_line
    tests = sum(sum(phases.values()) for phases in spent.values())
    total = processor_seconds()
    terminalreporter.section("processor seconds")
    write(f"{total:8.1f}  all processes, of which {total - tests:.1f} for imports and collection")
    write("   total   setup  tests")
    for file, of_tests in sorted(files.items(), key=lambda item: -sum(sum(phases.values()) for phases in item[1])):
        total, setup = sum(sum(phases.values()) for phases in of_tests), sum(phases.get("setup", 0) for phases in of_tests)
        write(f"{total:8.1f}{setup:8.1f}{len(of_tests):7d}  {file}")
    for test, phases in sorted(spent.items(), key=lambda item: -sum(item[1].values()))[:SHOWN]:
        write(f"{sum(phases.values()):8.1f}{phases.get('setup', 0):8.1f}         {test}")
