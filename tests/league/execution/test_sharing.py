"""Players that share a team: with a copy of itself a player plays as if it were alone, and others are silent to it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from agents.models.architecture import Architecture, Speech
from agents.models.spec import PlayerSpec
from comms.channel.settings import Channel
from envs.naming import describe, named
from league.execution.tasks import ArenaSpec, Contestant, PlayTask, play
from tournaments.tickets import Ticket

SETUP = named("mpe2/simple_spread_v3")
SPEECH = Speech((True,))


@pytest.fixture(scope="module")
def game():
    return describe(SETUP)


def player(game, speech, seed=0, **settings):
    """A player whose messages change what its team-mates do; everybody hears everybody."""
    speech_given = {} if speech is None else {"message_size": 2, "speech": speech}
    architecture = Architecture(hidden=(8,), **speech_given, **settings)
    spec = PlayerSpec(game, architecture)
    generator = torch.Generator().manual_seed(seed)
    parameters, statistics = spec.founder(generator)
    arrays = spec.parameters.to_arrays(parameters + 0.5 * torch.randn(parameters.shape, generator=generator))
    known = spec.statistics.to_arrays(statistics)
    links = {name: (1 - np.eye(len(array))).astype(np.float32) for name, array in known.items() if name.startswith("links.")}
    return Contestant(architecture, {**arrays, **known, **links})


def deaf(contestant):
    """The same player without links."""
    cut = {name: array * 0 if name.startswith("links.") else array for name, array in contestant.weights.items()}
    return replace(contestant, weights=cut)


def twin(game, contestant):
    """A player with the same actor and another critic, so that it is in another stack."""
    other = player(game, contestant.architecture.speech, seed=5, critic="local", **memory_of(contestant))
    same = {name: array for name, array in contestant.weights.items() if not name.startswith(("critic", "state", "return"))}
    return replace(other, weights={name: same.get(name, array) for name, array in other.weights.items()})


def memory_of(contestant):
    return {"memory": contestant.architecture.memory, "memory_size": contestant.architecture.memory_size}


def played(game, contestants, players):
    ticket = Ticket("m", 0, "evaluation", 11, players, (False,) * len(players), "s", ("",) * len(players))
    (result,) = play(PlayTask(ArenaSpec(SETUP, "auto", 0, "cpu"), contestants, [ticket], 1))
    return result.actions


@pytest.mark.parametrize(
    ("speech", "memory"),
    [
        (SPEECH, {}),
        (replace(SPEECH, rounds=2, aggregation="attention"), {}),
        (replace(SPEECH, channel=Channel(delay=2, loss=0.3)), {"memory": "gru", "memory_size": 4}),
        (replace(SPEECH, symbols=3, aggregation="gated"), {}),
    ],
    ids=["mean", "rounds", "late", "symbols"],
)
def test_with_its_twin_a_player_plays_as_if_it_were_alone(game, speech, memory):
    one = player(game, speech, **memory)
    both = {"a": one, "b": twin(game, one)}
    alone = played(game, both, ("a",))
    assert played(game, both, ("a", "b", "a")) == alone
    assert played(game, both, ("b", "b", "a")) == alone
    assert played(game, {"a": deaf(one)}, ("a",)) != alone, "its messages matter"


def test_players_of_other_voices_are_silent_to_each_other(game):
    one, other = player(game, SPEECH), player(game, replace(SPEECH, rounds=2), seed=1)
    shared = played(game, {"a": one, "b": other}, ("a", "b", "b"))
    assert shared == played(game, {"a": deaf(one), "b": other}, ("a", "b", "b"))
    assert shared != played(game, {"a": one, "b": deaf(other)}, ("a", "b", "b")), "two seats of one player hear each other"


def test_a_player_without_messages_can_have_a_partner_with_messages(game):
    both = {"a": player(game, SPEECH), "b": player(game, None, seed=2)}
    assert played(game, both, ("a", "b", "b")) == played(game, {**both, "a": deaf(both["a"])}, ("a", "b", "b"))
