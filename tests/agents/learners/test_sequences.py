"""Players with a memory learn from whole sequences: what is unrolled in training is what was carried when they acted."""

from dataclasses import dataclass, replace

import pytest
import torch

from agents.acting.rollout import Experience, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.learners.gradient import autograd, memories
from agents.learners.gradient.analytic import Derived, covers
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import minibatch_of, minibatches_of, shuffled
from agents.learners.on_policy import estimate
from agents.learners.optimiser import Adam
from envs import compiling
from envs.arena import Final, Immediate

CPU = torch.device("cpu")
PLAYERS, COPIES, STEPS = 2, 5, 9
HYPER = HyperParameters.stack(
    [{"learning_rate": 1e-3, "clip": 0.2, "entropy": 0.01, "gamma": 0.9, "gae_lambda": 0.8}] * PLAYERS, CPU
)
REMEMBERS = {"memory": "gru", "memory_size": 5}


@dataclass
class Ending(Immediate):
    """A flickering arena in which a third of the games end at every step."""

    flicker: object
    clock: int = 0

    def __post_init__(self):
        self.game, self.copies, self.device = self.flicker.game, self.flicker.copies, self.flicker.device

    def restart(self, seeds):
        return self.flicker.restart(seeds)

    def step(self, actions, next_seeds):
        now, last = self.flicker.step(actions, next_seeds), self.flicker.look(self.game, self.copies, 1000 + self.flicker.clock)
        over = torch.rand(self.copies, generator=torch.Generator().manual_seed(self.flicker.clock)) < 0.3
        cut = now.truncated & ~now.terminated
        return replace(now, truncated=cut, over=over, final=Final(last.observation, last.state))


@dataclass
class Collected:
    stack: object
    owner: torch.Tensor
    table: Table
    experience: Experience
    tally: Tally

    def batches(self):
        with torch.no_grad():
            return estimate(self.stack, self.owner, self.experience, HYPER.gamma, HYPER.gae_lambda)

    def again(self, generator):
        with torch.no_grad():
            collect([self.table], self.experience, self.tally, generator)


@pytest.fixture
def collected(founders, flicker):
    """A second collection: games are under way when it begins."""

    def play(game, seed=0, **architecture):
        stack = founders(game, PLAYERS, **{**REMEMBERS, **architecture})
        generator = torch.Generator().manual_seed(seed)
        owner = torch.randint(EMPTY, PLAYERS, (COPIES, len(game.teams)), generator=generator)
        owner[0], owner[1] = 0, 1
        arena = Ending(flicker(game, COPIES))
        table = Table(arena, slice(0, COPIES), SeatedStack(stack, owner), [], arena.restart(torch.zeros(COPIES)))
        room = Experience.empty(game, STEPS, COPIES, CPU, memory_size=5)
        found = Collected(stack, owner, table, room, Tally.empty(game, COPIES, CPU))
        found.again(generator)
        found.again(generator)
        return found

    return play


def first(stack, batches, minibatches=2):
    """The first minibatch of every side."""
    generator = torch.Generator().manual_seed(0)
    return [minibatch_of(stack, side, batch, shuffled(batch.units.real, minibatches, generator)[0]) for side, batch in batches]


@pytest.mark.parametrize("critic", ["centralised", "local"])
def test_the_policy_that_acted_has_moved_nowhere(game, collected, critic):
    found = collected(game, critic=critic)
    _, figures = autograd.gradient(found.stack, first(found.stack, found.batches()), HYPER, 0.5)
    assert (figures[0] > 0).all()
    assert float(figures[4].abs().max()) < 1e-4
    assert float(figures[5].max()) == 0.0


def test_it_would_have_moved_if_a_sequence_began_with_nothing(game, collected):
    found = collected(game)
    minibatches = [replace(m, start=torch.zeros_like(m.start)) for m in first(found.stack, found.batches())]
    _, figures = autograd.gradient(found.stack, minibatches, HYPER, 0.5)
    assert float(figures[4].max()) > 1e-4


def test_it_would_have_moved_if_memory_went_on_beyond_the_end_of_a_game(game, collected):
    found = collected(game)
    batches = found.batches()
    batches = [
        (side, replace(batch, sequences=replace(batch.sequences, ends=torch.zeros_like(batch.sequences.ends))))
        for side, batch in batches
    ]
    _, figures = autograd.gradient(found.stack, first(found.stack, batches), HYPER, 0.5)
    assert float(figures[4].max()) > 1e-4


@pytest.mark.parametrize("name", ["crew", "duel", "hunt", "melee"])
def test_it_would_have_moved_if_a_life_remembered_the_one_before(games, name, collected):
    found = collected(games[name])
    assert bool((found.experience.terminated & ~found.experience.over.unsqueeze(2)).any())
    found.experience.terminated[:] = False
    _, figures = autograd.gradient(found.stack, first(found.stack, found.batches()), HYPER, 0.5)
    assert float(figures[4].max()) > 1e-4


@pytest.mark.parametrize("rows", [memories.PORTION, 30])
@pytest.mark.parametrize(("activation", "hidden"), [("tanh", (8, 8)), ("relu", (6, 5, 4))])
def test_the_derived_gradient_through_time_is_autograds(game, collected, monkeypatch, rows, activation, hidden):
    monkeypatch.setattr(memories, "PORTION", rows)
    found = collected(game, activation=activation, hidden=hidden)
    batches = found.batches()
    noise = torch.randn(found.stack.parameters.shape, generator=torch.Generator().manual_seed(0))
    found.stack.parameters += 0.05 * noise
    assert covers(found.stack)
    taught, derived = first(found.stack, batches), Derived(found.stack)
    expected, told = autograd.gradient(found.stack, taught, HYPER, 0.5)
    for _ in range(2):  # a second gradient knows nothing of the first
        gradient, figures = derived.gradient(taught, HYPER, 0.5)
        torch.testing.assert_close(gradient, expected, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(figures, told, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("seed", [0, 1])
def test_remembering_by_kernels_is_remembering_by_the_general_path(game, glance, founders, chances, blank, monkeypatch, seed):
    stack, ways = founders(game, PLAYERS, **REMEMBERS), []
    owner = torch.randint(EMPTY, PLAYERS, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(seed))
    for compiled in (True, False):
        monkeypatch.setattr(compiling, "serve", lambda device, compiled=compiled: compiled)
        memory, way = torch.zeros(COPIES, len(game.seats), 7), []
        for step in range(3):
            actions = blank(game, COPIES)
            now, noise = glance(game, COPIES, 10 * seed + step), chances(game, COPIES, 10 * seed + step)
            log_probs = SeatedStack(stack, owner).decide(now, memory, noise, actions)
            way += [*actions, *log_probs, memory.clone()]
        ways.append(way)
    for one, other in zip(*ways, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)
    assert (ways[0][-1][..., 5:] == 0).all()


def test_every_decision_learnt_from_is_dealt_once(game, collected):
    found, generator = collected(game), torch.Generator().manual_seed(0)
    for side, batch in found.batches():
        dealt = [minibatch_of(found.stack, side, batch, indices) for indices in shuffled(batch.units.real, 2, generator)]
        assert torch.equal(sum(minibatch.weight.flatten(1).sum(1) for minibatch in dealt), batch.weight.flatten(1).sum(1))


def test_sequences_taken_together_have_the_bits_of_those_taken_one_by_one(game, collected):
    found, generator = collected(game), torch.Generator().manual_seed(0)
    for side, batch in found.batches():
        dealt = shuffled(batch.units.real, 3, generator)
        for one, indices in zip(minibatches_of(found.stack, side, batch, dealt), dealt, strict=True):
            alone = minibatch_of(found.stack, side, batch, indices)
            for name in ("rows", "weight", "advantage", "target", "start"):
                assert torch.equal(getattr(one, name), getattr(alone, name))


def test_the_gradient_reaches_what_was_seen_many_steps_ago(games, collected):
    found = collected(games["melee"])
    (minibatch,) = first(found.stack, found.batches(), minibatches=1)
    late = torch.zeros_like(minibatch.weight).view(PLAYERS, -1, STEPS, minibatch.weight.shape[2])
    late[:, :, -1] = minibatch.weight.view(late.shape)[:, :, -1]
    early = minibatch.batch.observation[0].view(STEPS, -1, *minibatch.batch.observation[0].shape[1:])
    minibatch.batch.sequences.ends[:] = False

    def slope():
        gradient, _ = autograd.gradient(found.stack, [replace(minibatch, weight=late.flatten(1, 2))], HYPER, 0.0)
        return gradient

    before = slope()
    early[0] += 1.0
    assert float((slope() - before).abs().max()) > 1e-6


def test_what_a_seat_carries_moves_only_where_it_acts_and_ends_with_the_game(game, collected):
    found = collected(game)
    memory, acting = found.experience.memory, found.experience.acting
    ends = found.experience.over.unsqueeze(2) | found.experience.terminated
    held = found.owner[:, list(game.team_of_seat)] != EMPTY
    for step in range(STEPS):
        moved = (memory[step + 1] != memory[step]).any(2)
        goes_on = ~ends[step]
        assert not (moved & goes_on & ~(acting[step] & held)).any()
        assert (moved | ~(goes_on & acting[step] & held)).all()
        assert not memory[step + 1][ends[step]].any()


def test_learning_moves_encoder_memory_and_head(games, collected):
    found = collected(games["hunt"])
    before, adam = found.stack.parameters.clone(), Adam.fresh(found.stack.parameters)
    gradient, _ = autograd.gradient(found.stack, first(found.stack, found.batches()), HYPER, 0.5)
    adam.step(found.stack.parameters, gradient, HYPER.learning_rate, 0.5)
    layout = found.stack.spec.parameters.split(found.stack.parameters - before)
    for name in ("encoder.role0.0.weight", "memory.role0.hidden.weight", "memory.role0.input.weight", "actor.role0.0.weight"):
        assert bool(layout[name].flatten(1).any(1).all()), name
