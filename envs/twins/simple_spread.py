"""Agents that have to cover all landmarks, equal to `mpe2/simple_spread_v3` (R. Lowe et al., 2017) step for step.

The twin is equal up to the rounding of float64, because contact forces contain a logarithm, whose last bit differs between
libraries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from envs.game import Game
from envs.twins.options import check_options, count, cycles, ratio
from envs.twins.particle_world import Agent, Features, Landmark, World
from envs.twins.particles import ParticleArena

MESSAGE_WIDTH = 2
"""Length of the messages in the observations; they are always zero, because no agent can speak."""


def spread_world(agents: int = 3) -> World:
    """Make the world of some agents, which collide, and equally many landmarks, which do not."""
    crowd = tuple(Agent(f"agent_{number}", size=0.15) for number in range(agents))
    return World(crowd, (Landmark(),) * agents, colliders=agents)


def observation(world: World, me: int) -> Features:
    """An agent observes its velocity, its position, the landmarks and other agents relative to it, and silent messages."""
    agents, others = len(world.agents), world.others(me)
    places = world.positions([me]) + world.positions([*range(agents, world.entities), *others], me)
    return world.velocities([me]) + places + world.silence(MESSAGE_WIDTH * len(others))


class SpreadArena(ParticleArena):
    """N copies. The share `local` of a reward is for the agent's own collisions, the rest for the coverage of the landmarks."""

    def __init__(self, game: Game, world: World, local: float, rounds: int, copies: int, device: torch.device) -> None:
        agents = range(len(world.agents))
        observations = [observation(world, me) for me in agents]
        measured = [(landmark, agent) for landmark in range(len(agents), world.entities) for agent in agents]
        super().__init__(game, world, observations, measured, rounds, copies, device)
        self._local = local
        part = [[float(agent in pair) for pair in world.contacts()] for agent in agents]
        self._takes_part = torch.tensor(part, dtype=torch.float64).view(len(agents), self.contacts).to(device)

    def _reward(self) -> Tensor:
        """Minus the distance of each landmark to the nearest agent, for all; minus one for each collision, for both agents."""
        measured = self.distance[self.contacts :].view(-1, len(self.world.agents), self.copies)
        shared = measured.amin(1).sum(0, keepdim=True).mul_(self._local - 1)
        return shared - (self._takes_part @ self.touching()).mul_(self._local) if self.contacts else shared


def simple_spread(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> SpreadArena:
    """Make copies of the game.

    Raises:
        UnsupportedOptions: A curriculum, early termination or partial observability is requested, or a number is out of bounds.
    """
    check_options(game.name, options, ("N", "local_ratio", "max_cycles", "continuous_actions"))
    world = spread_world(count(game.name, options, "N", default=3))
    local = ratio(game.name, options, "local_ratio", default=0.5)
    return SpreadArena(game, world, local, cycles(game.name, options, default=25), copies, device)
