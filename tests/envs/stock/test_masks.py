"""Masks of actions that are made of several choices, and rewards after the end."""

from pathlib import Path

import numpy as np
import pytest
from gymnasium import spaces

import envs
from envs.conformance.values import Seat
from envs.game import GameSetup
from envs.registry import construct
from envs.spaces import actions_of, decoder, encoder, masker
from envs.stock.turn_based import dead_step

ODD = f"{Path(__file__).parents[1]}/games/odd.py"
PLAIN = spaces.Box(-1, 1, (2,), np.float32)
SEVERAL = spaces.MultiDiscrete([2, 3])


@pytest.mark.parametrize("mask", [np.ones(5, np.int8), (np.ones(2), np.ones(3)), np.ones((2, 2, 2))])
def test_a_mask_of_the_parts_of_an_action_says_nothing_about_their_combinations(mask):
    assert masker(PLAIN, SEVERAL)(None, {"action_mask": mask}) is None


@pytest.mark.parametrize("mask", [np.eye(6)[1], np.eye(6)[1].reshape(2, 3)])
def test_a_mask_of_all_combinations_is_one(mask):
    assert np.ravel(masker(PLAIN, SEVERAL)(None, {"action_mask": mask})).tolist() == [0, 1, 0, 0, 0, 0]


def test_a_mask_of_another_size_stays_a_fault_where_there_is_one_choice():
    assert masker(PLAIN, spaces.Discrete(6))(None, {"action_mask": np.ones(5)}).size == 5


def test_the_check_and_the_arena_read_the_same_mask():
    acted = spaces.MultiDiscrete([2, 3])
    seat = Seat("a", PLAIN, acted, (2,), encoder(PLAIN), masker(PLAIN, acted), decoder(acted))
    legal, fault = seat.legal(None, {"action_mask": np.eye(6)[4].reshape(2, 3)})
    assert (legal.tolist(), fault) == ([4], None)
    assert seat.legal(None, {"action_mask": np.ones(5)}) == (None, None)
    assert actions_of(acted, "a").size == 6


def test_the_step_of_a_dead_agent_pays_nobody():
    environment = construct(GameSetup(f"{ODD}:pays_again_after_the_end"))
    environment.reset(seed=0)
    while not environment.terminations[environment.agent_selection]:
        environment.step(0)
    other = next(agent for agent in environment.agents if agent != environment.agent_selection)
    owed = environment._cumulative_rewards[other]
    dead_step(environment)
    assert environment.last()[1] == owed


def test_an_arena_pays_what_was_owed_before_the_end():
    import torch

    arena = envs.make(f"{ODD}:pays_again_after_the_end", 1, twin="never")
    now, paid = arena.restart(torch.tensor([0])), torch.zeros(2)
    for _ in range(6):
        now = arena.step([torch.zeros(1, 1, dtype=torch.int64)], torch.tensor([-1]))
        paid += now.reward[0]
    arena.close()
    assert paid.tolist() == pytest.approx([1.3, 0.3])
