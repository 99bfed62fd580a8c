"""Players whose observations are disturbed by noise, and how much each feature varies in their games.

Axes: N copies, F features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from math import tau

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs.arena import Actor, Insight, Timestep
from envs.factory import make
from envs.game import Game
from envs.threads import one_thread
from league.execution.tasks import ArenaSpec, Contestant, actor_factory, at_once
from tournaments.match.play import play
from tournaments.match.random_numbers import counter_based_uniforms
from tournaments.tickets import MatchResult, Ticket

Floats = NDArray[np.float64]
Wrap = Callable[[Actor, Tensor], Actor]
"""Puts an actor in place of another one that holds some seats, bool [N, A]."""


@dataclass
class Moments:
    """Sums over what a player saw when it decided, of one role.

    Attributes:
        count: Number of decisions.
        total: float64 [F], sums.
        squares: float64 [F], sums of squares.
    """

    count: int
    total: Floats
    squares: Floats

    @property
    def deviation(self) -> Floats:
        """float64 [F], the standard deviation of each feature."""
        mean = self.total / max(self.count, 1)
        return np.sqrt(np.maximum(self.squares / max(self.count, 1) - mean**2, 0.0))


def played_by(
    spec: ArenaSpec, game: Game, contestants: dict[str, Contestant], name: str, tickets: Sequence[Ticket], wrap: Wrap
) -> list[MatchResult]:
    """Play matches in which one player's actors are wrapped.

    Args:
        spec: The arena.
        game: The game.
        contestants: All players that are named on the tickets.
        name: The player.
        tickets: The tickets.
        wrap: Wraps its actors.
    """
    with one_thread(), torch.no_grad():
        device = torch.device("cpu")
        mine = actor_factory(game, {name: contestants[name]}, device)
        others = actor_factory(game, {other: each for other, each in contestants.items() if other != name}, device)

        def seated(owner: Tensor, players: tuple[str, ...]) -> Sequence[Actor]:
            held = (owner == players.index(name))[:, list(game.team_of_seat)]
            return [*(wrap(actor, held) for actor in mine(owner, players)), *others(owner, players)]

        copies = min(at_once(spec, None), len(tickets))
        arena = make(
            spec.setup,
            copies,
            twin=spec.twin,
            workers=0,
            device="cpu",
            fresh=True,
            state=spec.state,
            joint=True,
            success=spec.criterion.key,
        )
        with closing(arena):
            return play(arena, tickets, seated)


def blank_moments(game: Game) -> list[Moments]:
    """Moments of nothing, one for each role."""
    return [Moments(0, np.zeros(role.features), np.zeros(role.features)) for role in game.roles]


class Watched:
    """An actor that is watched: what it sees when it decides is added to moments."""

    def __init__(self, game: Game, actor: Actor, held: Tensor, moments: Sequence[Moments]) -> None:
        """Watch an actor.

        Args:
            game: The game.
            actor: The actor.
            held: bool [N, A], the seats that it holds.
            moments: The moments of each role, which are added to.
        """
        self.memory_size = actor.memory_size
        self._game, self._actor, self._held, self._moments = game, actor, held, moments

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        self._actor.act(now, memory, noise, actions)
        acting = now.acting & self._held
        for index, (role, moments) in enumerate(zip(self._game.roles, self._moments, strict=True)):
            seats = acting[:, list(role.seats)]
            rows = seats.any(1, keepdim=True) if self._game.turn_based else seats
            seen = now.observation[index][rows].double().numpy()
            moments.count += len(seen)
            moments.total += seen.sum(0)
            moments.squares += (seen**2).sum(0)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        self._actor.explain(now, memory, insight)


class Disturbed:
    """An actor whose observations are disturbed by normal noise. Legal actions are not: an illegal one is never chosen."""

    def __init__(self, actor: Actor, deviations: Sequence[Tensor]) -> None:
        """Disturb an actor.

        Args:
            actor: The actor.
            deviations: float32 [F] for each role, the standard deviation of the noise on each feature.
        """
        self.memory_size = actor.memory_size
        self._actor, self._deviations = actor, deviations

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`. The noise of a decision follows from its own random numbers, so matches stay reproducible."""
        self._actor.act(self._disturbed(now, noise), memory, noise, actions)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        self._actor.explain(now, memory, insight)

    def _disturbed(self, now: Timestep, noise: Sequence[Tensor]) -> Timestep:
        seen = [
            observation + normal_numbers(uniform, observation.shape[-1]) * deviation
            for observation, uniform, deviation in zip(now.observation, noise, self._deviations, strict=True)
        ]
        return replace(now, observation=tuple(seen))


def normal_numbers(uniform: Tensor, features: int) -> Tensor:
    """Normal random numbers that are a function of the random numbers of decisions.

    Args:
        uniform: float32 [N, slots, n] in (0, 1), the random numbers of the decisions.
        features: F, at most 32,768.

    Returns:
        float32 [N, slots, F].

    Reference:
        Box and Muller (1958), "A note on the generation of random normal deviates".
    """
    copies, slots = uniform.shape[:2]
    seeds = (uniform[:, :, 0].double() * 2**24).long().reshape(-1)
    pairs = counter_based_uniforms(seeds, 1, 1, 2 * features).reshape(copies, slots, features, 2)
    return (-2.0 * pairs[..., 0].log()).sqrt() * (tau * pairs[..., 1]).cos()
