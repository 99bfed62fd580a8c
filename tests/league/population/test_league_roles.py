"""AlphaStar's rules and OpenAI Five's qualities against worked examples, and the known faults of other systems shown absent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.description import describe
from league.population.league_roles import (
    alphastar,
    becomes_checkpoint,
    decayed_rates,
    openai_five,
    prioritised,
    qualities,
    reset_chance,
    softmax,
    without_monotonic_suffix,
)
from league.population.matchmaking import training_tickets
from league.population.situation import Candidate, Practice, RoleRules, Situation
from tournaments.rating.payoff import Payoff

MAIN, EXPLOITER, LEAGUE = "main agent", "main exploiter", "league exploiter"
RULES = RoleRules()


def old(name, role, player, frozen, operator="checkpoint"):
    return Candidate(name, role, player, frozen, operator)


def against(**rates):
    """Results of 100 games against each opponent, while those of generation 4 were the newest; names have `_` for `-`."""
    return tuple(
        Practice(5 if name.endswith("4") else 8, name.replace("_", "-"), 100, round(100 * rate), 0)
        for name, rate in rates.items()
    )


def situation(role, candidates, practice=(), learner="main-01"):
    size = len(candidates) + 1
    nothing = np.zeros((size, size), np.int64)
    names = (*(candidate.name for candidate in candidates), learner)
    return Situation(learner, role, 9, tuple(candidates), Payoff(names, nothing, nothing, nothing), 4.0, 0.5, practice=practice)


PAST = [
    old("main-01-g001", MAIN, "main-01", 1),
    old("main-01-g003", MAIN, "main-01", 3),
    old("main-02-g003", EXPLOITER, "main-02", 3),
    old("main-01-g004", MAIN, "main-01", 4, "snapshot"),
    old("main-02-g004", EXPLOITER, "main-02", 4, "snapshot"),
]
"""Two checkpoints of a main agent, one of its exploiter, and both as they are now."""


def shares(opponents, candidates):
    total = opponents.weights.sum()
    return {one.name: opponents.weights[place] / total * (1 - opponents.self_play) for place, one in enumerate(candidates)}


def test_a_main_agent_plays_itself_35_pfsp_50_and_verification_15_percent():
    """It beats its past, and an exploiter beats it 4 to 1: all of the verification is against that one."""
    practice = against(main_01_g001=0.9, main_01_g003=0.8, main_02_g003=0.2)
    found = alphastar(situation(MAIN, PAST, practice))
    pfsp = np.array([0.1**2, 0.2**2, 0.8**2]) / (0.1**2 + 0.2**2 + 0.8**2)
    expected = 0.5 * pfsp + np.array([0.0, 0.0, 0.15])
    share = shares(found, PAST)
    assert found.self_play == pytest.approx(0.35)
    assert [share[name] for name in ("main-01-g001", "main-01-g003", "main-02-g003")] == pytest.approx(expected)
    assert share["main-01-g004"] == share["main-02-g004"] == 0.0


def test_without_anything_to_verify_its_share_is_self_play():
    practice = against(main_01_g001=0.9, main_01_g003=0.8, main_02_g003=0.6)
    assert alphastar(situation(MAIN, PAST, practice)).self_play == pytest.approx(0.5)


def test_a_forgotten_past_is_verified():
    """It lost touch with its first checkpoint (0.4 < 0.7), although it beats the later one."""
    practice = against(main_01_g001=0.4, main_01_g003=0.9, main_02_g003=0.6)
    share = shares(alphastar(situation(MAIN, PAST, practice)), PAST)
    pfsp = np.array([0.6**2, 0.1**2, 0.4**2]) / (0.6**2 + 0.1**2 + 0.4**2)
    own = np.array([0.6**2, 0.1**2]) / (0.6**2 + 0.1**2)
    assert share["main-01-g001"] == pytest.approx(0.5 * pfsp[0] + 0.15 * own[0])


def test_the_past_that_only_became_harder_is_not_forgotten():
    """Scores that fall towards the present are as they should be; DI-engine leaves this out."""
    assert without_monotonic_suffix([0.9, 0.8, 0.6]) == 0
    assert without_monotonic_suffix([0.4, 0.9, 0.8]) == 2
    assert without_monotonic_suffix([0.4, 0.9]) == 2
    assert without_monotonic_suffix([]) == without_monotonic_suffix([0.1]) == 0
    practice = against(main_01_g001=0.6, main_01_g003=0.4, main_02_g003=0.6)
    assert alphastar(situation(MAIN, PAST, practice)).self_play == pytest.approx(0.5)


def test_a_main_exploiter_meets_the_main_agent_as_it_is_now():
    """In RLlib's example a learning exploiter never meets the living main agent."""
    share = shares(alphastar(situation(EXPLOITER, PAST, against(main_01_g004=0.15), "main-02")), PAST)
    assert share == pytest.approx({one.name: float(one.name == "main-01-g004") for one in PAST})


def test_a_main_exploiter_that_always_loses_begins_with_the_main_agents_past():
    practice = against(main_01_g004=0.05, main_01_g001=0.5, main_01_g003=0.1)
    share = shares(alphastar(situation(EXPLOITER, PAST, practice, "main-02")), PAST)
    assert share["main-01-g001"] == pytest.approx(0.25 / 0.34)
    assert share["main-01-g003"] == pytest.approx(0.09 / 0.34)


def test_a_league_exploiter_meets_every_checkpoint():
    practice = against(main_01_g001=0.9, main_01_g003=0.2, main_02_g003=0.4)
    found = alphastar(situation(LEAGUE, PAST, practice, "main-03"))
    assert found.self_play == 0.0
    assert shares(found, PAST)["main-01-g001"] == pytest.approx(0.1 / 1.1)
    assert shares(found, PAST)["main-01-g003"] == shares(found, PAST)["main-02-g003"] == pytest.approx(0.5 / 1.1)


def test_the_weights_of_pfsp():
    rates = [0.1, 0.5, 0.9]
    assert prioritised(rates, "squared") == pytest.approx(np.array([0.81, 0.25, 0.01]) / 1.07)
    assert prioritised(rates, "variance") == pytest.approx(np.array([0.09, 0.25, 0.09]) / 0.43)
    assert prioritised(rates, "linear") == pytest.approx(np.array([0.9, 0.5, 0.1]) / 1.5)
    assert prioritised(rates, "linear-capped") == pytest.approx(np.array([0.5, 0.5, 0.1]) / 1.1)


@pytest.mark.parametrize("weighting", ["squared", "variance", "linear", "linear-capped"])
def test_opponents_that_are_always_beaten_are_equal(weighting):
    """DI-engine looks at the sum of the scores and not at that of the weights, and divides 0 by 0."""
    assert prioritised([1.0, 1.0], weighting) == pytest.approx([0.5, 0.5])


def test_results_decay_by_one_percent_with_every_game():
    """Ten games won, then ten lost, one after another as AlphaStar counts them."""
    wins = games = 0.0
    for result in [1.0] * 10 + [0.0] * 10:
        wins, games = 0.99 * wins + result, 0.99 * games + 1.0
    practice = [Practice(0, "a", 10, 10, 0), Practice(1, "a", 10, 0, 0)]
    assert decayed_rates(practice, 0.99)["a"] == pytest.approx(wins / games)
    assert decayed_rates(practice, 1.0)["a"] == pytest.approx(0.5)


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 1)), min_size=1, max_size=5), st.floats(0.5, 1.0))
def test_a_decayed_score_is_between_those_of_the_generations(results, decay):
    practice = [Practice(number, "a", games, round(games * share), 0) for number, (games, share) in enumerate(results)]
    means = [result.wins / result.games for result in practice]
    assert min(means) - 1e-9 <= decayed_rates(practice, decay)["a"] <= max(means) + 1e-9


def test_a_draw_is_half_a_point():
    """In RLlib's example a draw is a loss."""
    assert decayed_rates([Practice(0, "a", 10, 2, 8)], 0.99)["a"] == pytest.approx(0.6)


def test_checkpoints_by_score_and_time():
    assert not becomes_checkpoint([0.9, 0.9], 1, RULES)
    assert becomes_checkpoint([0.71, 0.9], 2, RULES)
    assert not becomes_checkpoint([0.7, 0.9], 2, RULES)
    assert not becomes_checkpoint([], 3, RULES)
    assert becomes_checkpoint([0.1], 4, RULES)


def test_main_exploiters_always_begin_anew_and_league_exploiters_in_a_quarter_of_the_cases():
    assert [reset_chance(role, RULES) for role in (MAIN, EXPLOITER, LEAGUE)] == [0.0, 1.0, 0.25]


def test_only_the_player_that_asked_for_a_match_learns_and_takes_every_seat():
    """In TLeague the learner always has seat 0; in RLlib's example both sides may learn."""
    game = describe("classic/rps_v2")
    here = situation(EXPLOITER, PAST, against(main_01_g004=0.5), "main-02")
    tickets = training_tickets(game, here, alphastar(here), 20, np.random.default_rng(0), 0)
    assert [ticket.learns for ticket in tickets].count((True, False)) == 10
    assert all(ticket.players[ticket.learns.index(True)] == "main-02" for ticket in tickets)
    assert all(sum(ticket.learns) == 1 for ticket in tickets)


def test_qualities_fall_by_eta_over_n_times_p_with_every_win():
    """Two past players of equal quality, p = ½: after 10 wins against the first its quality is −10 · 0.01 / (2 · ½)."""
    found = qualities({"a": 0, "b": 0}, [Practice(0, "a", 12, 10, 0)])
    assert found == pytest.approx({"a": -0.1, "b": 0.0})


def test_a_new_player_enters_with_the_largest_quality():
    practice = [Practice(0, "a", 40, 30, 0), Practice(0, "b", 40, 10, 0)]
    found = qualities({"a": 0, "b": 0, "c": 1}, practice)
    assert found["c"] == pytest.approx(max(found["a"], found["b"])) == pytest.approx(-0.1)


def test_openai_five_prefers_players_that_it_does_not_beat():
    candidates = [old("main-01-g000", MAIN, "main-01", 0, "snapshot"), old("main-01-g001", MAIN, "main-01", 1, "snapshot")]
    practice = (Practice(2, "main-01-g000", 100, 100, 0), Practice(2, "main-01-g001", 100, 0, 0))
    weights = openai_five(situation(MAIN, candidates, practice))
    assert weights == pytest.approx(softmax([-1.0, 0.0]))
