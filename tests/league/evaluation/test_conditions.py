"""The same player under other conditions."""

from dataclasses import replace

import numpy as np
import pytest

from agents.models.architecture import Architecture, Speech
from comms.channel.settings import Channel
from envs.naming import describe
from league import LeagueError
from league.evaluation.conditions import conditions, links_of, speaking, without
from league.execution.tasks import Contestant

EDGE = ("speaker_0", "listener_0")


@pytest.fixture(scope="module")
def game():
    return describe("native/signal")


@pytest.fixture
def player(game):
    """Its listener hears its speaker, and not the other way round."""
    (side,) = game.sides
    seats = [game.seats[seat] for seat in game.teams[0]]
    links = np.zeros((2, 2), np.float32)
    links[seats.index("listener_0"), seats.index("speaker_0")] = 1.0
    architecture = Architecture(message_size=2, speech=Speech((True,), channel=Channel(delay=1)))
    return Contestant(architecture, {f"links.{side.name}": links})


def test_every_link_is_found_and_can_be_cut_alone(player, game):
    assert list(links_of(player, game)) == [EDGE]
    assert not links_of(without(player, game, EDGE), game)
    assert list(links_of(player, game)) == [EDGE], "the player itself stays as it is"


def test_conditions_differ_in_one_thing(player, game):
    found = {each.name: each for each in conditions(player, game, [EDGE])}
    assert list(found)[:3] == ["open", "cut", "edge speaker_0 > listener_0"]
    assert found["open"].contestant == player
    channel = player.architecture.speech.channel
    told = {name: each.contestant.architecture.speech.channel for name, each in found.items()}
    assert told["loss 0.5"] == replace(channel, loss=0.5)
    assert told["delay 3"] == replace(channel, delay=3)
    assert told["bits 1"] == replace(channel, bits=1)
    assert found["bits 1"].bits == 2.0
    assert found["open"].bits == 64.0


def test_symbols_are_not_quantised(player, game):
    speech = replace(player.architecture.speech, symbols=4)
    spelt = replace(player, architecture=replace(player.architecture, speech=speech))
    assert not [each for each in conditions(spelt, game, []) if each.kind == "bits"]


def test_links_of_earlier_versions_are_brought_into_the_weights(game):
    hears = ((0.0, 0.0), (1.0, 0.0))
    old = Contestant(Architecture(message_size=2, hears=(hears,)), {"x": np.zeros(1)})
    new = speaking("it", old, game)
    assert len(links_of(new, game)) == 1
    assert new.architecture.hears == ()
    assert new.architecture.speech == old.architecture.spoken


def test_a_player_without_messages_is_refused(game):
    with pytest.raises(LeagueError, match="it sends no messages"):
        speaking("it", Contestant(Architecture(), {}), game)
