"""Rewards from a potential: the best policies stay the best, and what was done does not change their sum."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.rewards.shaping import shaping

GAMMA = 0.9
PLACES, GOAL = 6, 5
"""A walk of six places. Steps lead left or right; the last place is the end, and pays 1 on arrival."""

POTENTIALS = st.lists(st.floats(-5, 5), min_size=PLACES, max_size=PLACES)


STEPS = [(place, action, max(place - 1, 0) if action == 0 else place + 1) for place in range(GOAL) for action in (0, 1)]
"""Every place, action, and where it leads."""


def values(potential=None, at_end=0.0):
    """The exact values of the actions left and right in every place, [places, 2]; with the reward of a potential added."""
    here, _, there = (np.array(column) for column in zip(*STEPS, strict=True))
    ended = there == GOAL
    paid = ended.astype(float)
    if potential is not None:
        numbers = torch.tensor(potential, dtype=torch.float64)
        gamma = torch.full((len(STEPS),), GAMMA, dtype=torch.float64)
        paid = paid + shaping(numbers[here], numbers[there], gamma, torch.from_numpy(ended)).numpy()
        paid = paid + GAMMA * at_end * ended  # 0, unless the end had a potential
    found = np.zeros((PLACES, 2))
    for _ in range(400):
        found[:GOAL] = (paid + GAMMA * np.where(ended, 0.0, found[there].max(1))).reshape(GOAL, 2)
    return found[:GOAL]


@given(POTENTIALS)
def test_values_of_all_actions_of_a_place_change_by_its_potential_so_the_best_policy_stays(potential):
    plain, shaped = values(), values(potential)
    np.testing.assert_allclose(shaped, plain - np.array(potential[:GOAL])[:, None], atol=1e-8)
    assert (shaped.argmax(1) == plain.argmax(1)).all()


def test_with_a_potential_at_the_end_another_policy_can_become_the_best():
    potential = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert (values(potential, at_end=-3.0).argmax(1) != values().argmax(1)).any()


@given(POTENTIALS, st.lists(st.integers(0, GOAL - 1), min_size=1, max_size=8))
def test_the_discounted_sum_over_a_life_is_the_negative_potential_of_its_begin(potential, walk):
    total = 0.0
    for step, place in enumerate(walk):
        last = step == len(walk) - 1
        after = 0.0 if last else potential[walk[step + 1]]
        numbers = (torch.tensor([x], dtype=torch.float64) for x in (potential[place], after, GAMMA))
        total += GAMMA**step * float(shaping(*numbers, torch.tensor([last])))
    assert abs(total + potential[walk[0]]) < 1e-9
