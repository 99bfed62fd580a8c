"""Weights of messages that change from step to step are kept with every decision."""

import gzip
import json

import pytest
import torch

import envs
from envs.bots.registry import BotActor, find_bot
from envs.game import GameSetup
from tournaments.match.play import play
from tournaments.replay.format import ReplayError, load, save
from tournaments.replay.recorder import channels_of, record
from tournaments.replay.verification import verify
from tournaments.schedule.formats import Plan, round_robin

CONNECT_FOUR = GameSetup("classic/connect_four_v3")


class Wavering:
    """A bot that hears another seat with a weight that follows from what the game shows."""

    memory_size = 0

    def __init__(self, game, bot, holds):
        self.actor = BotActor(game, bot, holds)

    def act(self, now, memory, noise, actions):
        self.actor.act(now, memory, noise, actions)

    def explain(self, now, memory, insight):
        copies, seats = now.acting.shape
        insight.messages = torch.zeros(copies, seats, 2)
        insight.hears = torch.zeros(copies, seats, seats)
        insight.hears[:, 1, 0] = now.observation[0].flatten(1).sum(1) % 7 / 7
        insight.hears[:, 0, 1] = 0.5


@pytest.fixture(scope="module")
def replay():
    game = envs.describe(CONNECT_FOUR)
    bot = find_bot("random", game)

    def cast(owner, players):
        return [Wavering(game, bot, owner == index) for index in range(len(players))]

    result = play(envs.make(CONNECT_FOUR, 1), round_robin(game, ["one", "other"], Plan(2, 3))[:1], cast)[0]
    return record(result, CONNECT_FOUR, cast)


def test_weights_that_change_are_kept_step_by_step(replay, tmp_path):
    decisions = [decision for step in replay.steps for decision in step.decisions]
    assert {decision.heard for decision in decisions if decision.seat == 0} == {((1, 0.5),)}
    heard = [dict(decision.heard).get(0, 0.0) for decision in decisions if decision.seat == 1]
    assert len(set(heard)) > 1
    weights = {(channel.speaker, channel.listener): channel.weight for channel in replay.channels}
    assert weights == {(1, 0): 0.5, (0, 1): pytest.approx(sum(heard) / len(heard), abs=1e-3)}
    save(replay, tmp_path / "one.replay.json.gz")
    assert load(tmp_path / "one.replay.json.gz") == replay
    assert verify(tmp_path / "one.replay.json.gz").verified


def test_a_seat_that_is_not_there_cannot_be_heard(replay, tmp_path):
    path = tmp_path / "one.replay.json.gz"
    save(replay, path)
    data = json.loads(gzip.decompress(path.read_bytes()))
    data["steps"][0]["decisions"][0]["heard"] = [[7, 0.5]]
    path.write_bytes(gzip.compress(json.dumps(data).encode()))
    with pytest.raises(ReplayError, match="there is no seat 7"):
        load(path)


def test_weights_that_never_change_are_those_of_the_channels():
    hears, acted = torch.zeros(3, 2, 2), torch.tensor([[True, False], [False, True], [True, True]])
    hears[:, 1, 0] = 0.5
    (channel,), changing = channels_of(hears, acted)
    assert (channel.speaker, channel.listener, channel.weight, changing) == (0, 1, 0.5, False)
    assert channels_of(None, acted) == (set(), False)
