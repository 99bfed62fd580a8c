"""The results of a whole league against the tables with a cell for every two players."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.cycles import cyclicity
from tournaments.rating.elo import fit
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import among, payoff
from tournaments.rating.results import results, total

COMPARISONS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.sampled_from([0.0, 0.5, 1.0])).filter(
        lambda each: each[0] != each[1]
    ),
    max_size=40,
)


def log(comparisons):
    for number, (one, other, score) in enumerate(comparisons):
        yield Outcome(one, other, score, f"m{number}", f"s{number}", 0.0)
        yield Outcome(other, one, 1 - score, f"m{number}", f"s{number}", 0.0)


def same(one, other):
    return one.players == other.players and all(
        np.array_equal(getattr(one, counts), getattr(other, counts)) for counts in ("wins", "draws", "losses")
    )


@given(COMPARISONS, st.permutations("abcdefz"))
def test_among_any_players_they_are_the_table_of_these(comparisons, names):
    outcomes = list(log(comparisons))
    assert same(among(results(outcomes), names[:5]), payoff(outcomes, names[:5]))


@given(COMPARISONS)
def test_every_pair_is_there_once_and_in_order(comparisons):
    found = results(log(comparisons))
    assert all(found.one < found.other)
    assert all(found.games > 0)
    keys = (found.one * len(found.players) + found.other).tolist()
    assert keys == sorted(set(keys))


@given(COMPARISONS, COMPARISONS)
def test_the_results_of_two_logs_add_up(one, two):
    both = results([*log(one), *log(two)])
    assert same(results(log(one)) + results(log(two)), both)


@given(st.lists(COMPARISONS, max_size=4))
def test_the_total_is_the_sum_one_by_one(logs):
    parts = [results(log(part)) for part in logs]
    one_by_one = results([])
    for part in parts:
        one_by_one = one_by_one + part
    assert same(total(parts), one_by_one)


@given(COMPARISONS)
def test_a_table_and_its_pairs_are_the_same(comparisons):
    table = payoff(log(comparisons))
    assert same(table.met(), results(log(comparisons)))
    assert same(among(table.met(), table.players), table)


@given(COMPARISONS)
def test_records_are_the_rows_of_the_table(comparisons):
    table, found = payoff(log(comparisons)), results(log(comparisons))
    assert np.array_equal(found.records(), np.stack([table.wins.sum(1), table.draws.sum(1), table.losses.sum(1)], 1))


@given(COMPARISONS)
def test_opponents_are_those_with_games(comparisons):
    table, found = payoff(log(comparisons)), results(log(comparisons))
    for row, player in enumerate(table.players):
        met = [opponent for opponent, games in zip(table.players, table.games[row], strict=True) if games]
        assert found.opponents(player) == met
        records = found.against(player)
        assert [each.opponent for each in records] == met
        assert [each.wins for each in records] == [int(table.wins[row, table.index(opponent)]) for opponent in met]
        assert [each.score for each in records] == [table.score(player, opponent) for opponent in met]


def test_who_is_not_here_met_nobody():
    assert results([]).opponents("z") == []


@given(COMPARISONS)
def test_the_cyclicity_is_that_of_counting_every_triple(comparisons):
    table = payoff(log(comparisons))
    beats = table.wins > table.losses
    decided = beats | beats.T
    triples = circles = 0
    size = len(table.players)
    for a in range(size):
        for b in range(a + 1, size):
            for c in range(b + 1, size):
                if decided[a, b] and decided[b, c] and decided[a, c]:
                    triples += 1
                    circles += beats[a, b] == beats[b, c] == beats[c, a]
    assert cyclicity(table) == pytest.approx(circles / triples if triples else 0.0)
    assert cyclicity(results(log(comparisons))) == cyclicity(table)


@given(COMPARISONS)
def test_ratings_are_those_of_the_table(comparisons):
    table, found = payoff(log([*comparisons, ("a", "b", 1.0)])), results(log([*comparisons, ("a", "b", 1.0)]))
    assert fit(found, "a", np.random.default_rng(0), replicates=5) == fit(table, "a", np.random.default_rng(0), replicates=5)


def test_eight_thousand_players_need_no_table_of_all():
    """It would have 64 million cells, half a gigabyte for each of its three counts."""
    rng = np.random.default_rng(0)
    names = [f"p{number:04d}" for number in range(8_000)]
    comparisons = [(names[one], names[int(one * rng.random())], 1.0) for one in range(1, 8_000) for _ in range(3)]
    found = results(log([each for each in comparisons if each[0] != each[1]]))
    assert len(found.one) < 24_000
    assert cyclicity(found) == 0.0
    assert len(among(found, names[:20]).players) == 20
