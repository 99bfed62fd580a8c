import json
import time
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournaments.rating import elo
from tournaments.rating.elo import EloPoint, expected_score, fit, online_elo
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import Payoff
from tournaments.rating.standings import Entrant, standings

PLANTED = dict(zip("abcdefgh", (0.0, 60.0, 120.0, 200.0, 250.0, 400.0, 520.0, 600.0), strict=True))


def simulate(elo, games, seed, draw_rate=0.2):
    """Results of a round-robin between players of known strength."""
    rng, names = np.random.default_rng(seed), sorted(elo)
    wins, draws = np.zeros((2, len(names), len(names)), np.int64)
    for i, one in enumerate(names):
        for j in range(i + 1, len(names)):
            expected = expected_score(elo[one] - elo[names[j]])
            drawn = min(draw_rate, 2 * min(expected, 1 - expected))
            wins[i, j], draws[i, j], wins[j, i] = rng.multinomial(
                games, [expected - drawn / 2, drawn, 1 - expected - drawn / 2]
            )
    draws += draws.T
    return Payoff(tuple(names), wins, draws, wins.T.copy())


def table_of(names, **wins):
    """A table of decided games: `ab=3` means a beat b three times."""
    counts = np.zeros((len(names), len(names)), np.int64)
    for pair, count in wins.items():
        counts[names.index(pair[0]), names.index(pair[1])] = count
    return Payoff(tuple(names), counts, np.zeros_like(counts), counts.T.copy())


def rated(table, anchor="a", seed=0, **options):
    return fit(table, anchor, np.random.default_rng(seed), **options)


def coverage(truth):
    """Share of 95 % intervals, over 50 tournaments, that contain what `truth` says the ratings are."""
    inside = [
        row.low <= truth[row.player] <= row.high
        for seed in range(50)
        for row in rated(simulate(PLANTED, 10, seed), seed=seed).rows
        if row.player != "a"
    ]
    return np.mean(inside)


def test_planted_strengths_lie_in_their_intervals():
    assert 0.9 <= coverage(PLANTED) <= 0.99


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-2000, 2000)))
@settings(max_examples=20, deadline=None)
def test_the_ratings_from_which_the_fit_begins_change_nothing(begin):
    table = simulate(PLANTED, 6, 3)
    cold, warm = rated(table, replicates=0).elo, rated(table, replicates=0, begin=begin).elo
    assert warm == pytest.approx(cold, abs=0.0011)  # rounded to a thousandth


def test_draws_that_are_made_at_once_change_nothing(monkeypatch):
    table = simulate(PLANTED, 6, 3)
    together = rated(table)
    monkeypatch.setattr(elo, "AT_ONCE", 1)
    assert rated(table) == together


@pytest.mark.parametrize("wide", [1.0, 8.0])
def test_the_chance_around_fitted_ratings_is_that_of_the_fit(wide):
    table = simulate({name: wide * strength for name, strength in PLANTED.items()}, 12, seed=3)
    fitted = fit(table, "a", np.random.default_rng(5))
    found = elo.chance_of(table, fitted.elo, np.random.default_rng(5))
    assert found.players == fitted.chance.players
    np.testing.assert_allclose(found.moved, fitted.chance.moved, atol=1e-3 * fitted.chance.moved.std())


def test_strengths_under_shuffled_labels_do_not():
    assert coverage(dict(zip("abcdefgh", [0.0, *list(PLANTED.values())[:0:-1]], strict=True))) < 0.5


def test_the_anchor_is_0_without_any_doubt():
    row = rated(simulate(PLANTED, 10, 0), "c")["c"]
    assert (row.low, row.elo, row.high) == (0.0, 0.0, 0.0)


def test_the_fitted_ratings_expect_the_points_that_were_scored():
    table = simulate(PLANTED, 200, 0)
    elo = rated(table, replicates=0).elo
    for i, one in enumerate(table.players):
        expected = sum(200 * expected_score(elo[one] - elo[other]) for other in table.players if other != one)
        assert expected == pytest.approx(table.points[i].sum(), abs=0.5)


def test_the_prior_hardly_moves_well_measured_ratings():
    table = simulate(PLANTED, 200, 0)
    weak, strong = (rated(table, replicates=0, prior_sd=sd).elo for sd in (8000.0, 800.0))
    assert max(abs(weak[player] - strong[player]) for player in weak) < 2


@given(order=st.permutations(sorted(PLANTED)))
@settings(max_examples=10)
def test_the_order_of_rows_changes_nothing(order):
    table = simulate(PLANTED, 6, 1)
    assert rated(table.restrict(order)) == rated(table)


@given(names=st.permutations(sorted(PLANTED)))
@settings(max_examples=10)
def test_relabelling_the_players_relabels_the_ratings(names):
    table = simulate(PLANTED, 6, 1)
    new = dict(zip(table.players, names, strict=True))
    before = rated(table, replicates=0).elo
    after = rated(replace(table, players=tuple(names)), new["a"], replicates=0).elo
    assert all(after[new[player]] == pytest.approx(before[player], abs=2e-3) for player in before)


@given(anchor=st.sampled_from(sorted(PLANTED)))
@settings(max_examples=8)
def test_another_anchor_shifts_all_ratings_alike(anchor):
    table = simulate(PLANTED, 6, 1)
    here, there = rated(table, replicates=0).elo, rated(table, anchor, replicates=0).elo
    assert all(there[p] - here[p] == pytest.approx(-here[anchor], abs=3e-3) for p in here)


@given(counts=st.lists(st.integers(0, 30), min_size=20, max_size=20))
@settings(max_examples=50)
def test_any_results_whatsoever_give_finite_ratings(counts):
    wins = np.zeros((5, 5), np.int64)
    wins[~np.eye(5, dtype=bool)] = counts
    table = Payoff(tuple("abcde"), wins, np.zeros_like(wins), wins.T.copy())
    figures = [(row.low, row.elo, row.high) for row in rated(table, replicates=20).rows]
    assert np.isfinite(figures).all()
    assert all(low <= elo <= high for low, elo, high in figures)


def test_a_perfect_record_has_a_finite_rating_and_an_open_mind():
    row = rated(table_of("ab", ba=10))["b"]
    assert 200 < row.elo < 1500
    assert row.high - row.low > 200


def test_a_longer_perfect_record_is_worth_more():
    short, long = (rated(table_of("ab", ba=games), replicates=0)["b"].elo for games in (5, 50))
    assert long > short + 50


def test_more_games_give_narrower_intervals():
    widths = [np.mean([r.high - r.low for r in rated(simulate(PLANTED, games, 3)).rows]) for games in (4, 16, 64)]
    assert widths[0] > 1.5 * widths[1] > 2.25 * widths[2]


def test_draws_narrow_the_interval():
    decided, drawn = (rated(simulate({"a": 0.0, "b": 0.0}, 400, 2, rate))["b"] for rate in (0.0, 0.9))
    assert drawn.high - drawn.low < 0.5 * (decided.high - decided.low)


def test_who_never_met_the_anchor_is_rated_by_the_prior_and_as_doubtful():
    ratings = rated(table_of("abcd", ab=3, ba=3, cd=4, dc=4), replicates=400)
    assert ratings["c"].elo == pytest.approx(0, abs=0.01)
    assert ratings["c"].high - ratings["c"].low > 2 * 800
    assert ratings["b"].high - ratings["b"].low < 800


def test_the_record_is_counted_and_scored():
    row = rated(table_of("abc", ab=3, ba=1, ac=1))["a"]
    assert (row.games, row.wins, row.draws, row.losses, row.score) == (5, 4, 0, 1, 0.8)


def test_points_won_equal_points_lost():
    rows = rated(simulate(PLANTED, 7, 0), replicates=0).rows
    assert sum(row.score * row.games for row in rows) == sum((1 - row.score) * row.games for row in rows)


def test_games_against_oneself_do_not_count():
    table = table_of("ab", ab=2, ba=1)
    again = table_of("ab", ab=2, ba=1, aa=9)
    assert rated(table) == rated(again)


def test_the_best_comes_first():
    elo = [row.elo for row in rated(simulate(PLANTED, 10, 0)).rows]
    assert elo == sorted(elo, reverse=True)


def test_the_same_generator_gives_the_same_bits():
    table = simulate(PLANTED, 4, 0)
    assert rated(table, seed=4) == rated(table, seed=4) != rated(table, seed=5)


def test_an_anchor_outside_the_table_is_refused():
    with pytest.raises(ValueError, match="the anchor 'z' is not among the players"):
        rated(table_of("ab", ab=1), "z")


def test_a_lone_anchor_is_rated():
    assert rated(table_of("a"))["a"].elo == 0.0


def test_a_stranger_has_no_rating():
    with pytest.raises(KeyError, match="'z' is not rated here"):
        rated(table_of("ab", ab=1))["z"]


def test_sixty_players_are_rated_within_two_seconds():
    elo = {f"p{i:02d}": float(i * 10) for i in range(60)}
    table = simulate(elo, 4, 0)
    begin = time.process_time()  # of the processor: other work on the machine does not count
    rated(table, "p00")
    assert time.process_time() - begin < 2


def mirrored(*comparisons):
    for number, (one, other, score) in enumerate(comparisons):
        yield Outcome(one, other, score, f"m{number}", f"s{number}", 0.0)
        yield Outcome(other, one, 1 - score, f"m{number}", f"s{number}", 0.0)


def test_a_running_elo_moves_two_equals_by_half_of_k():
    assert online_elo(mirrored(("b", "c", 1.0)), "a") == [EloPoint("m0", "b", 8.0), EloPoint("m0", "c", -8.0)]


def test_a_running_elo_leaves_the_anchor_at_0():
    curve = online_elo(mirrored(("a", "b", 0.0), ("b", "a", 1.0), ("a", "c", 1.0)), "a")
    assert {point.elo for point in curve if point.player == "a"} == {0.0}


@given(st.lists(st.tuples(st.sampled_from("bcd"), st.sampled_from("bcd"), st.sampled_from([0.0, 0.5, 1.0])), max_size=30))
def test_a_running_elo_is_zero_sum_among_the_others(comparisons):
    curve = online_elo(mirrored(*[c for c in comparisons if c[0] != c[1]]), "a")
    assert sum({point.player: point.elo for point in curve}.values()) == pytest.approx(0, abs=1e-9)


COMPARISONS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("cd"), st.sampled_from([0.0, 0.5, 1.0])), max_size=20)


@given(COMPARISONS, COMPARISONS)
def test_a_running_elo_goes_on_where_it_ended(first, second):
    log = list(mirrored(*first, *second))
    begun, rest = log[: 2 * len(first)], log[2 * len(first) :]
    curve = online_elo(begun, "a")
    ended = {point.player: point.elo for point in curve}
    assert curve + online_elo(rest, "a", begin=ended) == online_elo(log, "a")


def test_standings_join_ratings_with_who_the_players_are():
    rows = standings(rated(table_of("ab", ba=3)), {"b": Entrant("main agent", 4, "main-01", "1f")})
    best = asdict(rows[0])
    assert [best[key] for key in ("player", "league_role", "generation", "parent", "weights")] == [
        "b",
        "main agent",
        4,
        "main-01",
        "1f",
    ]
    assert json.loads(json.dumps(best, allow_nan=False)) == {**best, "returns": []}


def test_players_nobody_described_get_blanks():
    assert standings(rated(table_of("ab", ba=3)), {})[1].league_role == ""
