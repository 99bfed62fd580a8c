"""Two agents that each know the goal of the other, equal to `mpe2/simple_reference_v3` (R. Lowe et al., 2017).

The twin is equal step for step and bit for bit, because nothing collides. An action is a move together with a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from envs.game import Game
from envs.twins.options import check_options, cycles, ratio
from envs.twins.particle_world import Agent, Features, Landmark, World
from envs.twins.particles import ParticleArena

LANDMARKS, GOALS = (2, 3, 4), (5, 6)

REFERENCE = World(
    agents=(Agent("agent_0", speaks=True), Agent("agent_1", speaks=True)),
    landmarks=(Landmark(),) * 3,
    goals=2,
    goal_features=((0.75, 0.25, 0.25), (0.25, 0.75, 0.25), (0.25, 0.25, 0.75)),
    message_width=10,
)
"""The world of two agents and three landmarks of different colours. Agent i knows goal i, which the other one should reach."""


def observation(world: World, me: int) -> Features:
    """An agent observes its velocity, the landmarks, the colour of the other one's goal, and the other one's last message."""
    return world.velocities([me]) + world.positions(LANDMARKS, me) + world.features_of([me]) + world.messages([1 - me])


class ReferenceArena(ParticleArena):
    """N copies. The share `local` of an agent's reward depends on the other one's position, the rest on both positions."""

    def __init__(self, game: Game, world: World, local: float, rounds: int, copies: int, device: torch.device) -> None:
        measured = [(1 - me, GOALS[me]) for me in range(2)]
        super().__init__(game, world, [observation(world, me) for me in range(2)], measured, rounds, copies, device)
        self._local = local

    def _reward(self) -> Tensor:
        """Minus the other one's distance from the goal that an agent knows, mixed with minus the mean of both distances."""
        mean = self.distance.sum(0, keepdim=True).div_(2)
        return (self.distance * self._local).add_(mean.mul_(1 - self._local)).neg_()


def simple_reference(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> ReferenceArena:
    """Make copies of the game.

    Raises:
        UnsupportedOptions: A number is out of bounds.
    """
    check_options(game.name, options, ("local_ratio", "max_cycles", "continuous_actions"))
    local = ratio(game.name, options, "local_ratio", default=0.5)
    return ReferenceArena(game, REFERENCE, local, cycles(game.name, options, default=25), copies, device)
