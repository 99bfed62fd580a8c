"""Players that were trained with a critic act without it."""

import numpy as np
import pytest
import torch

import envs
from agents.acting.seated import SeatedStack
from agents.models.layout import UnfitWeights
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.arena import blank_memory
from envs.conformance.compare import random_actions
from league.evaluation.configuration import stored_config
from league.execution.architectures import architecture_of
from league.storage.store import Store
from tournaments.match.play import blank_actions

CRITICS = ("critic", "state.", "return.")
"""How the names of pieces begin that only critics use."""


def test_the_actions_of_a_stored_player_are_the_same_bits_when_its_critic_is_deleted(finished):
    store = Store.open(finished, "smoke")
    config = stored_config(store)
    game = envs.describe(config.game.setup())
    player = next(each for each in store.players() if each.status != "anchor" and each.weights)
    weights = store.weights.get(player.weights, player.name)
    gone = {name: np.full_like(value, np.nan) if name.startswith(CRITICS) else value for name, value in weights.items()}
    assert any(name.startswith("critic") for name in weights)
    assert {name for name in gone if np.isnan(gone[name]).any()} == {name for name in weights if name.startswith(CRITICS)}
    spec, cpu = PlayerSpec(game, architecture_of(player, config, game)), torch.device("cpu")
    owner = torch.zeros((8, len(game.teams)), dtype=torch.int64)
    whole, bare = (SeatedStack(Stack.of(spec, [arrays], cpu), owner) for arrays in (weights, gone))
    arena, generator = envs.make(config.game.setup(), 8), torch.Generator().manual_seed(0)
    now, memory = arena.restart(torch.arange(8)), blank_memory(game, 8, [whole], cpu)
    for _ in range(20):
        shapes = [(8, game.slots(index), role.actions.size) for index, role in enumerate(game.roles)]
        noise = [torch.rand(shape, generator=generator).clamp(1e-6, 1 - 1e-6) for shape in shapes]
        chosen = [blank_actions(game, 8, cpu) for _ in range(2)]
        for actor, actions in zip((whole, bare), chosen, strict=True):
            actor.act(now, memory.clone(), noise, actions)
        assert all(map(torch.equal, *chosen))
        now = arena.step(random_actions(game, now, generator), torch.arange(8))
    arena.close()
    with pytest.raises(UnfitWeights, match="the weights have no critic"):  # a learner, though, needs its critic
        Stack.of(spec, [{name: value for name, value in weights.items() if not name.startswith(CRITICS)}], cpu)
