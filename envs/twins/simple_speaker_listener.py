"""A speaker that knows the goal and a listener that can reach it, equal to `mpe2/simple_speaker_listener_v4` step for step.

The game is from R. Lowe et al., 2017. The twin is equal bit for bit, because nothing collides.
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

SPEAKER, LISTENER, GOAL = 0, 1, 5

SPEAKER_LISTENER = World(
    agents=(Agent("speaker_0", size=0.075, moves=False, speaks=True), Agent("listener_0", size=0.075)),
    landmarks=(Landmark(size=0.04),) * 3,
    goals=1,
    goal_features=((0.65, 0.15, 0.15), (0.15, 0.65, 0.15), (0.15, 0.15, 0.65)),
    message_width=3,
)
"""The world of a speaker, a listener and three landmarks of different colours."""


def observations(world: World) -> list[Features]:
    """The speaker observes the goal's colour; the listener its velocity, the landmarks, and the last message."""
    listener = world.velocities([LISTENER]) + world.positions([2, 3, 4], LISTENER) + world.messages([SPEAKER])
    return [world.features_of([0]), listener]


class SpeakerListenerArena(ParticleArena):
    """N copies of the game."""

    def __init__(self, game: Game, world: World, rounds: int, copies: int, device: torch.device) -> None:
        super().__init__(game, world, observations(world), [(LISTENER, GOAL)], rounds, copies, device)

    def _reward(self) -> Tensor:
        """Minus the squared distance of the listener from the goal, for both."""
        return -self.squared


def simple_speaker_listener(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> SpeakerListenerArena:
    """Make copies of the game.

    Raises:
        UnsupportedOptions: A number is out of bounds.
    """
    check_options(game.name, options, ("max_cycles", "continuous_actions"))
    return SpeakerListenerArena(game, SPEAKER_LISTENER, cycles(game.name, options, default=25), copies, device)
