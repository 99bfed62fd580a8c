"""Returns show whether the teams and sides of a game can be right."""

from dataclasses import replace

import hypothesis.strategies as st
import pytest
import yaml
from hypothesis import given

import envs
from envs.aims import ENOUGH, doubt, spelt
from envs.game import Game, GameSetup

PAIR = envs.describe("classic/rps_v2")
MANY = [(-0.5, 0.5), (0.5, -0.5), (1.0, -1.0), (-1.0, 1.0)] * ENOUGH
"""Returns of a fair game."""


def crowd(*names: str) -> Game:
    """A game in which each of these agents is a team, all on one side."""
    teams = tuple((seat,) for seat in range(len(names)))
    side = replace(PAIR.sides[0], teams=tuple(range(len(names))))
    role = replace(PAIR.roles[0], seats=tuple(range(len(names))))
    return replace(PAIR, seats=names, teams=teams, sides=(side,), roles=(role,))


def test_a_fair_game_raises_no_doubt():
    assert doubt(PAIR, MANY) is None


def test_teams_that_are_always_paid_alike_play_together():
    found = doubt(crowd("p_0", "p_1", "p_2"), [(2.0, 2.0, 2.0), (-1.0, -1.0, -1.0)] * 6)
    assert found is not None
    assert (found.setting, found.value) == ("game.teams", (("p_0", "p_1", "p_2"),))


@pytest.mark.parametrize("games", [1, 2, ENOUGH - 1])
def test_a_few_games_in_which_teams_are_paid_alike_say_nothing(games):
    """Two teams of equal strength get the same number of points now and then."""
    assert doubt(PAIR, [(float(number + 1),) * 2 for number in range(games)]) is None


def test_a_game_that_was_not_paid_alike_shows_that_teams_are_opponents():
    assert doubt(PAIR, [(1.0, 1.0)] * 5 + [(1.0, 2.0), (2.0, 1.0)]) is None


def test_a_team_that_always_wins_has_another_aim():
    found = doubt(crowd("hunter", "hare"), [(-5.0 + n % 2, 5.0 + n % 3) for n in range(ENOUGH)])
    assert found is not None
    assert (found.setting, found.value) == ("game.sides", (("hunter",), ("hare",)))
    assert f"hare got more than hunter in {ENOUGH} of {ENOUGH} games" in str(found)


def test_a_team_that_has_won_a_few_games_may_have_been_lucky():
    assert doubt(PAIR, [(-1.0, 1.0)] * (ENOUGH - 1)) is None


def test_a_team_that_wins_three_of_four_games_may_have_the_advantage_of_moving_first():
    assert doubt(PAIR, [(-1.0, 1.0), (1.0, -1.0), (1.0, -1.0), (1.0, -1.0)] * ENOUGH) is None


def test_one_hunter_among_equal_hares_stands_alone():
    rows = [(-1.0, float(n % 3), float((n + 1) % 3), float((n + 2) % 3)) for n in range(6 * ENOUGH)]
    found = doubt(crowd("hunter", "hare_0", "hare_1", "hare_2"), rows)
    assert found is not None
    assert found.value == (("hunter",), ("hare_0", "hare_1", "hare_2"))


def test_many_agents_of_one_name_are_written_as_that_name():
    names = [*(f"hare_{n}" for n in range(9)), "hunter_0"]
    found = doubt(crowd(*names), [(*((n + k) % 9 for k in range(9)), 99.0) for n in range(9 * ENOUGH)])
    assert found is not None
    assert found.value == (("hare",), ("hunter_0",))


def test_games_that_pay_nobody_are_named_once_there_are_enough():
    assert doubt(PAIR, [(0.0, 0.0)] * (ENOUGH - 1)) is None
    found = doubt(PAIR, [(0.0, 0.0)] * ENOUGH)
    assert found is not None
    assert not found.setting


@pytest.mark.parametrize("game", ["mpe2/simple_spread_v3", "mpe2/simple_tag_v3"])
def test_players_of_one_team_or_of_different_sides_are_compared_across_games(game):
    described = envs.describe(game)
    assert doubt(described, [tuple(-2.0 * team for team in range(len(described.teams)))] * 99) is None


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=40), st.randoms())
def test_the_order_of_the_games_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert doubt(PAIR, rows) == doubt(PAIR, shuffled)


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=40), st.sampled_from([0.5, 2.0, 1024.0]))
def test_the_unit_of_the_rewards_changes_nothing(rows, unit):
    assert doubt(PAIR, rows) == doubt(PAIR, [(one * unit, other * unit) for one, other in rows])


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=4), min_size=1, max_size=4))
def test_groups_are_written_as_yaml_reads_them(groups):
    assert yaml.safe_load(spelt(groups)) == groups


def test_the_remedy_is_a_setup_that_raises_no_doubt():
    game = envs.describe(GameSetup("classic/rps_v2", sides=(("player_0",), ("player_1",))))
    assert (len(game.sides), game.symmetric) == (2, False)
    assert doubt(game, [(-5.0, 5.0)] * ENOUGH) is None
