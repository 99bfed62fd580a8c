"""The page of games says what became of every examination, and calls nothing a fault of the game that is none."""

from __future__ import annotations

import json
import signal
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def games(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The command that writes the page."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import games

    return games


STAGES = "stage: the check\na warning\nstage: the short league\n"


def test_the_answer_of_a_process_is_its_row(games):
    row = games.Row("classic/rps_v2", "fits", 9.0, "drawings", "")
    assert games.verdict("classic/rps_v2", 0, f"a game prints\n{json.dumps(asdict(row))}\n", STAGES, 600) == row


def test_a_game_that_takes_too_long_is_not_called_unfit(games):
    row = games.verdict("a/b_v1", -signal.SIGXCPU, "", STAGES, 600)
    assert (row.check, row.remark) == ("not finished", "the short league was not over after 600 seconds of processor time.")


def test_a_game_that_waits_is_told_from_one_that_computes(games):
    row = games.verdict("a/b_v1", -signal.SIGKILL, "", STAGES, 10, waited=True)
    assert (row.check, row.remark) == (
        "not finished",
        "the short league was not over after 80 seconds; it waits for something.",
    )


def test_a_game_that_ends_its_process_is_named_with_the_signal_and_the_last_words(games):
    row = games.verdict("a/b_v1", -signal.SIGSEGV, "", f"{STAGES}cannot load\n", 600)
    assert (row.check, row.remark) == ("ends the process", "In the short league it ended with signal SIGSEGV: cannot load")


def test_a_process_that_ended_before_any_stage_ended_in_its_imports(games):
    assert games.verdict("a/b_v1", 1, "", "", 600).remark == "In its import it ended with code 1: it said nothing"


def test_the_last_result_of_a_game_counts(games, tmp_path, monkeypatch):
    monkeypatch.setattr(games, "RESULTS", tmp_path / "games.jsonl")
    rows = [games.Row("a/b_v1", check, None, "–", "") for check in ("not finished", "fits")]
    games.RESULTS.write_text("".join(f"{json.dumps(asdict(row))}\n" for row in rows), encoding="utf-8")
    assert [row.check for row in games._recorded().values()] == ["fits"]


def test_games_of_other_packages_have_a_table_of_their_own(games):
    rows = [games.Row(f"benchmarks/strangers.py:{name}", "fits", 5.0, "–", "") for name in ("snakes", "drones")]
    page = games.page([*rows, games.Row("classic/rps_v2", "fits", 1234.5, "drawings", "a|b")])
    assert "| `classic/rps_v2` | fits | 1,234 | drawings | a¦b |" in page
    assert page.index("## Games of other packages") < page.index("| `drones` |") < page.index("| `snakes` |")


def test_factories_of_strangers_have_at_most_ten_lines(games):
    import ast

    tree = ast.parse((FOLDER / "strangers.py").read_text(encoding="utf-8"))
    made = {stranger.make.__name__ for stranger in games.STRANGERS.values()}
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name in made:
            lines = {node.lineno for node in ast.walk(function) if isinstance(node, (ast.stmt, ast.arg))}
            assert len(lines) - 1 <= 10, function.name  # without the docstring
