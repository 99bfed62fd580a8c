"""Predators and prey, equal to `mpe2/simple_tag_v3` (R. Lowe et al., 2017) step for step up to the rounding of float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from envs.game import Game
from envs.twins import particle_kernels
from envs.twins.options import UnsupportedOptions, check_options, cycles
from envs.twins.particle_world import Agent, Features, Landmark, Physics, World
from envs.twins.particles import PHYSICS, ParticleArena


def tag_world(predators: int = 3, prey: int = 1, obstacles: int = 2) -> World:
    """Make the world of predators, prey and obstacles, which all collide."""
    chasing = [Agent(f"adversary_{number}", size=0.075, accel=3.0, top_speed=1.0) for number in range(predators)]
    chased = [Agent(f"agent_{number}", size=0.05, accel=4.0, top_speed=1.3) for number in range(prey)]
    in_the_way = (Landmark(size=0.2, start_within=0.9),) * obstacles
    return World((*chasing, *chased), in_the_way, colliders=predators + prey + obstacles)


class TagArena(ParticleArena):
    """N copies of the game."""

    def __init__(
        self, game: Game, world: World, rounds: int, copies: int, device: torch.device, physics: Physics = PHYSICS
    ) -> None:
        observations = [observation(world, me) for me in range(len(world.agents))]
        super().__init__(game, world, observations, (), rounds, copies, device, physics)
        self._predators = _predators(world)
        self._points_won = points(world).to(device)

    def _reward(self) -> Tensor:
        if self._compiled:
            return self._reward_by_loops()
        reward = self._points_won @ self.touching()
        reward[self._predators :] -= fence(self.position[self._predators :]).sum(1)
        return reward

    def _reward_by_loops(self) -> Tensor:
        """`_reward` in compiled loops. The exponential function is PyTorch's."""
        reward, prey = torch.empty(len(self.world.agents), self.copies, dtype=torch.float64), self.position[self._predators :]
        steep = prey.abs().sub_(1).mul_(2).exp_()
        arrays = (x.numpy() for x in (self._points_won, self.overlap, prey, steep, reward))
        particle_kernels.tag_reward(*arrays)
        return reward


def observation(world: World, me: int) -> Features:
    """An agent observes its velocity and position, obstacles and agents relative to it, and the velocities of other prey."""
    others = world.others(me)
    obstacles = range(len(world.agents), world.entities)
    prey = [other for other in others if other >= _predators(world)]
    return world.velocities([me]) + world.positions([me]) + world.positions([*obstacles, *others], me) + world.velocities(prey)


def points(world: World) -> Tensor:
    """Rewards of collisions: for each one between predator and prey, ten points to every predator and minus ten to the prey.

    Returns:
        float64 [agents, contacts].
    """
    predators, agents = _predators(world), len(world.agents)
    won = torch.zeros(agents, len(world.contacts()), dtype=torch.float64)
    for contact, (one, other) in enumerate(world.contacts()):
        if one < predators <= other < agents:
            won[:predators, contact], won[other, contact] = 10.0, -10.0
    return won


def fence(place: Tensor) -> Tensor:
    """Penalty of prey near or beyond the edge, per coordinate: linear from 0.9, exponential from 1, at most 10."""
    x = place.abs()
    # Up to 1 the line is below the exponential; beyond 1 it is above it until both exceed 10. The minimum selects the branch.
    return torch.minimum((x - 0.9).mul_(10), x.sub(1).mul_(2).exp_()).clamp_(0.0, 10.0)


def simple_tag(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> TagArena:
    """Make copies of the game.

    Raises:
        UnsupportedOptions: A curriculum, early termination or partial observability is requested, or there are no predators or
            no prey.
    """
    covered = {"num_good": 1, "num_adversaries": 3, "num_obstacles": 2}
    check_options(game.name, options, (*covered, "max_cycles", "continuous_actions"))
    prey, predators, obstacles = ({**covered, **options}[name] for name in covered)
    if min(prey, predators) < 1 or obstacles < 0:
        raise UnsupportedOptions(f"the twin of {game.name} needs at least one predator and one prey")
    return TagArena(game, tag_world(predators, prey, obstacles), cycles(game.name, options, default=25), copies, device)


def _predators(world: World) -> int:
    """Number of predators; they are the first agents."""
    return sum(agent.name.startswith("adversary") for agent in world.agents)
