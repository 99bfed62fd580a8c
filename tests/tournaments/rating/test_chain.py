"""Progress: values that stay as published, and what a chain of them follows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.chain import chain, link, publish
from tournaments.rating.elo import expected_score
from tournaments.rating.payoff import Payoff

NAMES = ("bot:random", "old-1", "old-2", "new-1", "new-2")
KNOWN = {"bot:random": 0.0, "old-1": 150.0, "old-2": 260.0}
counts = st.lists(st.integers(0, 12), min_size=25, max_size=25)


def table(wins: np.ndarray, names: tuple[str, ...] = NAMES) -> Payoff:
    square = np.array(wins, np.int64).reshape(len(names), len(names)) * (1 - np.eye(len(names), dtype=np.int64))
    return Payoff(names, square, np.zeros_like(square), square.T.copy())


def test_a_newcomer_with_half_the_points_against_one_player_has_its_value():
    even = np.zeros((2, 2)) + 5000
    assert link(table(even, ("old", "new")), {"old": 321.0}) == {"new": pytest.approx(321.0)}


def test_ten_points_of_eleven_are_four_hundred_points():
    wins = [[0, 10_000], [100_000, 0]]
    assert link(table(wins, ("old", "new")), {"old": 100.0})["new"] == pytest.approx(500.0, abs=0.5)


def test_known_players_and_players_that_are_not_in_the_table_get_no_value():
    assert set(link(table(np.ones(25)), {**KNOWN, "gone": 9000.0})) == {"new-1", "new-2"}


@given(counts, st.permutations(range(5)))
def test_the_order_of_rows_changes_nothing(wins, order):
    whole = table(wins)
    assert link(whole.restrict([NAMES[place] for place in order]), KNOWN) == link(whole, KNOWN)


@given(counts, st.floats(-2000, 2000))
def test_a_constant_added_to_the_known_is_added_to_all(wins, more):
    shifted = link(table(wins), {player: value + more for player, value in KNOWN.items()})
    assert shifted == pytest.approx({player: value + more for player, value in link(table(wins), KNOWN).items()}, abs=0.01)


@given(counts, st.integers(0, 4))
def test_more_points_never_lower_a_value(wins, opponent):
    more = np.array(wins).reshape(5, 5)
    before = link(table(more), KNOWN)["new-1"]
    more[3, opponent] += 1
    assert link(table(more), KNOWN)["new-1"] >= before - 0.002


@given(counts, counts)
def test_what_is_published_does_not_depend_on_later_generations(first, second):
    early, late = table(first), table(second, (*NAMES[:3], "new-3", "new-4"))
    before = chain([(early, ["new-1", "new-2"])], "bot:random")
    after = chain([(early, ["new-1", "new-2"]), (late, ["new-3", "new-4"])], "bot:random")
    assert before.items() <= after.items()


def test_a_scripted_player_is_never_published():
    found = publish(table(np.ones(9), ("bot:random", "bot:minimax", "new")), ["new"], {}, "bot:random")
    assert set(found) == {"new"}


def league(gain: float, seed: int, *, best_first: bool, generations: int = 20) -> list[float]:
    """The mean published value of each generation, of players whose true strength grows by `gain` points a generation.

    The newcomers meet the newest four players, and four others: those of the highest published values, or any.
    """
    rng = np.random.default_rng(seed)
    true: dict[str, float] = {"bot:random": 0.0}
    published: dict[str, float] = {}
    curve = []
    for number in range(generations):
        newest = [f"{number:02d}-{place}" for place in range(4)]
        true |= dict.fromkeys(newest, 400.0 + gain * number)
        past = list(published)
        order = sorted(past, key=lambda player: -published[player]) if best_first else rng.permutation(past).tolist()
        names = tuple(dict.fromkeys(("bot:random", *order[:4], *past[-4:], *newest)))
        wins = np.zeros((len(names),) * 2, np.int64)
        for one, player in enumerate(names):
            for other in range(one):
                if player in newest or names[other] in newest:
                    wins[one, other] = rng.binomial(40, expected_score(true[player] - true[names[other]]))
                    wins[other, one] = 40 - wins[one, other]
        published |= publish(table(wins, names), newest, published, "bot:random")
        curve.append(float(np.mean([published[player] for player in newest])))
    return curve


@pytest.mark.parametrize("gain", [0.0, 25.0])
def test_the_chain_follows_the_true_strength(gain):
    found = np.mean([league(gain, seed, best_first=False) for seed in range(6)], 0)
    assert found[-1] - found[0] == pytest.approx(gain * 19, abs=60)


def test_opponents_that_were_chosen_for_high_values_let_the_chain_drift_up_a_little():
    """A high value is partly luck, and whoever does as well as a lucky player gets its value."""
    found = np.mean([league(0.0, seed, best_first=True) for seed in range(6)], 0)
    assert 0 < found[-1] - found[0] < 150
