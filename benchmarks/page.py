"""Writes the page of figures from the measurements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from rows import ROWS, Row

Record = Mapping[str, Any]
"""One run: its row, round and side, its date and machine, and its printed result."""

INTRODUCTION = """# Figures

`make figures` writes this page. Every number was printed by a command, and the commands are in `benchmarks/`. Rates are
compared as ratios, because machines differ. The two sides of a row run in turn, {rounds} times each, pinned to the same core
(or to two cores, where the row says so). The ratio is that of the medians. The lowest and the highest ratio of a round are in
parentheses. Rows with the words *processor time* were measured on a machine that did other work, too: their rates are per
second in which the command had a core (`make figures FIGURES_ARGS="--clock processor"`). Shares of the roofline
are lower there than on a quiet machine, probably because other programs empty the caches, which costs a training more than
its matrix products alone.

The first rows are measured with the defaults of a league and on the demo. In the other rows there are 1,024 copies of connect
four or 512 of simple_tag, where the table does not say otherwise, and a rollout has 128 steps and is learnt from in 4 epochs of
4 minibatches. On both sides, compilation and other work that is done once is not timed (except in the demo), and actor and
critic are separate networks with two hidden layers and the same input. An agent-step is one decision of one agent that is
learnt from: connect four has one per move, and simple_tag has four per step. The *roofline* is the rate that `torch.mm` alone
would allow for the same networks, rows and epochs. It is measured in the same process, directly after the training.

This project's side is naive self-play through `league bench`, which times the tasks that `league run` runs. Its observations
are standardised, as in `league run`; the other systems use them unchanged. Their programs are in `benchmarks/peers/`.
"""

UNITS = {"agent_steps_per_second": "agent-steps/s", "roofline_agent_steps_per_second": "agent-steps/s",
         "agent_steps_per_second_and_core": "agent-steps/s a core", "games_per_second": "games/s", "seconds": "s",
         "overhead_seconds": "s", "command": "s", "pace": "s"}  # fmt: skip


def page(records: Sequence[Record], remarks: str) -> str:
    """The whole page.

    Args:
        records: All runs of all rows.
        remarks: Text that was written by hand and is added at the end.
    """
    measured = {row.name: [record for record in records if record["row"] == (row.same_runs or row.name)] for row in ROWS}
    machines = list(dict.fromkeys(record["machine"] for record in records))
    shown = [*_machines(machines, records), *_table(measured, machines), *_profiles(measured)]
    parts = [INTRODUCTION.format(rounds=_rounds(measured)), *shown]
    return "\n".join([*parts, remarks]).rstrip() + "\n"


def _rounds(measured: Mapping[str, Sequence[Record]]) -> str:
    """The number of rounds of the rows, as text."""
    counts = {len({record["round"] for record in records}) for records in measured.values() if records} or {0}
    return str(*counts) if len(counts) == 1 else f"{min(counts)} to {max(counts)}"


def values(row: Row, records: Sequence[Record]) -> tuple[list[float], list[float]]:
    """The figures of both sides, round by round."""
    found: tuple[list[float], list[float]] = [], []
    for side, kept, figure in zip(("ours", "other"), found, (row.ours.figure, row.other.figure), strict=True):
        kept += [float(record["printed"][figure]) for record in records if record["side"] == side]
    return found


def _table(measured: Mapping[str, Sequence[Record]], machines: Sequence[str]) -> Iterator[str]:
    yield "## Bars\n"
    yield "| work | ours | compared with | | ratio | measured | goal | |"
    yield "|---|--:|---|--:|--:|---|--:|---|"
    for row in ROWS:
        ours, other = values(row, measured[row.name])
        sign = "≤" if row.at_most else "≥"
        if not ours or not other:
            yield f"| {row.work} | | {row.other.what} | | | | {sign} {row.goal:g} | not measured |"
            continue
        ratio = median(ours) / median(other)
        each = [one / two for one, two in zip(ours, other, strict=False)]
        reached = ratio <= row.goal if row.at_most else ratio >= row.goal
        verdict = "reached" if reached else "**not reached**"
        yield (
            f"| {row.work} | {_number(ours, row.ours.figure)} | {row.other.what} | {_number(other, row.other.figure)} | "
            f"**{ratio:.3g}** ({min(each):.3g} … {max(each):.3g}) | {_measured(measured[row.name], machines)} | "
            f"{sign} {row.goal:g} | {verdict} |"
        )
    yield ""


def _measured(records: Sequence[Record], machines: Sequence[str]) -> str:
    """When the runs of a row were made, and on which machines, as text: `2026-01-02, 5 rounds, machine 1`."""
    dates, rounds = sorted({record["date"][:10] for record in records}), len({record["round"] for record in records})
    numbers = ", ".join(str(machines.index(name) + 1) for name in dict.fromkeys(record["machine"] for record in records))
    clock = ", processor time" if any(record.get("clock") == "processor" for record in records) else ""
    when = " to ".join(dict.fromkeys((dates[0], dates[-1])))
    return f"{when}, {rounds} round{'s' * (rounds > 1)}, machine {numbers}{clock}"


def _number(figures: Sequence[float], figure: str) -> str:
    middle = median(figures)
    digits = 0 if middle >= 1000 else 1 if middle >= 1 else 3
    return f"{middle:,.{digits}f} {UNITS[figure]}"


def _profiles(measured: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    """The share of each phase in the time of this project's side."""
    yield "## Time per phase\n"
    yield "| row | share of this project's time by phase |"
    yield "|---|---|"
    for row in ROWS:
        printed = [record["printed"] for record in measured[row.name] if record["side"] == "ours"]
        if not printed or not printed[-1].get("phases"):
            continue
        names = sorted(printed[-1]["phases"], key=lambda name: -printed[-1]["phases"][name])
        shares = {name: median(one["phases"].get(name, 0.0) for one in printed) for name in names}
        told = ", ".join(f"{name} {part:.1%}" for name, part in shares.items() if part >= 0.001)
        yield f"| {row.work} ({row.ours.what} / {row.other.what}) | {told} |"
    yield ""


def _machines(machines: Sequence[str], records: Sequence[Record]) -> Iterator[str]:
    yield "## Machines\n"
    yield from (f"{number + 1}. {machine}" for number, machine in enumerate(machines))
    yield ""
    versions: dict[str, dict[str, None]] = {}
    for record in records:
        for name, number in record["printed"].get("versions", {}).items():
            versions.setdefault(name, {})[number] = None
    if versions:
        yield "Versions: " + ", ".join(f"{name} {' and '.join(found)}" for name, found in sorted(versions.items())) + "."
    yield "The table says when a row was measured. A row that is older than the code may be out of date."
    yield ""
