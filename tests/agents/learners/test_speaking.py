"""Messages are the same when players act and when they learn, over every channel."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from agents.learners.contract import Schedule, TrainingInput
from agents.learners.ppo import train
from agents.learners.table import LEARNERS
from agents.models import delays
from agents.models.architecture import Speech
from comms.aggregation.table import AGGREGATIONS
from comms.channel.settings import Channel
from envs.faults import GameError
from envs.references import permit
from envs.stopwatch import Stopwatch

COPIES, STEPS, LONG = 6, 7, 30
OWN = Path(__file__).parents[1] / "models" / "own_aggregations.py"
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


def first_report(stack, arena, owner):
    """The metrics of one pass over experience, before the parameters change."""
    hyper = {spec.name: torch.full((stack.size,), spec.default) for spec in LEARNERS["ppo"].hyper}
    steps = LONG if stack.spec.game.turn_based else STEPS
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
        return replace(glance(game, copies, seed), over=ends & (not game.turn_based or seed % 10 == 9))

    return lambda game, copies: replace(flicker(game, copies), look=look)


def seats(game, players=2):
    return torch.randint(0, players, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(1))


KINDS = [(name, memory) for name in ("hunt", "crew") for memory in ({}, {"memory": "gru", "memory_size": 5})]
"""Seats that act at once and in turns, without a memory and with one."""


@pytest.mark.parametrize(
    ("aggregation", "channel", "kind"),
    [
        (aggregation, channel, kind)
        for first, aggregation in enumerate(AGGREGATIONS)
        for second, channel in enumerate(CHANNELS)
        for third, kind in enumerate(KINDS)
        if channel == "all" or (first + second) % len(KINDS) == third
    ],
)
def test_what_was_said_when_acting_is_said_again_when_learning(games, founders, restless, aggregation, channel, kind):
    name, memory = kind
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


@pytest.mark.parametrize(("name", "place"), [("hunt", "Shift"), ("relay", "Turns")])
def test_messages_that_do_not_arrive_would_be_noticed(games, founders, restless, monkeypatch, name, place):
    stack = founders(games[name], 2, **talking(games[name], "mean", "late"), normalise=False)
    exchange = getattr(delays, place).exchange
    silent = lambda self, turn, packed: [arrived * 0.0 for arrived in exchange(self, turn, packed)]  # noqa: E731
    monkeypatch.setattr(getattr(delays, place), "exchange", silent)
    assert float(first_report(stack, restless(games[name], COPIES), seats(games[name]))["kl"].abs().max()) > 1e-4


@pytest.mark.parametrize("name", ["hunt", "relay"])
def test_links_that_follow_from_positions_are_the_same_when_acting_and_when_learning(games, founders, restless, name):
    game = replace(games[name], position_size=2)
    stack = founders(game, 2, **talking(game, dynamic="nearest_in_world", options=(("k", 1),)), normalise=False)
    arena = restless(game, COPIES)

    def look(game, copies, seed):
        places = torch.rand(copies, len(game.seats), 2, generator=torch.Generator().manual_seed(seed))
        return replace(arena.look(game, copies, seed), positions=places)

    assert float(first_report(stack, replace(arena, look=look), seats(game))["kl"].abs().max()) < 1e-6


@pytest.mark.parametrize("reference", ["Loudest", "total"])
def test_an_aggregation_of_ones_own_is_the_same_when_acting_and_when_learning(games, founders, restless, reference):
    permit(f"{OWN}:{reference}")
    stack = founders(games["hunt"], 2, **talking(games["hunt"], f"{OWN}:{reference}", "all", rounds=2), normalise=False)
    assert float(first_report(stack, restless(games["hunt"], COPIES), seats(games["hunt"]))["kl"].abs().max()) < 1e-6


def test_an_aggregation_that_returns_something_else_is_refused(games, founders):
    permit(f"{OWN}:wrong")
    with pytest.raises(GameError, match=r"must return \[B, L, K\]"):
        founders(games["hunt"], 1, **talking(games["hunt"], f"{OWN}:wrong"))
