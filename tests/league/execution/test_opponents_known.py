"""A critic that sees who the opponent is judges the same position differently; actors never see it."""

import pytest
import torch

import envs
from agents.learners.contract import Schedule
from agents.models.architecture import Architecture
from agents.models.facts import OPPONENTS, identity
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.arena import Insight, blank_memory
from envs.game import GameSetup
from league.execution.tasks import ArenaSpec, Contestant, Trainee, TrainTask, actor_factory, train
from tournaments.match.play import blank_actions
from tournaments.tickets import Ticket

GAME = "classic/tictactoe_v3"
CPU = torch.device("cpu")


def founder(**architecture):
    """A newborn's architecture and weights."""
    spec = PlayerSpec(envs.describe(GAME), Architecture(hidden=(8,), **architecture))
    parts = spec.founder(torch.Generator().manual_seed(0))
    return spec.architecture, Stack(spec, *(part.unsqueeze(0) for part in parts)).player(0)


def seen_against(opponent, *, sees):
    """The value of the first position and the action there, of a player that meets an opponent."""
    game = envs.describe(GAME)
    architecture, weights = founder(critic_sees=("opponent",) if sees else ())
    contestants = {"me": Contestant(architecture, weights), opponent: Contestant(bot="random")}
    (mine, _) = actor_factory(game, contestants, CPU)(torch.tensor([[0, 1]]), ("me", opponent))
    arena = envs.make(GAME, 1)
    now, actions = arena.restart(torch.tensor([0])), blank_actions(game, 1, CPU)
    insight = Insight((torch.zeros(1, 1, 9),), torch.zeros(1, 2))
    memory = blank_memory(game, 1, [mine], CPU)
    mine.explain(now, memory, insight)
    mine.act(now, memory, [torch.full((1, 1, 9), 0.5)], actions)
    return float(insight.value[0, 0]), actions[0].tolist(), insight.probabilities[0].tolist()


def test_the_value_of_a_position_depends_on_the_opponent_only_for_a_critic_that_sees_it():
    assert identity("one") != identity("other")
    one, other = (seen_against(name, sees=True) for name in ("one", "other"))
    assert one[0] != other[0]
    assert one[1:] == other[1:]
    assert seen_against("one", sees=False) == seen_against("other", sees=False)


def test_training_shows_the_critic_who_holds_the_other_team():
    architecture, weights = founder(critic_sees=("opponent",))
    ticket = Ticket("m", 0, "train", 0, ("me", "bot:random"), (True, False), "s", ("", ""))
    hyper = {"learning_rate": 1e-3, "clip": 0.2, "entropy": 0.01, "gamma": 1.0, "gae_lambda": 0.9}
    arena, opponents = ArenaSpec(GameSetup(GAME), "auto", 0, "cpu"), {"bot:random": Contestant(bot="random")}
    trainee = Trainee("me", weights, {}, hyper, [ticket] * 4)
    (done,) = train(TrainTask(arena, architecture, [trainee], opponents, Schedule(1, 8), 0))
    mean = done.weights["state.player.mean"][-OPPONENTS:]
    assert mean.argmax() == identity("bot:random")
    assert mean.sum() == pytest.approx(1.0)
