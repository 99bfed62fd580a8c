"""Agents that hide their goal from an adversary, equal to `mpe2/simple_adversary_v3` (R. Lowe et al., 2017).

The twin is equal step for step and bit for bit, because nothing collides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from envs.game import Game
from envs.twins.options import check_options, count, cycles
from envs.twins.particle_world import Agent, Features, Landmark, World
from envs.twins.particles import ParticleArena

ADVERSARY = 0
"""The agent that does not know the goal."""


def adversary_world(agents: int = 2) -> World:
    """Make the world of an adversary, some agents and equally many landmarks, one of which is the goal."""
    crowd = [Agent(f"agent_{number}", size=0.15) for number in range(agents)]
    return World((Agent("adversary_0", size=0.15), *crowd), (Landmark(size=0.08),) * agents, goals=1)


def observation(world: World, me: int) -> Features:
    """Rows of an agent's observation: the goal's position (not for the adversary), then those of all landmarks and others."""
    around = world.positions([*range(len(world.agents), world.entities), *world.others(me)], me)
    return around if me == ADVERSARY else world.positions([world.entities], me) + around


class AdversaryArena(ParticleArena):
    """N copies of the game."""

    def __init__(self, game: Game, world: World, rounds: int, copies: int, device: torch.device) -> None:
        agents = range(len(world.agents))
        measured = [(agent, world.entities) for agent in agents]
        super().__init__(game, world, [observation(world, me) for me in agents], measured, rounds, copies, device)

    def _reward(self) -> Tensor:
        """Adversary: minus its distance from the goal. Agents: that distance minus the distance of the nearest agent."""
        adversary, agents = self.distance[:1], self.distance[1:]
        hidden = adversary - agents.amin(0, keepdim=True)
        return torch.cat([-adversary, hidden.expand(len(agents), -1)])


def simple_adversary(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> AdversaryArena:
    """Make copies of the game.

    Raises:
        UnsupportedOptions: Partial observability is requested, or a number is out of bounds.
    """
    check_options(game.name, options, ("N", "max_cycles", "continuous_actions"))
    world = adversary_world(count(game.name, options, "N", default=2))
    return AdversaryArena(game, world, cycles(game.name, options, default=25), copies, device)
