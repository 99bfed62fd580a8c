"""The gradient of deep Q-learning that was derived by hand is that of automatic differentiation."""

import pytest
import torch

from agents.learners import dqn
from agents.learners.contract import Schedule, TrainingInput
from agents.learners.gradient import action_values
from agents.learners.hyper import stacked
from agents.learners.off_policy import Memories, draw
from agents.learners.table import LEARNERS
from agents.learners.target import Learnt
from agents.models.architecture import Architecture
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.game import ActionSpace, Game, Role, Side
from envs.stopwatch import Stopwatch

CPU, PLAYERS, ROWS = torch.device("cpu"), 3, 40
LEFT = Role("left", 0, (0, 1), 2, (5,), ActionSpace("discrete", 4))
RIGHT = Role("right", 0, (2,), 1, (3,), ActionSpace("discrete", 2))
GAME = Game("two roles", ("a", "b", "c"), ((0, 1, 2),), (Side("side", (0,), (0, 1), 3),), (LEFT, RIGHT), False, 13)


class Alone:
    """An arena that is only a description: the rows of the memory are given."""

    game, copies, device = GAME, 1, CPU


def learner(activation: str, normalise: bool, **options: object) -> tuple[TrainingInput, dqn.DeepQ, Memories]:
    spec = LEARNERS["dqn"]
    architecture = Architecture((8, 6), activation, "local", normalise, has_critic=False, decision="greedy")
    player, generator = PlayerSpec(GAME, architecture), torch.Generator().manual_seed(4)
    stack = Stack(
        player, *(torch.stack(part) for part in zip(*(player.founder(generator) for _ in range(PLAYERS)), strict=True))
    )
    stack.parameters += 0.3 * torch.randn(stack.parameters.shape, generator=generator)
    stack.statistics += torch.rand(stack.statistics.shape, generator=generator)
    settings = {one.name: one.default for one in spec.options} | {"warm_up": 1, "batch": 16, "replay": 64} | options
    values = stacked([{one.name: one.default for one in spec.hyper}] * PLAYERS, CPU)
    owner = torch.zeros(1, 1, dtype=torch.int64)
    given = TrainingInput(
        Alone(),
        stack,
        [{}] * PLAYERS,
        owner,
        lambda block: [],
        values,
        Schedule(1, 1),
        generator,
        Stopwatch(),
        options=settings,
    )
    memories = Memories.restored(given, 64, joint=False)
    for number in range(PLAYERS - 1):  # the last player has no rows yet
        memories.sides[0].write(number, rows(generator))
    learnt = Learnt.of_players(player.parameters, stack.parameters, given.states)
    learnt.target += 0.2 * torch.randn(learnt.target.shape, generator=generator)
    return given, dqn.DeepQ(given, memories, learnt, Learnt.of_pieces([], given.states, generator, "extra.")), memories


def rows(generator: torch.Generator) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = {}
    for place, role in enumerate((LEFT, RIGHT)):
        shape = ROWS, role.per_team
        for name in ("observation", "then"):
            found[f"{place}.{name}"] = torch.randn(*shape, role.features, generator=generator)
        for name in ("legal", "then_legal"):
            mask = torch.rand(*shape, role.actions.size, generator=generator) < 0.6
            mask[..., 0] |= ~mask.any(-1)
            found[f"{place}.{name}"] = mask
        found[f"{place}.action"] = torch.randint(0, role.actions.size, shape, generator=generator)
    found["reward"] = 2 * torch.randn(ROWS, 3, generator=generator)
    found["discount"] = 0.9 * (torch.rand(ROWS, 3, generator=generator) < 0.8)
    return found | {"known": torch.rand(ROWS, 3, generator=generator) < 0.7}


@pytest.mark.parametrize(
    ("activation", "normalise", "options"),
    [("tanh", True, {"double": True}), ("relu", False, {"double": False}), ("relu", True, {"priority": 0.6})],
)
def test_a_step_by_hand_is_a_step_by_autograd(activation, normalise, options, monkeypatch):
    found = []
    for covers in (True, False):
        monkeypatch.setattr(dqn, "covers", lambda given, covers=covers: covers and action_values.covers(given))
        given, learning, memories = learner(activation, normalise, **options)
        reports = [learning.improve(draw(given, memories, given.options)) for _ in range(3)]
        assert (learning._derived is not None) == covers
        found.append((reports[-1], given.stack.parameters, learning.actor.target, memories.sides[0].priority))
    (report, parameters, target, priority), (own_report, own_parameters, own_target, own_priority) = found
    assert torch.allclose(parameters, own_parameters, atol=1e-5)
    assert torch.allclose(target, own_target, atol=1e-5)
    assert torch.allclose(priority, own_priority, atol=1e-4)
    for name, value in own_report.items():
        assert torch.allclose(report[name], value, atol=1e-4), name


@pytest.mark.parametrize("options", [{"duelling": True}, {"team": "vdn"}])
def test_other_kinds_of_values_learn_by_autograd(options):
    _, learning, _ = learner("tanh", True, **options)
    assert learning._derived is None
