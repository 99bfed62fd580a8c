"""Whom a player meets: the laws of the tickets, and the rules' worked numbers."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import envs
from envs.game import ActionSpace, Game, Role, Side
from league.errors import LeagueError
from league.population.matchmaking import (
    RULES,
    Candidate,
    Opponents,
    Situation,
    apportion,
    latest,
    opponents_of,
    self_play,
    training_tickets,
    uniform,
)
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import Payoff, payoff

ONE = ActionSpace("discrete", 2)
SEEDS = st.integers(0, 2**32 - 1)


def symmetric(teams: int) -> Game:
    seats = tuple(range(teams))
    role = Role("player", 0, seats, 1, (1,), ONE)
    return Game(
        "g", tuple(map(str, seats)), tuple((seat,) for seat in seats), (Side("player", seats, (0,), 1),), (role,), False, 1
    )


def candidates(scores: list[float], share: float = 0.5) -> Situation:
    """A learner that scored as given against past players, in a thousand games each."""
    past = tuple(Candidate(f"past-{n}", "main agent", f"main-{n}", n) for n in range(len(scores)))
    wins = np.zeros((len(scores) + 1, len(scores) + 1), np.int64)
    wins[-1, :-1] = [round(1000 * score) for score in scores]
    wins[:-1, -1] = 1000 - wins[-1, :-1]
    table = Payoff((*(one.name for one in past), "me"), wins, np.zeros_like(wins), wins.T.copy())
    return Situation("me", "main agent", 3, past, table, prior_games=1e-9, self_play=share)


def tickets(game: Game, scores: list[float], *, rule=uniform, copies=12, share=0.5, seed=0, first=0):
    situation = candidates(scores, share)
    opponents = opponents_of(rule, situation)
    return training_tickets(game, situation, opponents, copies, np.random.default_rng(seed), first)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.integers(0, 100), SEEDS)
def test_everybody_gets_the_whole_places_due_or_one_more(weights, places, seed):
    given_out = Counter(apportion(np.array(weights), places, np.random.default_rng(seed)).tolist())
    total = sum(weights)
    for index, weight in enumerate(weights):
        due = places * (weight / total if total > 1e-12 else 1 / len(weights))
        assert math.floor(due - 1e-6) <= given_out[index] <= math.ceil(due + 1e-6)


@given(st.integers(1, 50), SEEDS)
def test_nobody_of_weight_0_is_met_while_another_has_more(places, seed):
    assert set(apportion(np.array([0.0, 2.0, 0.0]), places, np.random.default_rng(seed))) == {1}


@given(st.integers(2, 4), st.integers(1, 40), st.floats(0, 1), st.integers(1, 5), SEEDS)
def test_the_learner_sits_in_every_copy_and_learns_wherever_it_sits(teams, copies, share, past, seed):
    for ticket in tickets(symmetric(teams), [0.5] * past, copies=copies, share=share, seed=seed):
        assert "me" in ticket.players
        assert ticket.learns == tuple(player == "me" for player in ticket.players)


@given(st.integers(2, 4), st.integers(1, 40), st.floats(0, 1), SEEDS)
def test_every_side_is_taken_equally_often(teams, copies, share, seed):
    made = tickets(symmetric(teams), [0.5, 0.1], copies=copies, share=share, seed=seed)
    sides = Counter(ticket.players.index("me") for ticket in made if not all(ticket.learns))
    assert max((sides[team] for team in range(teams)), default=0) - min(sides[team] for team in range(teams)) <= 1


@given(st.integers(1, 40), st.floats(0, 1), SEEDS)
def test_the_share_of_self_play_is_what_was_asked_for(copies, share, seed):
    made = tickets(symmetric(2), [0.5], copies=copies, share=share, seed=seed)
    assert sum(all(ticket.learns) for ticket in made) == round(copies * share)


@given(st.integers(2, 4), st.integers(1, 20), SEEDS)
def test_without_candidates_every_copy_is_self_play(teams, copies, seed):
    made = tickets(symmetric(teams), [], copies=copies, share=0.0, seed=seed)
    assert all(ticket.players == ("me",) * teams and all(ticket.learns) for ticket in made)


def test_a_game_of_one_team_is_played_alone():
    made = tickets(symmetric(1), [0.5], share=0.0)
    assert all(ticket.players == ("me",) and ticket.learns == (True,) for ticket in made)


def test_self_play_meets_nobody_else_whatever_the_share():
    assert all(ticket.players == ("me", "me") for ticket in tickets(symmetric(2), [0.5], rule=self_play, share=0.0))


def test_opponents_are_met_as_often_as_the_rule_weighs_them():
    made = tickets(symmetric(2), [0.0, 0.5], rule=RULES["pfsp-linear"], copies=300, share=0.0)
    met = Counter(player for ticket in made for player in ticket.players if player != "me")
    assert met == {"past-0": 200, "past-1": 100}


def test_tickets_of_two_learners_have_different_ids():
    one, other = tickets(symmetric(2), [], first=0), tickets(symmetric(2), [], first=12)
    assert not {ticket.match for ticket in one} & {ticket.match for ticket in other}


def test_tickets_follow_from_the_seed():
    def made(seed: int):
        return tickets(symmetric(3), [0.2, 0.8, 0.5], seed=seed)

    assert made(1) == made(1)
    assert made(1) != made(2)


@pytest.mark.parametrize(
    ("rule", "weights"),
    [
        ("uniform", [1, 1, 1]),
        ("latest", [0, 0, 1]),
        ("self-play", [0, 0, 1]),
        ("pfsp-squared", [0.81, 0.25, 0.01]),
        ("pfsp-linear", [0.9, 0.5, 0.1]),
        ("pfsp-linear-capped", [0.5, 0.5, 0.1]),
        ("pfsp-variance", [0.09, 0.25, 0.09]),
    ],
)
def test_a_rule_weighs_an_easy_an_equal_and_a_hard_opponent(rule, weights):
    assert opponents_of(RULES[rule], candidates([0.1, 0.5, 0.9])).weights == pytest.approx(weights)


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"alphastar"}))
def test_only_self_play_and_league_roles_decide_their_own_share_of_self_play(rule):
    share = opponents_of(RULES[rule], candidates([0.1, 0.9], share=0.25)).self_play
    assert share == (1.0 if rule == "self-play" else 0.25)


def test_the_latest_of_nobody_is_nobody():
    assert len(latest(candidates([]))) == 0


def test_a_rule_may_decide_the_share_of_self_play():
    def mine(situation: Situation) -> Opponents:
        return Opponents(np.ones(2), 0.75)

    made = tickets(symmetric(2), [0.5, 0.5], rule=mine, copies=8, share=0.0)
    assert sum(all(ticket.learns) for ticket in made) == 6


def test_a_rule_sees_what_candidates_scored_against_each_other():
    log = [Outcome("past-0", "past-1", 1.0, "m", "s", 0.0), Outcome("past-1", "past-0", 0.0, "m", "s", 0.0)]
    table = payoff(log, ["past-0", "past-1", "me"])
    seen = replace(candidates([0.5, 0.5]), payoff=table, prior_games=2.0)
    assert seen.shrunk[0, 1] == pytest.approx(2 / 3)
    assert seen.payoff.score("past-1", "past-0") == 0.0
    assert seen.games.tolist() == [0, 0]


def test_a_rule_sees_roles_and_ages():
    situation = candidates([0.5, 0.5])
    assert [situation.generation - one.frozen for one in situation.candidates] == [3, 2]
    assert {one.league_role for one in situation.candidates} == {"main agent"}


def test_a_rule_is_not_asked_about_nobody():
    def mine(situation: Situation) -> np.ndarray:
        raise AssertionError("it is asked")

    assert opponents_of(mine, candidates([])).self_play == 1.0


@pytest.mark.parametrize("answer", [[1.0], [1.0, -1.0], [1.0, float("nan")], [[1.0, 1.0]]])
def test_a_rule_of_ones_own_that_gives_no_weights_is_named(answer):
    def mine(situation: Situation) -> np.ndarray:
        return np.array(answer)

    with pytest.raises(LeagueError, match="the matchmaking rule mine returned"):
        opponents_of(mine, candidates([0.5, 0.5]))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_rule_of_ones_own_that_gives_no_share_is_named(share):
    def mine(situation: Situation) -> Opponents:
        return Opponents(np.ones(2), share)

    with pytest.raises(LeagueError, match=r"the matchmaking rule mine returned the share of self-play"):
        opponents_of(mine, candidates([0.5, 0.5]))


def met(results: list[float]):
    """The table of two players, one of whom scored as given."""
    log = [
        Outcome(*pair, score, "m", "s", 0.0) for one in results for pair, score in ((("a", "b"), one), (("b", "a"), 1 - one))
    ]
    return payoff(log, ["a", "b"])


def test_a_draw_counts_one_half():
    assert met([1.0, 0.5, 0.5, 0.0]).score("a", "b") == 0.5


@pytest.mark.parametrize(
    ("results", "score"),
    [([], 0.5), ([1.0], 3 / 5), ([1.0, 1.0, 0.5, 0.5], 5 / 8), ([0.0] * 96, 2 / 100)],
)
def test_few_games_are_shrunk_towards_one_half(results, score):
    assert met(results).shrunk(4.0)[0, 1] == pytest.approx(score)


def test_the_real_games_have_the_teams_the_tickets_need():
    made = tickets(envs.describe("classic/tictactoe_v3"), [0.5])
    assert {len(ticket.players) for ticket in made} == {2}
