"""The random numbers of the decisions of matches: hashes of (ticket seed, step, slot, action)."""

from __future__ import annotations

from torch import Tensor

from envs.game import Game
from envs.random_numbers import counter_based_uniforms


def decision_uniforms(game: Game, seeds: Tensor, steps: Tensor | int) -> tuple[Tensor, ...]:
    """Return the random numbers of one step: per role float32 [N, slots, n]; see `counter_based_uniforms`."""
    noise, first = [], 0
    for index, role in enumerate(game.roles):
        noise.append(counter_based_uniforms(seeds, steps, game.slots(index), role.actions.size, first))
        first += game.slots(index)
    return tuple(noise)
