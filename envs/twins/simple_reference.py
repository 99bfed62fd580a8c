"""Two agents that each know where the other one should be, equal to `mpe2/simple_reference_v3` (R. Lowe et al., 2017).

Equal step for step, in every bit: nothing collides here. An action is a move and a message at once.
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
"""Two agents and three landmarks, each in a colour of its own; goal i is known to agent i and meant for the other one."""


def observation(world: World, me: int) -> Features:
    """An agent sees its velocity, where the landmarks are, the other one's goal by colour, and what the other one just said."""
    return world.velocities([me]) + world.positions(LANDMARKS, me) + world.features_of([me]) + world.messages([1 - me])


class ReferenceArena(ParticleArena):
    """N copies; a part `local` of an agent's reward is for where the other one is, the rest for where both are."""

    def __init__(self, game: Game, world: World, local: float, rounds: int, copies: int, device: torch.device) -> None:
        measured = [(1 - me, GOALS[me]) for me in range(2)]
        super().__init__(game, world, [observation(world, me) for me in range(2)], measured, rounds, copies, device)
        self._local = local

    def _reward(self) -> Tensor:
        """Minus the distance of the other one from the goal that an agent knows, and minus the mean of both."""
        mean = self.distance.sum(0, keepdim=True).div_(2)
        return (self.distance * self._local).add_(mean.mul_(1 - self._local)).neg_()


def simple_reference(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> ReferenceArena:
    """Make copies of the game.

    Raises:
        UnsupportedOptions: A number out of bounds.
    """
    check_options(game.name, options, ("local_ratio", "max_cycles", "continuous_actions"))
    local = ratio(game.name, options, "local_ratio", default=0.5)
    return ReferenceArena(game, REFERENCE, local, cycles(game.name, options, default=25), copies, device)
