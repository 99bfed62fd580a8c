import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.cycles import cyclicity
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import by_strength, pairs, payoff

COMPARISONS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.sampled_from([0.0, 0.5, 1.0])), max_size=60
)


def log(comparisons):
    """Both sides of each comparison between two different players."""
    found = []
    for number, (one, other, score) in enumerate(comparisons):
        if one != other:
            found.append(Outcome(one, other, score, f"m{number}", f"s{number}", score - 0.5))
            found.append(Outcome(other, one, 1 - score, f"m{number}", f"s{number}", 0.5 - score))
    return found


@given(COMPARISONS)
def test_points_won_equal_points_lost(comparisons):
    table = payoff(log(comparisons))
    assert np.array_equal(table.points + table.points.T, table.games)


@given(COMPARISONS)
def test_scores_of_a_pair_add_up_to_one(comparisons):
    table = payoff(log(comparisons), "abcde")
    both = table.scores() + table.scores().T
    assert np.all(both[table.games > 0] == 1)
    assert np.allclose(table.shrunk() + table.shrunk().T, 1)


@given(COMPARISONS, st.permutations("abcde"))
def test_relabelling_permutes_the_table(comparisons, names):
    new = dict(zip("abcde", names, strict=True))
    table = payoff(log(comparisons), "abcde")
    renamed = payoff(log([(new[a], new[b], s) for a, b, s in comparisons]), names)
    assert np.array_equal(table.wins, renamed.wins)
    assert np.array_equal(table.draws, renamed.draws)


@given(COMPARISONS, st.data())
def test_the_order_of_outcomes_changes_nothing(comparisons, data):
    outcomes = log(comparisons)
    table, shuffled = payoff(outcomes), payoff(data.draw(st.permutations(outcomes)))
    assert table.players == shuffled.players
    assert np.array_equal(table.wins, shuffled.wins)


@given(COMPARISONS, COMPARISONS)
def test_tables_of_two_logs_add_up(one, other):
    a, b, both = (payoff(log(part), "abcde") for part in (one, other, one + other))
    assert np.array_equal(a.games + b.games, both.games)
    assert np.array_equal(a.points + b.points, both.points)


@given(COMPARISONS, COMPARISONS)
def test_two_tables_add_up_to_that_of_both_logs(one, other):
    total, both = payoff(log(one)) + payoff(log(other)), payoff(log(one + other))
    assert total.players == both.players
    assert all(np.array_equal(getattr(total, counts), getattr(both, counts)) for counts in ("wins", "draws", "losses"))


@given(COMPARISONS, st.permutations("abcdez"))
def test_a_part_of_the_table_is_the_table_of_the_part(comparisons, names):
    part = payoff(log(comparisons)).restrict(names[:4])
    direct = payoff(log(comparisons), names[:4])
    assert part.players == direct.players
    assert np.array_equal(part.wins, direct.wins)
    assert np.array_equal(part.games, direct.games)


@given(COMPARISONS)
def test_cyclicity_is_a_share(comparisons):
    assert 0 <= cyclicity(payoff(log(comparisons))) <= 1


def test_a_draw_is_half_a_win():
    assert payoff(log([("a", "b", 1.0), ("a", "b", 0.5)])).score("a", "b") == 0.75


def test_who_never_met_has_no_score_but_a_shrunk_one_of_a_half():
    table = payoff(log([("a", "b", 1.0)]), "abc")
    assert np.isnan(table.score("a", "c"))
    assert table.shrunk()[0, 2] == 0.5


def test_few_games_are_pulled_towards_a_half():
    one, many = (payoff(log([("a", "b", 1.0)] * games)).shrunk()[0, 1] for games in (1, 100))
    assert one == pytest.approx(2 / 3)
    assert many > 0.99


def test_rock_paper_scissors_is_all_cycle():
    assert cyclicity(payoff(log([("a", "b", 1.0), ("b", "c", 1.0), ("c", "a", 1.0)]))) == 1.0


def test_a_ladder_has_no_cycle():
    assert cyclicity(payoff(log([("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 1.0)]))) == 0.0


def test_one_of_two_decided_triples_in_a_circle_is_a_half():
    ladder = [("a", "d", 1.0), ("b", "d", 1.0)]
    assert cyclicity(payoff(log([("a", "b", 1.0), ("b", "c", 1.0), ("c", "a", 1.0), *ladder]))) == 0.5


def test_triples_with_a_drawn_pair_do_not_count():
    assert cyclicity(payoff(log([("a", "b", 1.0), ("b", "c", 1.0), ("c", "a", 0.5)]))) == 0.0


def test_the_strongest_comes_first():
    assert by_strength(payoff(log([("c", "a", 1.0), ("c", "b", 1.0), ("a", "b", 1.0)]))) == ("c", "a", "b")


def test_every_pair_has_one_row():
    rows = pairs(payoff(log([("a", "b", 1.0), ("a", "b", 0.5)]), "abc"))
    assert [(r.player, r.opponent, r.games, r.wins, r.draws, r.losses, r.score) for r in rows] == [
        ("a", "b", 2, 1, 1, 0, 0.75),
        ("a", "c", 0, 0, 0, 0, None),
        ("b", "c", 0, 0, 0, 0, None),
    ]


def test_a_stranger_has_no_row():
    with pytest.raises(KeyError, match="'z' is not in the payoff table"):
        payoff([], "ab").index("z")
