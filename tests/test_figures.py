"""The page of figures: what it says follows from what was measured."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
import typer

from league.cli.bench import app

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    """The table of rows, and the writer of the page."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import page
    import rows

    return rows, page


def records(row, pairs):
    """Runs of a row, as the command keeps them."""
    facts = {"row": row.name, "date": "2026-01-02T03:04:05+00:00", "load": 0.0, "machine": "A machine."}
    for number, (ours, other) in enumerate(pairs):
        for side, figure, value in (("ours", row.ours.figure, ours), ("other", row.other.figure, other)):
            yield {**facts, "round": number, "side": side, "printed": {figure: value, "phases": {"act": 0.75, "step": 0.25}}}


def line(text, row):
    return next(line for line in text.splitlines() if line.startswith(f"| {row.work} |") and row.other.what in line)


def test_a_ratio_is_that_of_the_medians_and_is_held_against_its_goal(modules):
    rows, page = modules
    row = next(row for row in rows.ROWS if row.name == "connect-four-pgx")
    reached = line(page.page(list(records(row, [(110, 100), (400, 200), (10, 100)])), ""), row)
    assert "**1.1** (0.1 … 2)" in reached
    assert reached.endswith("| reached |")
    missed = line(page.page(list(records(row, [(109, 100)])), ""), row)
    assert missed.endswith("| **not reached** |")


def test_where_less_is_better_the_goal_is_an_upper_one(modules):
    rows, page = modules
    row = next(row for row in rows.ROWS if row.name == "league-overhead")
    assert line(page.page(list(records(row, [(4, 100)])), ""), row).endswith("| reached |")
    assert line(page.page(list(records(row, [(6, 100)])), ""), row).endswith("| **not reached** |")


def test_what_was_not_measured_is_said_to_be_so(modules):
    rows, page = modules
    text = page.page([], "A remark.")
    assert text.count("not measured") == len(rows.ROWS)
    assert text.endswith("A remark.\n")


def test_every_row_has_a_name_of_its_own_and_a_command_that_exists(modules):
    rows, _ = modules
    commands = typer.main.get_command(app).commands
    assert len({row.name for row in rows.ROWS}) == len(rows.ROWS)
    for side in [side for row in rows.ROWS for side in (row.ours, row.other)]:
        if side.program == "league":
            options = commands[side.command[0]].params
            known = {name for option in options for name in (*option.opts, *option.secondary_opts)}
            assert {word for word in side.command if word.startswith("--")} <= known
        else:
            assert (FOLDER.parent / side.command[0]).is_file()
