"""The examination passes sound games and rejects each broken one by the rule it breaks."""

from pathlib import Path

import pytest

from envs.conformance.check import Clause, check
from envs.game import GameSetup

GAMES = Path(__file__).parents[1] / "games"

BROKEN = {
    "refuses_to_be_made": "loads",
    "not_an_environment": "loads",
    "unknown_actions": "spaces",
    "unknown_team": "teams",
    "raises": "plays",
    "endless": "ends",
    "outside": "observations",
    "not_finite": "observations",
    "no_legal_action": "masks",
    "not_a_reward": "rewards",
    "not_a_flag": "flags",
    "leaves_without_a_word": "flags",
    "lingers": "deaths",
    "comes_back": "deaths",
    "stays_after_its_dead_step": "deaths",
    "changes_its_state": "state",
    "loses_its_state": "state",
    "ignores_its_seed": "seeds",
    "wears_out": "reuse",
}


def failed(name: str, **options: object) -> list[Clause]:
    return [clause for clause in check(GameSetup(name, options), moves=500) if not clause.passed]


@pytest.mark.parametrize(
    "name",
    [
        "classic/connect_four_v3",
        "classic/rps_v2",
        "mpe2/simple_tag_v3",
        f"{GAMES}/nim.py:make",
        f"{GAMES}/nim.py:masked_in_info",
        f"{GAMES}/skirmish.py:make",
        f"{GAMES}/medley.py:make",
        f"{GAMES}/broken.py:sound",
    ],
)
def test_a_sound_game_passes_every_clause(name):
    assert failed(name) == []


@pytest.mark.parametrize(("maker", "clause"), BROKEN.items())
def test_a_broken_game_is_rejected_by_the_clause_it_breaks(maker, clause):
    assert failed(f"{GAMES}/broken.py:{maker}")[0].name == clause


def test_every_broken_game_is_examined():
    makers = {line[4:-3] for line in (GAMES / "broken.py").read_text().splitlines() if line.startswith("def ")}
    assert makers == {*BROKEN, "sound"}


def test_a_game_that_only_wears_out_may_be_played():
    clauses = failed(f"{GAMES}/broken.py:wears_out")
    assert [clause.required for clause in clauses] == [False]


def test_an_explanation_names_seat_and_move():
    [clause] = [clause for clause in failed(f"{GAMES}/broken.py:not_a_reward") if clause.name == "rewards"]
    assert clause.explanation == "The reward of a_1 at move 1 is nan, which is not a finite number."


def test_an_unknown_game_fails_every_clause_without_an_error():
    assert not any(clause.passed for clause in check("classic/no_such_game_v1"))
