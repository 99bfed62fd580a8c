"""Chase, equal to `native/chase` step for step; see there for the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from envs.arena import Final, Immediate, Timestep
from envs.faults import IllegalAction
from envs.game import Game
from envs.native.chase import CAUGHT, FAR, LARGEST, MOVES, SMALLEST, draws, pillar_places
from envs.twins.options import UnsupportedOptions, check_options, count, ratio
from envs.twins.seeding import integers_then_uniforms


class ChaseArena(Immediate):
    """N copies, whose games end at different times. Every step asks the device whether a game has ended.

    The field has a border of blocked cells, so places are counted from 1. Timesteps that were returned are never modified.
    """

    facts_known: ClassVar[tuple[str, ...]] = ("distance", "bumped")

    def __init__(
        self, game: Game, size: int, obstacles: float, speed: float, steps: int, copies: int, device: torch.device
    ) -> None:
        self.game, self.copies, self.device = game, copies, device
        self._size, self._obstacles, self._speed, self._steps = size, obstacles, speed, steps
        self._chasers = len(game.seats)
        self._moves = torch.tensor(MOVES, device=device)
        self._places = torch.tensor(pillar_places(size), device=device) + 1
        self._border = torch.ones(size + 2, size + 2, dtype=torch.bool, device=device)
        self._border[1:-1, 1:-1] = False
        self._blocked = self._border.expand(copies, -1, -1)
        self._at = torch.ones(copies, self._chasers, 2, dtype=torch.int64, device=device)
        self._evader = torch.ones(copies, 1, 2, dtype=torch.int64, device=device)
        self._bumped = torch.zeros(copies, self._chasers, dtype=torch.bool, device=device)
        self._drawn = torch.zeros(copies, steps, 2, dtype=torch.float64, device=device)
        self._played = torch.zeros(copies, dtype=torch.int64, device=device)
        self._playing = torch.zeros(copies, dtype=torch.bool, device=device)
        self._legal = (torch.ones(copies, self._chasers, len(MOVES), dtype=torch.bool, device=device),)
        self._never = torch.zeros(copies, dtype=torch.bool, device=device)
        self._rows = torch.arange(copies, device=device)
        self._others = torch.tensor([[o for o in range(self._chasers) if o != c] for c in range(self._chasers)], device=device)

    def restart(self, seeds: Tensor) -> Timestep:
        """Start a new game in every copy."""
        self.idle()
        self._begin(torch.ones_like(self._never), seeds.to(self.device))
        nothing = torch.zeros(self.copies, self._chasers, device=self.device)
        return self._timestep(nothing, self._never, self._never, None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Move the chasers and the evader of every copy that is playing."""
        self.idle()
        moves, preference = self._drawn[self._rows, self._played.clamp(max=self._steps - 1)].unbind(1)
        there = self._at + self._moves[self._existing(actions[0])]
        self._bumped = self._is_blocked(there)
        self._at = torch.where(self._bumped[..., None], self._at, there)
        self._played = self._played + self._playing
        flees = ~self._caught() & (moves < self._speed)
        self._evader = torch.where(flees[:, None, None], self._flight((preference * len(MOVES)).long()), self._evader)
        caught = self._caught() & self._playing
        last = (self._played == self._steps) & self._playing & ~caught
        reward = (CAUGHT * caught.float())[:, None].repeat(1, self._chasers)
        over = caught | last
        if not bool(over.any()):
            return self._timestep(reward, self._never, self._never, None)
        observation, state = self._view()
        final = Final(observation, state, self._told())
        self._begin(over, next_seeds.to(self.device))
        return self._timestep(reward, caught, last, final)

    def close(self) -> None:
        """Stop playing; there is nothing to free."""
        self._playing = torch.zeros_like(self._playing)

    def _begin(self, begins: Tensor, seeds: Tensor) -> None:
        """Start new games where `begins`, bool [N]; seeds int64 [N]."""
        self._playing = torch.where(begins, seeds >= 0, self._playing)
        self._played = self._played.masked_fill(begins, 0)
        self._bumped = self._bumped.masked_fill(begins[:, None], False)
        rows = (begins & self._playing).nonzero()[:, 0]
        number = draws(self._size, self._chasers, self._steps)
        drawn = torch.from_numpy(integers_then_uniforms(seeds[rows].cpu().numpy(), (), number)[1]).to(self.device)
        pillars, places, steps = drawn.split([len(self._places), self._chasers + 1, 2 * self._steps], dim=1)
        blocked = self._border.repeat(len(rows), 1, 1)
        blocked[:, self._places[:, 0], self._places[:, 1]] = pillars < self._obstacles
        free, chosen = ~blocked, []
        for share in places[:, :-1].unbind(1):
            cell = _nth(free, share)
            free = free & ~torch.nn.functional.one_hot(cell, self._border.numel()).bool().view_as(free)
            chosen.append(self._cell(cell))
        at = torch.stack(chosen, dim=1)
        grid = torch.arange(self._size + 2, device=self.device)
        near = [(grid - at[:, 0, axis, None]).abs() <= 1 for axis in (0, 1)]
        away = free & ~(near[0][:, :, None] & near[1][:, None, :])
        evader = self._cell(_nth(away, places[:, -1]))[:, None]
        kept = [self._blocked, self._at, self._evader, self._drawn]
        fresh = [blocked, at, evader, steps.reshape(len(rows), self._steps, 2)]
        self._blocked, self._at, self._evader, self._drawn = (
            old.index_copy(0, rows, new) for old, new in zip(kept, fresh, strict=True)
        )

    def _cell(self, number: Tensor) -> Tensor:
        """Row and column of cells that are numbered row by row, border included; int64 [B, 2]."""
        return torch.stack([number // (self._size + 2), number % (self._size + 2)], dim=1)

    def _is_blocked(self, cells: Tensor) -> Tensor:
        """Return whether cells [N, …, 2] are pillars or outside the field."""
        flat = cells.view(self.copies, -1, 2)
        return self._blocked[self._rows[:, None], flat[..., 0], flat[..., 1]].view(cells.shape[:-1])

    def _caught(self) -> Tensor:
        return self._beside().all(1)

    def _beside(self) -> Tensor:
        """Which chasers are next to the evader, bool [N, A]."""
        return ((self._at - self._evader).abs() <= 1).all(2)

    def _flight(self, first: Tensor) -> Tensor:
        """The cells to which the evaders go if they move, int64 [N, 1, 2]; `first` int64 [N] is the preferred move."""
        number = (first[:, None] + torch.arange(len(MOVES), device=self.device)) % len(MOVES)
        there = self._evader + self._moves[number]
        nearest = (self._at[:, None] - there[:, :, None]).abs().sum(3).amin(2)
        worth = nearest.masked_fill(self._is_blocked(there), -1)
        order = torch.arange(len(MOVES), 0, -1, device=self.device)
        best = (worth * (len(MOVES) + 1) + order).argmax(1)
        return there[self._rows, best][:, None]

    def _timestep(self, reward: Tensor, caught: Tensor, last: Tensor, final: Final | None) -> Timestep:
        observation, state = self._view()
        return Timestep(
            observation=observation,
            legal=self._legal,
            acting=self._playing[:, None].expand(-1, self._chasers),
            state=state,
            reward=reward,
            terminated=caught[:, None].expand(-1, self._chasers),
            truncated=last[:, None].expand(-1, self._chasers),
            over=caught | last,
            final=final,
            cut=None if final is not None else False,
            positions=(self._at - 1).float() * self._playing[:, None, None],
            success=None if final is None else caught.float().where(caught | last, torch.nan),
            facts=self._told(),
        )

    def _told(self) -> Tensor | None:
        """The facts that are asked for, float32 [N, A, number]; NaN in resting copies."""
        if not self.facts_told:
            return None
        distance = (self._at - self._evader).abs().sum(2)
        known = {"distance": distance.float(), "bumped": self._bumped.float()}
        told = torch.stack([known[name] for name in self.facts_told], dim=2)
        return told.masked_fill(~self._playing[:, None, None], torch.nan)

    def _existing(self, chosen: Tensor) -> Tensor:
        """Return actions within range, any action in resting copies."""
        chosen = chosen.masked_fill(~self._playing[:, None], 0)
        wrong = (chosen < 0) | (chosen >= len(MOVES))
        if bool(wrong.any()):
            copy, slot = wrong.nonzero()[0].tolist()
            raise IllegalAction(f"copy {copy}, slot {slot}: action {int(chosen[copy, slot])} is not one of {len(MOVES)}")
        return chosen

    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        playing = self._playing.float()[:, None, None]
        walls = self._is_blocked(self._at[:, :, None] + self._moves[1:]).float()
        parts = [_towards(self._evader - self._at), walls]
        if self._chasers > 1:
            others = self._at[:, self._others] - self._at[:, :, None]
            beside = self._beside().float()[:, self._others]
            parts.append(torch.cat([_towards(others), beside[..., None]], dim=3).flatten(2))
        places = torch.cat([self._at, self._evader], dim=1) - 1
        state = places.double().div(self._size - 1).float().view(self.copies, 1, -1)
        return (torch.cat(parts, dim=2) * playing,), state * playing


def _towards(offset: Tensor) -> Tensor:
    """Rows and columns to a place, in units of `FAR`, and their signs; float32 [N, …, 4]."""
    return torch.cat([offset.double().div(FAR).float(), offset.sign().float()], dim=-1)


def _nth(free: Tensor, share: Tensor) -> Tensor:
    """The cell at a share of the free cells, int64 [B], numbered row by row.

    Args:
        free: bool [B, R, C].
        share: float64 [B] in [0, 1).
    """
    flat = free.flatten(1)
    place = flat.cumsum(1)
    wanted = (share * place[:, -1]).long() + 1
    return (flat & (place == wanted[:, None])).int().argmax(1)


def chase(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> ChaseArena:
    """Make copies of the chase.

    Raises:
        UnsupportedOptions: An option is not supported, or a value is one that the environment refuses.
    """
    check_options(game.name, options, ("size", "obstacles", "speed", "chasers", "steps"))
    size = count(game.name, options, "size", 11)
    if not SMALLEST <= size <= LARGEST:
        raise UnsupportedOptions(f"the twin of {game.name} needs a size from {SMALLEST} to {LARGEST}, not {size}")
    obstacles, speed = (ratio(game.name, options, name, 0.5) for name in ("obstacles", "speed"))
    return ChaseArena(game, size, obstacles, speed, count(game.name, options, "steps", 50), copies, device)
