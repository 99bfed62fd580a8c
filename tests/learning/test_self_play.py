"""A player that learns against itself beats one that plays at random, and one that has not learnt does not."""

from contextlib import closing

import pytest
import torch

import envs
from agents.acting.rollout import Experience, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from envs.bots.registry import BotActor, find_bot

GAME = "classic/tictactoe_v3"
COPIES = 64


def score_against_random(stack):
    """Points per game, a draw counting half, with both sides taken equally often."""
    owner = torch.tensor([[0, EMPTY], [EMPTY, 0]] * (COPIES // 2))
    with closing(envs.make(GAME, COPIES)) as arena:
        tally = Tally.empty(arena.game, COPIES, arena.device)
        experience = Experience.empty(arena.game, 150, COPIES, arena.device)
        bot, generator = BotActor(arena.game, find_bot("random", arena.game), owner == EMPTY), torch.Generator().manual_seed(1)
        now = arena.restart(torch.zeros(COPIES, dtype=torch.int64))
        with torch.no_grad():
            collect([Table(arena, slice(0, COPIES), SeatedStack(stack, owner), [bot], now)], experience, tally, generator)
    mine = torch.arange(COPIES) % 2
    won, lost = tally.wins[range(COPIES), mine, 1 - mine].sum(), tally.wins[range(COPIES), 1 - mine, mine].sum()
    return float(0.5 + (won - lost) / (2 * tally.games.sum()))


@pytest.fixture(scope="module")
def champion(taught):
    with closing(envs.make(GAME, COPIES)) as arena:
        # Much entropy: against itself alone, a player that is sure of its moves forgets what to do about others.
        hyper = {"learning_rate": 3e-3, "gamma": 0.99, "entropy": 0.1}
        return taught(arena, updates=100, steps=18, hyper=hyper, hidden=(128,), activation="relu").stack


def test_after_self_play_it_beats_random_play(champion):
    assert score_against_random(champion) > 0.85


def test_before_self_play_it_does_not(newborn):
    with closing(envs.make(GAME, COPIES)) as arena:
        assert score_against_random(newborn(arena, hidden=(128,), activation="relu")) == pytest.approx(0.5, abs=0.1)
