"""Teams that several players share: every player decides for its own seats only.

An actor that holds a whole team is restricted to some of its seats. To it, the seats of its partners are not in the game: they
are silent, and nothing is decided for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from envs.arena import Actor, Insight, Timestep
from envs.game import Game

NOBODY = -1
"""In an owner table: a team or a seat that nobody holds."""

Factory = Callable[[Tensor, tuple[str, ...]], Sequence[Actor]]


def sharing(game: Game, factory: Factory) -> Factory:
    """Extend a factory of actors that hold whole teams to teams that several players share.

    Args:
        game: The game.
        factory: Makes actors for owner tables int64 [N, K], by team.

    Returns:
        A factory that also takes owner tables int64 [N, A], by seat.
    """

    def extended(owner: Tensor, players: tuple[str, ...]) -> Sequence[Actor]:
        if owner.shape[1] == len(game.teams):
            return factory(owner, players)
        return [Partner(game, actor, seats) for teams, seats in layers(game, owner) for actor in factory(teams, players)]

    return extended


def layers(game: Game, owner: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Cut the players of seats into layers in which every team has one player.

    Args:
        game: The game.
        owner: int64 [N, A], the player of each seat, or `NOBODY`.

    Yields:
        The player of each team, int64 [N, K], and the seats that it holds, bool [N, A]. The first layer has the player of each
        team's first seat.

    Laws:
        Every seat that somebody holds is in exactly one layer.
    """
    left = owner != NOBODY
    team_of_seat = torch.tensor(game.team_of_seat, device=owner.device)
    while bool(left.any()):
        teams = torch.stack([_first(owner[:, list(seats)], left[:, list(seats)]) for seats in game.teams], 1)
        held = left & (owner == teams[:, team_of_seat])
        yield teams, held
        left = left & ~held


def _first(owner: Tensor, left: Tensor) -> Tensor:
    """The player of the first seat that is left, int64 [N]; `NOBODY` if none is."""
    player = owner.gather(1, left.int().argmax(1, keepdim=True)).squeeze(1)
    return torch.where(left.any(1), player, NOBODY)


class Partner:
    """An actor that decides for some seats of the teams that it holds."""

    def __init__(self, game: Game, actor: Actor, seats: Tensor) -> None:
        """Restrict an actor.

        Args:
            game: The game.
            actor: Holds whole teams.
            seats: bool [N, A], the seats for which it decides.
        """
        self.memory_size = actor.memory_size
        self._game, self._actor, self._seats = game, actor, seats

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        now = self._view(now)
        carried, chosen = memory.clone(), [tensor.clone() for tensor in actions]
        self._actor.act(now, carried, noise, chosen)
        _merge(self._seats, carried, memory)
        for role, (mine, wanted) in enumerate(zip(chosen, actions, strict=True)):
            _merge(self._slots(now, role), mine, wanted)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        now = self._view(now)
        own = Insight(tuple(tensor.clone() for tensor in insight.probabilities), insight.value.clone())
        self._actor.explain(now, memory, own)
        for role, (mine, known) in enumerate(zip(own.probabilities, insight.probabilities, strict=True)):
            _merge(self._slots(now, role), mine, known)
        _merge(self._seats, own.value, insight.value)
        if own.messages is None or own.hears is None:
            return
        if insight.messages is None or insight.hears is None:
            insight.messages = torch.full_like(own.messages, torch.nan)
            insight.hears = torch.zeros_like(own.hears)
        if own.messages.shape == insight.messages.shape:
            _merge(self._seats, own.messages, insight.messages)
        _merge(self._seats, own.hears * self._seats.unsqueeze(1), insight.hears)

    def _view(self, now: Timestep) -> Timestep:
        """The timestep without the partners."""
        return replace(now, acting=now.acting & self._seats)

    def _slots(self, now: Timestep, role: int) -> Tensor:
        """Whether the actor decides in each slot of a role, bool [N, slots]."""
        seats = list(self._game.roles[role].seats)
        return now.acting[:, seats].any(1, keepdim=True) if self._game.turn_based else self._seats[:, seats]


def _merge(mine: Tensor, source: Tensor, target: Tensor) -> None:
    """Copy the rows of `mine` [N, X] from `source` to `target`, both [N, X, …]."""
    where = mine.view(*mine.shape, *(1,) * (target.dim() - mine.dim()))
    target.copy_(torch.where(where, source, target))
