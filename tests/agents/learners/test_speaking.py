"""Messages are the same when players act and when they learn, over every channel."""

from dataclasses import replace

import pytest
import torch

from agents.learners.contract import Schedule, TrainingInput
from agents.learners.ppo import train
from agents.learners.table import HYPER_PARAMETERS
from agents.models.architecture import Speech
from comms.aggregation.table import AGGREGATIONS
from comms.channel.settings import Channel
from envs.stopwatch import Stopwatch

COPIES, STEPS = 6, 7
CHANNELS = {
    "open": Channel(),
    "late": Channel(delay=2),
    "lossy": Channel(loss=0.4),
    "bursts": Channel(loss=0.3, burst=3.0),
    "noisy": Channel(noise=0.3, bits=3),
    "poor": Channel(budget=9, bits=3),
    "all": Channel(delay=1, loss=0.3, burst=2.0, noise=0.2, bits=4, budget=40),
}


def talking(game, aggregation="mean", channel="open", **speech):
    """Architecture in which all sides of a game speak, as far as there is anybody to speak to."""
    sides = tuple(side.seats_per_team > 1 for side in game.sides)
    return {"message_size": 3, "speech": Speech(sides, aggregation=aggregation, channel=CHANNELS[channel], **speech)}


def first_report(stack, arena, owner, steps=STEPS):
    """The metrics of one pass over experience, before the parameters change."""
    hyper = {spec.name: torch.full((stack.size,), spec.default) for spec in HYPER_PARAMETERS.values()}
    schedule = Schedule(updates=2, steps=steps, epochs=1, minibatches=1)
    hyper["learning_rate"] = torch.zeros(stack.size)
    given = TrainingInput(
        arena, stack, [{}] * stack.size, owner, lambda block: [], hyper, schedule, torch.Generator().manual_seed(0), Stopwatch()
    )
    return train(given).reports[-1]


@pytest.fixture
def restless(flicker, glance):
    """Make an arena of a game that nobody can play, whose games end at random."""

    def look(game, copies, seed):
        ends = torch.rand(copies, generator=torch.Generator().manual_seed(seed + 999)) < 0.25
        return replace(glance(game, copies, seed), over=ends)

    return lambda game, copies: replace(flicker(game, copies), look=look)


def seats(game, players=2):
    return torch.randint(0, players, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("memory", [{}, {"memory": "gru", "memory_size": 5}])
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("name", ["hunt", "crew"])
def test_what_was_said_when_acting_is_said_again_when_learning(games, founders, restless, name, aggregation, channel, memory):
    game = games[name]
    rounds = 1 if game.turn_based else 2
    stack = founders(game, 2, **talking(game, aggregation, channel, rounds=rounds), **memory, normalise=False)
    report = first_report(stack, restless(game, COPIES), seats(game))
    assert float(report["kl"].abs().max()) < 1e-6
    assert report["clip_fraction"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", ["melee", "relay"])
def test_symbols_are_the_same_when_acting_and_when_learning(games, founders, restless, name):
    stack = founders(games[name], 2, **talking(games[name], "gated", symbols=4), normalise=False)
    assert float(first_report(stack, restless(games[name], COPIES), seats(games[name]))["kl"].abs().max()) < 1e-6


def test_other_random_numbers_would_be_noticed(games, founders, restless, monkeypatch):
    game = games["hunt"]
    stack = founders(game, 2, **talking(game, "hard", "lossy"), normalise=False)
    monkeypatch.setattr("agents.learners.minibatches.numbers_of", lambda noise: torch.zeros_like(noise).long())
    assert float(first_report(stack, restless(game, COPIES), seats(game))["kl"].abs().max()) > 1e-4
