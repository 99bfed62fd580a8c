"""An adversary that pushes an agent away from its landmark, equal step for step to `mpe2/simple_push_v3`.

The game is from R. Lowe et al., 2017. The twin is equal up to the rounding of float64, because contact forces contain a
logarithm, whose last bit differs between libraries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from envs.game import Game
from envs.twins.options import check_options, cycles
from envs.twins.particle_world import Agent, Features, Landmark, World
from envs.twins.particles import ParticleArena

ADVERSARY, AGENT, GOAL = 0, 1, 4

COLOURS = ((0.1, 0.9, 0.1), (0.1, 0.1, 0.9))
"""Colours of the landmarks. The agent's own colour, which only it observes, tells which landmark is the goal."""

OWN_COLOURS = ((0.25, 0.75, 0.25), (0.25, 0.25, 0.75))

PUSH = World(
    agents=(Agent("adversary_0"), Agent("agent_0")),
    landmarks=(Landmark(), Landmark()),
    colliders=2,
    goals=1,
    goal_features=tuple((*own, *COLOURS[0], *COLOURS[1]) for own in OWN_COLOURS),
)
"""The world of an adversary and an agent, which collide, and two landmarks, which do not."""


def observations(world: World) -> list[Features]:
    """Both observe their velocity, the landmarks and the other agent. The agent also observes the goal and all colours."""
    own_colour, colours = world.features_of([0])[:3], world.features_of([0])[3:]
    around = [world.positions([2, 3], me) for me in (ADVERSARY, AGENT)]
    return [
        world.velocities([ADVERSARY]) + around[ADVERSARY] + world.positions([AGENT], ADVERSARY),
        world.velocities([AGENT])
        + world.positions([GOAL], AGENT)
        + own_colour
        + around[AGENT]
        + colours
        + world.positions([ADVERSARY], AGENT),
    ]


class PushArena(ParticleArena):
    """N copies of the game."""

    def __init__(self, game: Game, world: World, rounds: int, copies: int, device: torch.device) -> None:
        super().__init__(game, world, observations(world), [(ADVERSARY, GOAL), (AGENT, GOAL)], rounds, copies, device)

    def _reward(self) -> Tensor:
        """The agent is rewarded for being near the goal, the adversary for being nearer than the agent."""
        adversary, agent = self.distance[self.contacts :].split(1)
        return torch.cat([agent - adversary, -agent])


def simple_push(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> PushArena:
    """Make copies of the game.

    Raises:
        UnsupportedOptions: A number is out of bounds.
    """
    check_options(game.name, options, ("max_cycles", "continuous_actions"))
    return PushArena(game, PUSH, cycles(game.name, options, default=25), copies, device)
