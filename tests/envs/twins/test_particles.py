"""The compiled dynamics of particle games have the bits of the operations on tensors."""

import pytest
import torch

from envs import compiling
from envs.arena import RESTS
from envs.conformance.compare import random_actions
from envs.description import describe
from envs.game import GameSetup
from envs.twins.table import TWINS

CPU = torch.device("cpu")
GAMES = [
    (name, continuous)
    for name in ("mpe2/simple_tag_v3", "mpe2/simple_spread_v3", "mpe2/simple_reference_v3", "mpe2/simple_push_v3")
    for continuous in (False, True)
]


def shown(name, options, copies):
    """Everything that 40 steps of random actions show, with a copy that rests."""
    arena = TWINS[name](describe(GameSetup(name, options)), options, copies, CPU)
    generator, seeds = torch.Generator().manual_seed(1), torch.arange(copies)
    now, seen = arena.restart(torch.where(seeds == 2, RESTS, seeds)), []
    for _ in range(40):
        now = arena.step(random_actions(arena.game, now, generator), seeds + 10)
        seen += [*now.observation, now.state.clone(), now.reward, now.over]
    return seen


@pytest.mark.parametrize(("name", "continuous"), GAMES)
@pytest.mark.parametrize("copies", [1, 5, 33])
def test_compiled_loops_have_the_bits_of_tensors(name, continuous, copies, monkeypatch):
    options = {"continuous_actions": continuous}
    compiled = shown(name, options, copies)
    monkeypatch.setattr(compiling, "serve", lambda device: False)
    assert all(torch.equal(one, other) for one, other in zip(compiled, shown(name, options, copies), strict=True))


def test_a_weaker_contact_would_be_noticed(monkeypatch):
    name, options = "mpe2/simple_tag_v3", {"continuous_actions": False}
    compiled = shown(name, options, 5)
    monkeypatch.setattr("envs.twins.particles.FAINTEST", -1.0)
    assert not all(torch.equal(one, other) for one, other in zip(compiled, shown(name, options, 5), strict=True))
