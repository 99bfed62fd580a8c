"""Measure every row of the page of figures and write `docs/figures.md`. The two sides of a row are measured in turn.

Other systems (peers) need separate environments, which `make peers` makes. Rows whose peer has no environment are left out. The
measurement takes an hour. Every round is saved at once. `--resume` continues after an interruption, and `--only ROW` measures a
row again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from page import page
from rows import ROWS, Contender, Row

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.jsonl"
REMARKS = ROOT / "benchmarks" / "remarks.md"
GROWTH = ROOT / "benchmarks" / "growth.md"
"""The table that `benchmarks/long_league.py --page` wrote."""

PAGE = ROOT / "docs" / "figures.md"


class Failed(Exception):
    """A run that printed no figure."""


def main() -> int:
    """Measure and write the page. Returns 1 if a row failed, else 0."""
    asked = _arguments()
    rows = [row for row in ROWS if not row.same_runs and (not asked.only or row.name in asked.only)]
    records = _recorded()
    if not asked.resume and not asked.write:
        records = [record for record in records if record["row"] not in {row.name for row in rows}]
        _keep(records)
    programs = {"league": [str(Path(sys.executable).with_name("league")), "bench"], "own": [sys.executable]}
    programs |= {"sb3": [str(asked.sb3_python)], "jax": [str(asked.jax_python)]}
    cores, failed = sorted(os.sched_getaffinity(0)), False
    for row in [] if asked.write else rows:
        reason = _obstacle(row, programs, cores, asked.clock)
        if reason:
            print(f"{row.name}: left out, {reason}", file=sys.stderr)
            continue
        done = {record["round"] for record in records if record["row"] == row.name and record["side"] == "other"}
        try:
            for number in sorted(set(range(asked.rounds)) - done):
                records += _round(row, number, programs, cores, asked.seconds, asked.clock)
                _keep(records)
        except Failed as failure:
            print(f"{row.name}: {failure}", file=sys.stderr)
            failed = True
        PAGE.write_text(page(records, _remarks()), encoding="utf-8")
    PAGE.write_text(page(records, _remarks()), encoding="utf-8")
    return int(failed)


def _round(
    row: Row, number: int, programs: dict[str, list[str]], cores: Sequence[int], seconds: float, clock: str
) -> list[dict[str, Any]]:
    """Run both sides once, by a clock of `league bench`. A command that both sides share runs only once.

    Raises:
        Failed: A run failed or did not print the figure.
    """
    printed: dict[tuple[str, ...], dict[str, Any]] = {}
    runs = []
    for side, what in ((row.ours, "ours"), (row.other, "other")):
        if side.command not in printed:
            printed[side.command] = _run(side, programs[side.program], cores, seconds, clock)
        result = printed[side.command]
        if side.figure not in result:
            raise Failed(f"{' '.join(side.command)} printed no {side.figure}")
        print(f"{row.name} {number} {what}: {result[side.figure]:,.4g}", file=sys.stderr, flush=True)
        facts = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "load": os.getloadavg()[0],
            "machine": _machine(),
            "clock": clock,
        }
        runs.append({"row": row.name, "round": number, "side": what, **facts, "printed": result})
    return runs


def _run(side: Contender, program: Sequence[str], cores: Sequence[int], seconds: float, clock: str) -> dict[str, Any]:
    """Run a command on its cores. Returns the JSON object that it printed last.

    Raises:
        Failed: The command ended with an error or printed no object.
    """
    command = [*program, *side.command]
    if side.timed:
        command += ["--seconds", str(seconds)]
    if clock == "processor":
        command += ["--clock", clock]
    if side.program == "league":
        command.append("--json")
    threads = str(side.cores)
    quiet = {"PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    bounds = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
    with _pinned(cores[: side.cores]):
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **quiet, **bounds}, capture_output=True, text=True, check=False
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise Failed(f"{' '.join(command)}\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
    return json.loads(lines[-1])


@contextmanager
def _pinned(cores: Sequence[int]) -> Iterator[None]:
    """Pin this process, and all processes that it starts meanwhile, to some cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _obstacle(row: Row, programs: dict[str, list[str]], cores: Sequence[int], clock: str) -> str:
    """The reason why a row cannot be measured here, or "" if it can."""
    for side in (row.ours, row.other):
        if clock == "processor" and not side.knows_processor_time:
            return "it is measured by the wall clock only"
        if not Path(programs[side.program][0]).exists():
            return f"there is no {programs[side.program][0]}; make it with `make peers`"
        if side.cores > len(cores):
            return f"it needs {side.cores} cores, but only {len(cores)} may be used"
    return ""


def _machine() -> str:
    """The processor, its cores and cache, and the memory."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    second = Path("/sys/devices/system/cpu/cpu0/cache/index2/size")
    cache = f", {second.read_text().strip()} of second-level cache a core" if second.is_file() else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{facts.get('model name', 'an unnamed processor')}, {os.cpu_count()} cores{cache}, {memory:.0f} GiB of memory."


def _recorded() -> list[dict[str, Any]]:
    lines = RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.is_file() else []
    return [json.loads(line) for line in lines]


def _keep(records: Sequence[dict[str, Any]]) -> None:
    """Write all records atomically."""
    new = RESULTS.with_suffix(".new")
    new.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    new.replace(RESULTS)


def _remarks() -> str:
    """What is added at the end: the table of growth, and text that was written by hand."""
    return "\n".join(path.read_text(encoding="utf-8") for path in (GROWTH, REMARKS) if path.is_file())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="ROW",
        choices=[row.name for row in ROWS if not row.same_runs],
        help="measure only these rows, again",
    )
    parser.add_argument("--resume", action="store_true", help="measure only what is missing")
    parser.add_argument("--write", action="store_true", help="only write the page, without measuring")
    parser.add_argument("--rounds", type=int, default=5, help="number of runs of each side")
    parser.add_argument("--seconds", type=float, default=6.0, help="duration of each run")
    parser.add_argument(
        "--clock",
        choices=["wall", "processor"],
        default="wall",
        help="processor: measure processor seconds, on a machine that does other work, too; only rows of this project",
    )
    parser.add_argument("--sb3-python", type=Path, default=ROOT / ".venv-sb3/bin/python", metavar="PATH")
    parser.add_argument("--jax-python", type=Path, default=ROOT / ".venv-jax/bin/python", metavar="PATH")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
