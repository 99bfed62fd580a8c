from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournaments.rating.dependence import worth
from tournaments.rating.elo import SCALE, fit
from tournaments.rating.evidence import NOTHING, Evidence, different_games, evidence
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import payoff
from tournaments.schedule.formats import Plan, round_of, round_robin
from tournaments.tickets import MatchResult

NAMES = "abcdef"
STRENGTH = dict(zip(NAMES, (0.0, 0.4, 0.8, 1.2, 1.6, 2.0), strict=True))


def duel(mine, luck, rng):
    lead = mine[0] - mine[1] + rng.logistic()
    return (1.0, -1.0) if lead > 0 else (-1.0, 1.0)


def first_moves(mine, luck, rng):
    return duel([mine[0] + 2, mine[1]], luck, rng)


def hunt(mine, luck, rng):
    """Zero-sum: who hunts better also flees better, so the two comparisons of a series are one."""
    caught = mine[0] - mine[1] + 3 * luck + rng.normal()
    return caught, -caught


def chores(mine, luck, rng):
    return (mine[0] + luck + rng.gumbel(),)


def race(mine, luck, rng):
    """Of four teams one wins."""
    return tuple(np.eye(4)[np.argmax(np.array(mine) + rng.gumbel(size=4))].tolist())


RULES = {"duel": duel, "hunt": hunt, "chores": chores, "race": race}


def played(game, rule, count, seed, names=NAMES, pairs=None, strength=STRENGTH, generation=0):
    """A tournament: its outcomes, and its results, in which no game is a copy of another."""
    rng, plan = np.random.default_rng(seed), Plan(count, seed, generation=generation)
    tickets = round_robin(game, names, plan) if pairs is None else round_of(game, names, pairs, plan)
    luck, results = {}, []
    for ticket in tickets:
        luck.setdefault(ticket.series, rng.normal())
        returns = tuple(rule([strength[player] for player in ticket.players], luck[ticket.series], rng))
        results.append(MatchResult(ticket, returns, 5, b"", False))
    return outcomes(game, results), [replace(result, actions=b"%d" % at) for at, result in enumerate(results)]


def rated(log, results, seed=0, *, knowing=True, names=NAMES):
    seen = evidence(log, results) if knowing else None
    return fit(payoff(log, names), names[0], np.random.default_rng(seed), seen=seen)


def half(ratings):
    return np.mean([row.high - row.low for row in ratings.rows])


def coverage(game, rule, count, *, knowing, tournaments=40):
    """Share of 95 % intervals that hold the ratings of a far larger tournament."""
    log, _ = played(game, rule, 1200, 999)
    truth = fit(payoff(log, NAMES), "a", np.random.default_rng(0), replicates=0).elo
    inside = [
        row.low <= truth[row.player] <= row.high
        for seed in range(tournaments)
        for row in rated(*played(game, rule, count, seed), seed, knowing=knowing).rows
        if row.player != "a"
    ]
    return np.mean(inside)


@pytest.mark.parametrize("name", ["hunt", "chores", "race"])
def test_intervals_hold_the_truth_though_games_depend_on_one_another(games, name):
    assert coverage(games[name], RULES[name], 12, knowing=True) >= 0.9


@pytest.mark.parametrize("name", ["hunt", "chores"])
def test_intervals_that_take_such_games_as_independent_do_not(games, name):
    assert coverage(games[name], RULES[name], 12, knowing=False) < 0.88


def test_intervals_are_narrow_where_a_side_wins_whoever_plays_it(games):
    log, results = played(games["duel"], first_moves, 40, 1)
    assert half(rated(log, results)) < 0.9 * half(rated(log, results, knowing=False))


def test_independent_games_are_worth_what_they_are(games):
    log, results = played(games["duel"], duel, 400, 1)
    table = payoff(log, NAMES)
    assert worth(table, evidence(log, results))[table.games > 0] == pytest.approx(400, rel=0.25)


def test_a_zero_sum_series_of_two_sides_is_one_game(games):
    log, results = played(games["hunt"], hunt, 100, 1)
    table = payoff(log, NAMES)
    assert worth(table, evidence(log, results))[table.games > 0] == pytest.approx(50, rel=0.1)


def test_without_evidence_games_are_worth_what_they_are(games):
    table = payoff(played(games["hunt"], hunt, 10, 1)[0], NAMES)
    assert (worth(table, None) == table.games).all()


@pytest.mark.parametrize("name", sorted(RULES))
def test_evidence_changes_no_rating(games, name):
    log, results = played(games[name], RULES[name], 4, 3)
    assert rated(log, results).elo == rated(log, results, knowing=False).elo


@pytest.mark.parametrize("name", sorted(RULES))
def test_more_games_give_narrower_intervals(games, name):
    few, many = (half(rated(*played(games[name], RULES[name], count, 2))) for count in (4, 64))
    assert few > 2 * many


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_evidence_of_a_league_is_the_sum_of_its_generations(games, name):
    parts = [played(games[name], RULES[name], 4, at, names, generation=at) for at, names in enumerate(("abcd", "cdef"))]
    results = []
    for at, part in enumerate(parts):  # ids are unique in a league
        results += [replace(r, actions=b"%d %d" % (at, number)) for number, r in enumerate(part[1])]
    together = evidence([outcome for part in parts for outcome in part[0]], results)
    apart = evidence(parts[0][0], results) + evidence(parts[1][0], results)
    assert together.players == apart.players
    assert all((getattr(together, f.name) == getattr(apart, f.name)).all() for f in fields(Evidence)[1:])


def test_nothing_adds_nothing(games):
    found = evidence(*played(games["race"], race, 4, 1))
    assert all(
        np.array_equal(getattr(NOTHING + found, f.name), getattr(found, f.name))
        for f in fields(Evidence)
        if f.name != "players"
    )


@given(order=st.permutations(NAMES))
@settings(max_examples=5)
def test_relabelling_the_players_relabels_what_their_games_are_worth(games, order):
    new = dict(zip(NAMES, order, strict=True))
    log, results = played(games["hunt"], hunt, 6, 1)
    renamed = [replace(o, player=new[o.player], opponent=new[o.opponent]) for o in log]
    before, after = worth(payoff(log, NAMES), evidence(log, results)), worth(payoff(renamed, order), evidence(renamed, results))
    assert after == pytest.approx(before, rel=1e-9)


def copied(game, returns):
    """A thousand games of which there are only two: what the seats' players do depends on who they are alone."""
    tickets = round_robin(game, "ab", Plan(1000, 0))
    return [MatchResult(ticket, returns(ticket), 5, ticket.players[0].encode(), False) for ticket in tickets]


def test_copies_of_a_game_are_counted_once(games):
    results = copied(games["duel"], lambda ticket: (1.0, -1.0) if ticket.players[0] == "b" else (-1.0, 1.0))
    plain = [replace(result, actions=b"") for result in results]
    log = outcomes(games["duel"], plain)
    assert worth(payoff(log, "ab"), evidence(log, results))[0, 1] <= 2
    assert different_games(results) == {frozenset("ab"): 2}


def test_the_interval_of_a_thousand_copies_of_two_games_is_that_of_two_games(games):
    results = copied(games["duel"], lambda ticket: (1.0, -1.0))  # who moves first wins
    log = outcomes(games["duel"], [replace(result, actions=b"") for result in results])
    two, thousand = log[:4], log
    wide = fit(payoff(thousand, "ab"), "a", np.random.default_rng(0), seen=evidence(log, results))["b"]
    few = fit(payoff(two, "ab"), "a", np.random.default_rng(0))["b"]
    assert wide.high - wide.low > 0.5 * (few.high - few.low) > 200


def test_games_alike_that_end_in_different_ways_are_no_copies(games):
    rng = np.random.default_rng(0)
    results = copied(games["duel"], lambda ticket: (1.0, -1.0) if rng.random() < 0.5 else (-1.0, 1.0))
    log = outcomes(games["duel"], [replace(result, actions=b"") for result in results])
    assert worth(payoff(log, "ab"), evidence(log, results))[0, 1] > 500


def test_the_episodes_of_a_cooperative_game_are_counted_once(games):
    found = evidence(*played(games["chores"], chores, 20, 1)).showings()
    assert set(found.values()) == {20}


@pytest.mark.parametrize(("gap", "count"), [(300, 20), (500, 20), (500, 100)])
def test_intervals_on_a_steep_ladder_hold_the_truth(games, gap, count):
    names = [chr(ord("a") + rung) for rung in range(12)]
    strength = {name: gap * rung / SCALE for rung, name in enumerate(names)}
    pairs = {frozenset((names[rung], names[max(rung - below, 0)])) for rung in range(1, 12) for below in (1, 2, rung)}
    inside = []
    for seed in range(12):
        log, results = played(games["duel"], duel, count, seed, names, sorted(pairs, key=sorted), strength)
        rows = rated(log, results, seed, names=names).rows
        inside += [row.low <= strength[row.player] * SCALE <= row.high for row in rows if row.player != "a"]
    assert np.mean(inside) >= 0.88


def test_the_interval_of_a_difference_is_that_of_a_rating_if_one_is_the_anchor(games):
    ratings = rated(*played(games["hunt"], hunt, 10, 1))
    row = ratings["c"]
    assert ratings.chance.half({"c": 1, "a": -1}) == pytest.approx((row.high - row.low) / 2, abs=2e-3)


def test_the_anchor_has_no_influence_on_differences(games):
    log, results = played(games["chores"], chores, 10, 1)
    halves = [
        fit(payoff(log, NAMES), anchor, np.random.default_rng(0), seen=evidence(log, results)).chance.half({"b": 1, "c": -1})
        for anchor in "ae"
    ]
    assert halves[0] == pytest.approx(halves[1], rel=1e-9)


def test_the_difference_of_good_players_is_surer_than_that_to_a_weak_anchor(games):
    ratings = rated(*played(games["duel"], duel, 40, 1))
    assert ratings.chance.half({"e": 1, "f": -1}) < ratings.chance.half({"f": 1, "a": -1})


def test_games_without_copies_are_counted_for_every_player(games):
    results = copied(games["duel"], lambda ticket: (1.0, -1.0))
    log = outcomes(games["duel"], [replace(result, actions=b"") for result in results])
    assert evidence(log, results).without_copies() == {"a": 2, "b": 2}
