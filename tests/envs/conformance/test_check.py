"""The examination passes sound games and rejects each broken one by the rule it breaks."""

from pathlib import Path

import pytest

from envs.conformance import rules
from envs.conformance.check import Clause, check
from envs.conformance.elsewhere import Unreachable, fingerprints_elsewhere
from envs.game import GameSetup

GAMES = Path(__file__).parents[1] / "games"

BROKEN = {
    "refuses_to_be_made": "loads",
    "not_an_environment": "loads",
    "ends_the_program_when_made": "loads",
    "reset_raises": "reset",
    "takes_no_seed": "reset",
    "spaces_are_numbers": "spaces",
    "has_no_agents": "spaces",
    "unknown_team": "teams",
    "raises": "plays",
    "ends_the_program": "plays",
    "resets_to_nothing": "plays",
    "returns_four_things": "plays",
    "returns_lists": "plays",
    "endless": "ends",
    "not_finite": "observations",
    "shows_nothing": "observations",
    "shows_too_much": "observations",
    "no_legal_action": "masks",
    "not_a_reward": "rewards",
    "pays_in_words": "rewards",
    "pays_nothing_at_all": "rewards",
    "pays_nonsense_now_and_then": "rewards",
    "pays_again_and_again": "sums",
    "forgets_to_pay": "sums",
    "lingers": "deaths",
    "comes_back": "deaths",
    "stays_after_its_dead_step": "deaths",
    "changes_its_state": "state",
    "loses_its_state": "state",
    "cannot_say_its_state": "state",
    "state_is_not_finite": "state",
    "ignores_its_seed": "seeds",
    "draws_from_numpy": "shared",
    "draws_from_python": "shared",
    "shares_a_counter": "shared",
    "cannot_be_closed": "closes",
}
"""Maker of a game → the first rule that it breaks, of those that a league needs."""

ODD = {
    "outside": "bounds",
    "has_another_precision": "bounds",
    "always_looks_the_same": "sight",
    "is_cut_off_in_the_dark": "last views",
    "not_a_flag": "flags",
    "pays_all_alike": "aims",
    "favours_one": "aims",
    "pays_nobody": "aims",
    "leaves_without_a_word": "flags",
    "wears_out": "reuse",
    "is_shown_in_turn_only": "out of turn",
    "is_empty_out_of_turn": "out of turn",
    "changes_when_looked_at": "out of turn",
}
"""Maker of a game that can be played → the rule about which the check gives advice."""

SOUND = {"sound", "sound_in_turn", "pays_again_after_the_end"}
ELSEWHERE = {"follows_the_order_of_a_set": "processes"}
UNREPORTED = {"unknown_actions"}
"""Actions that are not supported in one release may be in the next."""


FILES = {
    line[4:-3]: path
    for path in (GAMES / "broken.py", GAMES / "odd.py")
    for line in path.read_text().splitlines()
    if line.startswith("def ")
}
"""Maker of a game → its file."""


def failed(maker: str) -> list[Clause]:
    clauses = check(f"{FILES[maker]}:{maker}", moves=500, elsewhere=False)
    return [clause for clause in clauses if clause.examined and not clause.passed]


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
        f"{GAMES}/odd.py:sound_in_turn",
        f"{GAMES}/odd.py:pays_again_after_the_end",
    ],
)
def test_a_sound_game_passes_every_clause_that_is_examined(name):
    assert [clause for clause in check(name, moves=500, elsewhere=False) if clause.examined and not clause.passed] == []


@pytest.mark.parametrize(("maker", "clause"), BROKEN.items())
def test_a_broken_game_is_rejected_by_the_clause_it_breaks(maker, clause):
    first = next(clause for clause in failed(maker) if clause.required)
    assert first.name == clause


@pytest.mark.parametrize(("maker", "clause"), ODD.items())
def test_an_odd_game_may_be_played_and_gets_advice(maker, clause):
    assert [(clause.name, clause.required) for clause in failed(maker)] == [(clause, False)]


def test_every_broken_game_is_examined():
    assert FILES.keys() - UNREPORTED == {*BROKEN, *ODD, *ELSEWHERE, *SOUND}


@pytest.mark.parametrize(
    ("maker", "clause", "said"),
    [
        ("not_a_reward", "rewards", ("a_1", "move 1", "seed 0", "nan", ".py, line")),
        ("not_finite", "observations", ("a_0", "move 2", "seed 0", "nan", "position 0", ".py, line")),
        ("shows_nothing", "observations", ("a_0", "move 2", "is missing")),
        ("outside", "bounds", ("a_0", "move 2", "outside -1 to 1")),
        ("has_another_precision", "bounds", ("a_0", "float64", "float32")),
        ("reset_raises", "reset", ("FileNotFoundError: levels/one.txt", ".py, line")),
        ("raises", "plays", ("move 4", "seed 0", "three is too much", ".py, line")),
        ("ends_the_program", "plays", ("sys.exit(0)", ".py, line")),
        ("ends_the_program_when_made", "loads", ("sys.exit('usage: game [--level N]')", ".py, line")),
        ("pays_again_and_again", "sums", ("move 4", "a_0", "0.2", "0.1", ".py, line")),
        ("pays_all_alike", "aims", ("every team got the same return", "write game.teams: [[a_0, a_1]]")),
        ("favours_one", "aims", ("a_1 got more than a_0", "write game.sides: [[a_0], [a_1]]")),
        ("pays_nobody", "aims", ("nobody was paid anything",)),
        ("is_cut_off_in_the_dark", "last views", ("a_0", "move 5", ".py, line")),
        ("is_shown_in_turn_only", "out of turn", ("a_1", "has to wait")),
        ("state_is_not_finite", "state", ("inf", "move 3", "seed 0")),
        ("draws_from_numpy", "shared", ("differ at move", "observations")),
    ],
)
def test_an_explanation_names_agent_value_move_seed_and_line(maker, clause, said):
    [found] = [each for each in failed(maker) if each.name == clause]
    assert [part for part in said if part not in found.explanation] == []


def test_another_process_orders_sets_in_another_way():
    clauses = check(f"{GAMES}/odd.py:follows_the_order_of_a_set")
    assert [clause.name for clause in clauses if clause.examined and not clause.passed] == ["processes"]


def test_a_game_that_another_process_cannot_make_is_named():
    with pytest.raises(Unreachable, match="no ROM here"):
        fingerprints_elsewhere(GameSetup(f"{GAMES}/broken.py:refuses_to_be_made"), 0, 10)


def test_an_environment_that_takes_long_to_make_gets_advice(monkeypatch):
    monkeypatch.setattr(rules, "SLOW", 0.0)
    assert [clause.name for clause in failed("sound")] == ["speed"]


def test_what_was_made_is_closed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "counted.py").write_text(
        "from tests.envs.games.odd import _InTurn\n"
        "class Counted(_InTurn):\n"
        "    made, closed = [], []\n"
        "    def __init__(self):\n        super().__init__()\n        self.made.append(self)\n"
        "    def close(self):\n        self.closed.append(self)\n"
    )
    check("counted.py:Counted", elsewhere=False)
    from envs.references import find

    counted = find("counted.py:Counted")
    assert len(counted.made) > 5
    assert set(map(id, counted.closed)) == set(map(id, counted.made))


def test_an_unknown_game_fails_every_clause_without_an_error():
    assert not any(clause.passed for clause in check("classic/no_such_game_v1"))
