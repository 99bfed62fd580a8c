"""Games that begin elsewhere than at their beginning: their first moves are made without the players.

The *opening* of a game is a number of moves that follow from the game's seed. They are random legal moves (`RandomMoves`) or
those of an earlier game (`EarlierGames`). A random opening in which the game ends is no opening: the game begins again with
other random moves. After `TRIES` such openings it begins as usual.

`Openings` keeps the openings of N copies. `OpenedArena` is an arena in which the players do not see them: nobody acts, and
nothing is paid. Therefore nothing is learnt from an opening. All random numbers are counter-based (`envs.random_numbers`).

Reference:
    Wu (2019), "Accelerating self-play learning in Go", appendix D, begins games with random moves for variety.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from envs.arena import RESTS, Arena, Timestep
from envs.bots.registry import random
from envs.bots.turn import Turn
from envs.game import Game
from envs.random_numbers import counter_based_uniforms

TRIES = 20
"""The most openings that a game tries before it begins as usual."""

MOVES, LENGTHS, ATTEMPT = 1 << 40, 1 << 50, 1 << 20
"""Steps from which the random numbers of openings count, far from those of decisions, and their distance between attempts."""


class Source(Protocol):
    """Where openings come from."""

    def seeds(self, seeds: Tensor) -> Tensor:
        """Return the seeds with which the environments of games begin, int64 [N], from the seeds of the games."""
        ...

    def lengths(self, seeds: Tensor, tries: Tensor, most: Tensor) -> Tensor:
        """Return the number of moves of each opening, int64 [N].

        Args:
            seeds: int64 [N], the seeds of the games.
            tries: int64 [N], how many openings of the game were no openings.
            most: int64 [N], the most moves; 0 for no opening.
        """
        ...

    def moves(self, game: Game, now: Timestep, seeds: Tensor, tries: Tensor, steps: Tensor) -> Sequence[Tensor]:
        """Return the moves at a step of the openings, as `Arena.step` takes them."""
        ...


@dataclass(frozen=True)
class RandomMoves:
    """Random legal moves. The number of them is uniform from 1 to the most.

    Attributes:
        share: The share of the games that have an opening.
    """

    share: float = 1.0

    def seeds(self, seeds: Tensor) -> Tensor:
        """See `Source`: a game begins with its own seed."""
        return seeds

    def lengths(self, seeds: Tensor, tries: Tensor, most: Tensor) -> Tensor:
        """See `Source`."""
        has = counter_based_uniforms(seeds, LENGTHS, 1, 1)[:, 0, 0] < self.share
        drawn = counter_based_uniforms(seeds, LENGTHS + 1 + tries, 1, 1)[:, 0, 0]
        return torch.where(has & (tries < TRIES), _up_to(most, drawn), 0)

    def moves(self, game: Game, now: Timestep, seeds: Tensor, tries: Tensor, steps: Tensor) -> list[Tensor]:
        """See `Source`: those of the bot `random`."""
        chosen, first = [], 0
        for index, (role, seen, legal) in enumerate(zip(game.roles, now.observation, now.legal, strict=True)):
            slots = game.slots(index)
            noise = counter_based_uniforms(seeds, MOVES + ATTEMPT * tries + steps, slots, role.actions.size, first)
            chosen.append(random(Turn(role, seen, legal, noise)))
            first += slots
        return chosen


@dataclass(frozen=True)
class EarlierGames:
    """The moves of earlier games. The game and the number of moves are uniform; at least its last move is not made.

    Attributes:
        share: The share of the games that have an opening.
        began: int64 [E], the seeds of the earlier games.
        steps: int64 [E], their lengths.
        actions: Per role, their actions, [E, L, slots] (discrete) or [E, L, slots, n]; L is the most steps that are kept.
    """

    share: float
    began: Tensor
    steps: Tensor
    actions: Sequence[Tensor]

    def seeds(self, seeds: Tensor) -> Tensor:
        """See `Source`: a game with an opening begins with the seed of the earlier game."""
        return torch.where(self._has(seeds) & (seeds != RESTS), self.began[self._which(seeds)], seeds)

    def lengths(self, seeds: Tensor, tries: Tensor, most: Tensor) -> Tensor:
        """See `Source`. An environment that plays differently from before may end early; its game then begins as usual."""
        there = self.steps[self._which(seeds)].clamp_max(self.actions[0].shape[1] + 1) - 1
        drawn = counter_based_uniforms(seeds, LENGTHS + 1, 1, 1)[:, 0, 0]
        return torch.where(self._has(seeds) & (tries < 1), _up_to(torch.minimum(most, there), drawn), 0)

    def moves(self, game: Game, now: Timestep, seeds: Tensor, tries: Tensor, steps: Tensor) -> list[Tensor]:
        """See `Source`. A move that is not legal here is replaced by a random one."""
        which, chosen = self._which(seeds), []
        instead = RandomMoves().moves(game, now, seeds, tries, steps)
        for moves, legal, other in zip(self.actions, now.legal, instead, strict=True):
            move = moves[which, steps.clamp_max(moves.shape[1] - 1)]
            if legal is not None:
                move = torch.where(legal.gather(-1, move.unsqueeze(-1)).squeeze(-1), move, other)
            chosen.append(move)
        return chosen

    def _has(self, seeds: Tensor) -> Tensor:
        return counter_based_uniforms(seeds, LENGTHS, 1, 1)[:, 0, 0] < self.share

    def _which(self, seeds: Tensor) -> Tensor:
        drawn = counter_based_uniforms(seeds, LENGTHS, 1, 2)[:, 0, 1]
        return (drawn.double() * len(self.began)).long()


def _up_to(most: Tensor, drawn: Tensor) -> Tensor:
    """Uniform from 1 to `most`, int64 [N], from uniform numbers in (0, 1); 0 where `most` is 0 or less."""
    return torch.where(most > 0, 1 + (drawn.double() * most.clamp_min(1)).long(), 0)


class Openings:
    """The openings of the games in N copies. A step of the arena is `choose`, `next_seeds` and then `advance`.

    Attributes:
        steps: int64 [N], moves made so far since the game, or its present opening, began.
        length: int64 [N], number of moves of the opening.
    """

    def __init__(self, game: Game, source: Source, copies: int, device: torch.device) -> None:
        """Prepare; `begin` starts games."""
        self._game, self._source = game, source
        self._seeds = torch.full((copies,), RESTS, device=device)
        self._tries, self.steps, self.length, self._most = (torch.zeros_like(self._seeds) for _ in range(4))

    @property
    def active(self) -> Tensor:
        """The copies that are in their openings, bool [N]."""
        return self.steps < self.length

    def begin(self, where: Tensor, seeds: Tensor, most: Tensor) -> None:
        """Note that games begin.

        Args:
            where: bool [N], the copies.
            seeds: int64 [N], the seeds of the games.
            most: int64 [N], the most moves of each opening.
        """
        self._seeds, self._most = torch.where(where, seeds, self._seeds), torch.where(where, most, self._most)
        self._tries = self._tries.masked_fill(where, 0)
        self._open(where)

    def choose(self, now: Timestep, actions: Sequence[Tensor]) -> list[Tensor]:
        """Put the moves of the openings in place of the players' actions. `now` is the timestep of the arena itself."""
        active = self.active
        moves = self._source.moves(self._game, now, self._seeds, self._tries, self.steps)
        return [
            torch.where(active.view(-1, *(1,) * (action.dim() - 1)), move.to(action), action)
            for action, move in zip(actions, moves, strict=True)
        ]

    def first_seeds(self, seeds: Tensor) -> Tensor:
        """The seeds with which the environments of games begin, int64 [N]."""
        return self._source.seeds(seeds)

    def next_seeds(self, following: Tensor) -> Tensor:
        """The seeds for the environments that end with this step: in openings, the game itself begins again."""
        return torch.where(self.active, self.first_seeds(self._seeds), self.first_seeds(following))

    def advance(self, over: Tensor) -> tuple[Tensor, Tensor]:
        """Count a step; where the environment's game ended in its opening, draw another opening.

        Args:
            over: bool [N], the environment's game ended.

        Returns:
            The copies that made a move of an opening, and those of them in which the game begins again, bool [N] each.
        """
        made = self.active
        again = made & over
        self.steps = self.steps + 1
        self._tries = self._tries + again.long()
        self._open(again)
        return made, again

    def shown(self, now: Timestep, made: Tensor) -> Timestep:
        """What the players see of a timestep of the arena: in openings nobody acts, and nothing is paid.

        Args:
            now: The timestep.
            made: bool [N], the copies in which the step was a move of an opening.
        """
        active, shown = self.active, copy(now)
        hidden, unpaid = active.view(-1, 1, 1), made.unsqueeze(1)
        vars(shown).update(
            observation=tuple(seen.masked_fill(hidden, 0.0) for seen in now.observation),
            legal=tuple(None if rule is None else rule | hidden for rule in now.legal),
            acting=now.acting & ~active.unsqueeze(1),
            reward=now.reward.masked_fill(unpaid, 0.0),
            terminated=now.terminated & ~unpaid,
            truncated=now.truncated & ~unpaid,
            over=now.over & ~made,
            success=None if now.success is None else now.success.masked_fill(made, torch.nan),
        )
        return shown

    def _open(self, where: Tensor) -> None:
        drawn = self._source.lengths(self._seeds, self._tries, self._most)
        self.steps = self.steps.masked_fill(where, 0)
        self.length = torch.where(where, drawn.masked_fill(self._seeds == RESTS, 0), self.length)


class OpenedArena:
    """An arena whose games have openings that the players do not see; see `envs.arena.Arena`."""

    def __init__(self, arena: Arena, source: Source, most: int) -> None:
        """Wrap an arena.

        Args:
            arena: The arena; closing this one closes it.
            source: Where the openings come from.
            most: The most moves of an opening.
        """
        self.game, self.copies, self.device = arena.game, arena.copies, arena.device
        self._arena, self._source = arena, source
        self._openings = Openings(arena.game, source, arena.copies, arena.device)
        self._most = torch.full((arena.copies,), most, device=arena.device)
        inner = arena.parts()
        self._parts = [OpenedArena(part, source, most) for part in inner] if len(inner) > 1 else [self]

    def parts(self) -> Sequence[OpenedArena]:
        """See `envs.arena.Arena`."""
        return self._parts

    def restart(self, seeds: Tensor) -> Timestep:
        """See `envs.arena.Arena`."""
        everywhere = torch.ones(self.copies, dtype=torch.bool, device=self.device)
        self._now = self._arena.restart(self._openings.first_seeds(seeds))
        self._openings.begin(everywhere, seeds, self._most)
        return self._openings.shown(self._now, ~everywhere)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """See `envs.arena.Arena`."""
        self.begin(actions, next_seeds)
        return self.finish()

    def begin(self, actions: Sequence[Tensor], next_seeds: Tensor) -> None:
        """See `envs.arena.Arena`."""
        self._following = next_seeds.clone()
        self._arena.begin(self._openings.choose(self._now, actions), self._openings.next_seeds(next_seeds))

    def finish(self) -> Timestep:
        """See `envs.arena.Arena`."""
        self._now = now = self._arena.finish()
        made, again = self._openings.advance(now.over)
        self._openings.begin(now.over & ~again, self._following, self._most)
        return self._openings.shown(now, made)

    def close(self) -> None:
        """See `envs.arena.Arena`."""
        self._arena.close()
