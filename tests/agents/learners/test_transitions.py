"""What follows a decision: rewards up to a later decision of the same seat, ends, truncations, and unknown futures."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.learners.transitions import ENDED, UNKNOWN, chains

GAMMA = 0.5


def followed(reward, acting, ended=(), cut=(), steps=1, last_views=True):
    """One seat in one copy: what follows each decision, its reward and its discount, as lists."""
    length = len(reward)
    column = (length, 1, 1)
    terminated, truncated = (torch.tensor([t in when for t in range(length)]).view(column) for when in (ended, cut))
    found = chains(
        torch.tensor(reward, dtype=torch.float32).view(column),
        torch.tensor(acting, dtype=torch.bool).view(length + 1, 1, 1),
        terminated,
        truncated,
        torch.full((1, 1), GAMMA),
        steps,
        last_views=last_views,
    )
    return [x.flatten().tolist() for x in (found.follows, found.reward, found.discount)]


def test_rewards_while_a_seat_waits_belong_to_its_last_decision():
    follows, reward, discount = followed([1.0, 2.0, 4.0, 8.0], [1, 0, 1, 1, 1])
    assert follows == [2, UNKNOWN, 3, 4]
    assert reward == [3.0, 0.0, 4.0, 8.0]
    assert discount == [GAMMA, 0.0, GAMMA, GAMMA]


def test_after_an_end_nothing_follows_and_rewards_that_come_later_belong_to_it():
    follows, reward, discount = followed([1.0, 2.0, 4.0, 8.0], [1, 0, 1, 0, 0], ended=[1])
    assert follows == [ENDED, UNKNOWN, UNKNOWN, UNKNOWN]
    assert reward == [3.0, 0.0, 0.0, 0.0]
    assert discount == [0.0] * 4


def test_a_truncated_seat_is_followed_by_its_last_view_if_there_is_one():
    follows, reward, discount = followed([1.0, 2.0, 4.0], [1, 1, 1, 1], cut=[1])
    assert (follows, reward, discount) == ([1, 4 + 1, 3], [1.0, 2.0, 4.0], [GAMMA] * 3)
    follows, reward, _ = followed([1.0, 2.0, 4.0], [1, 1, 1, 1], cut=[1], last_views=False)
    assert (follows, reward) == ([1, UNKNOWN, 3], [1.0, 0.0, 4.0])


def test_several_steps_stop_at_ends_at_truncations_and_where_the_collection_ends():
    reward, acting = [1.0, 2.0, 4.0, 8.0, 16.0], [1, 1, 1, 1, 1, 1]
    follows, paid, discount = followed(reward, acting, ended=[3], steps=3)
    assert follows == [3, ENDED, ENDED, ENDED, 5]
    assert paid == [1 + 0.5 * 2 + 0.25 * 4, 2 + 0.5 * 4 + 0.25 * 8, 4 + 0.5 * 8, 8, 16]
    assert discount == [GAMMA**3, 0.0, 0.0, 0.0, GAMMA]
    follows, paid, discount = followed(reward, acting, cut=[1], steps=3)
    assert follows == [6 + 1, 6 + 1, 5, 5, 5]
    assert paid == [1 + 0.5 * 2, 2, 4 + 0.5 * 8 + 0.25 * 16, 8 + 0.5 * 16, 16]
    assert discount == pytest.approx([GAMMA**2, GAMMA, GAMMA**3, GAMMA**2, GAMMA])


@given(st.data())
def test_targets_of_exact_values_are_the_values_for_every_number_of_steps(data):
    """Values that are the discounted rewards to come satisfy r + γ^n v for every n."""
    length = data.draw(st.integers(2, 9))
    reward = data.draw(st.lists(st.integers(-4, 4).map(float), min_size=length, max_size=length))
    acting = [1, *data.draw(st.lists(st.integers(0, 1), min_size=length - 1, max_size=length - 1)), 1]
    ended = data.draw(st.sets(st.integers(0, length - 1)))
    decisions = [t for t in range(length) if acting[t]]
    values = {length: 3.0}
    for t in reversed(decisions):
        later = next(u for u in range(t + 1, length + 1) if acting[u])
        end = next((u for u in range(t, later) if u in ended), None)
        paid = sum(reward[t : (later if end is None else end + 1)])
        values[t] = paid + (GAMMA * values[later] if end is None else 0.0)
    for steps in (1, 2, 4):
        follows, paid, discount = followed(reward, acting, ended=ended, steps=steps)
        for t in decisions:
            ahead = values[follows[t]] if follows[t] >= 0 else 0.0
            assert paid[t] + discount[t] * ahead == pytest.approx(values[t], abs=1e-4)
