"""What an accelerator would have to wait for: nothing, from one step of a collection to the next."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from agents.acting.rollout import Experience, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.learners import a2c, a3c, ppo
from agents.learners.contract import Schedule, TrainingInput
from agents.learners.hyper import stacked
from agents.learners.table import LEARNERS
from envs import compiling
from envs.description import describe
from envs.stopwatch import Stopwatch
from envs.twins.board import BoardArena
from envs.twins.connect_four import CONNECT_FOUR
from envs.twins.simple_tag import simple_tag

CPU = torch.device("cpu")
COPIES, STEPS = 6, 30
QUESTIONS = {"_local_scalar_dense", "nonzero", "masked_select", "is_nonzero", "item", "unique", "equal", "lift_fresh"}
"""Operations that wait for a device, or bring it something from the host."""


class Questions(TorchDispatchMode):
    """Notes every operation that would make the host wait for a device, and masks used as an index, which are counted first."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        masks = name in ("index", "index_put", "index_put_") and any(x is not None and x.dtype == torch.bool for x in args[1])
        if name in QUESTIONS or masks:
            self.asked.append(name)
        return function(*args, **(kwargs or {}))


@pytest.fixture(autouse=True)
def an_accelerator(monkeypatch):
    """Make the CPU be treated like any other device."""
    monkeypatch.setattr(compiling, "serve", lambda device: False)


def board():
    game = describe("classic/connect_four_v3")
    return BoardArena(game, CONNECT_FOUR, COPIES, CPU)


def chase():
    return simple_tag(describe("mpe2/simple_tag_v3"), {"max_cycles": 1000}, COPIES, CPU)


@pytest.mark.parametrize("make", [board, chase])
@pytest.mark.parametrize("critic", ["centralised", "local"])
def test_a_collection_asks_nothing_between_its_steps(founders, make, critic):
    arena = make()
    stack, seats = founders(arena.game, 2, critic=critic), torch.arange(COPIES).unsqueeze(1) % 2
    owner = seats.repeat(1, len(arena.game.teams))
    learners, others = SeatedStack(stack, owner), SeatedStack(stack, torch.where(owner == 0, EMPTY, 1))
    now, generator, asked = arena.restart(torch.arange(COPIES)), torch.Generator().manual_seed(0), []
    table = Table(arena, slice(0, COPIES), learners, [others], now)
    for steps in (1, 2, 30):
        experience, tally = Experience.empty(arena.game, steps, COPIES, CPU), Tally.empty(arena.game, COPIES, CPU)
        with torch.no_grad(), Questions() as questions:
            collect([table], experience, tally, generator)
        asked.append(len(questions.asked))
    assert asked[2] - asked[1] <= 1  # a board asks every 32 steps whether an action was refused


def test_a_question_would_be_noticed():
    with Questions() as questions:
        bool(torch.ones(3).any())
        torch.ones(3)[torch.ones(3) > 0]
        torch.tensor([1, 2])
    assert {"_local_scalar_dense", "index", "lift_fresh"} <= set(questions.asked)


@pytest.mark.parametrize(("name", "learner"), [("ppo", ppo.train), ("a2c", a2c.train), ("a3c", a3c.train)])
@pytest.mark.parametrize("make", [board, chase])
def test_a_whole_training_goes_the_general_way(founders, make, name, learner):
    arena = make()
    stack, owner = founders(arena.game, 2), torch.arange(COPIES).unsqueeze(1).repeat(1, len(arena.game.teams)) % 2
    before = stack.parameters.clone()
    hyper = stacked([{spec.name: spec.default for spec in LEARNERS[name].hyper}] * 2, CPU)
    schedule, generator = Schedule(updates=2, steps=STEPS), torch.Generator().manual_seed(0)
    output = learner(TrainingInput(arena, stack, [{}, {}], owner, lambda block: [], hyper, schedule, generator, Stopwatch()))
    assert bool((output.reports[-1]["decisions"] > 0).all())
    assert not torch.equal(stack.parameters, before)
