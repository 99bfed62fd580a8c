"""Predator and prey on a grid, equal to `native/predator_prey` step for step; see there for the rules and their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from envs.arena import Final, Immediate, Timestep
from envs.faults import IllegalAction
from envs.game import Game
from envs.native.predator_prey import DIFFICULTIES, MOVES, PAYS, SEARCHING, Difficulty
from envs.twins.options import UnsupportedOptions, check_options, count
from envs.twins.seeding import integers_then_uniforms


class PredatorPreyArena(Immediate):
    """N copies, whose games end at different times. Every step asks the device whether a game has ended.

    Places are numbers of cells, row by row. Timesteps that were returned are never modified.
    """

    def __init__(self, game: Game, size: Difficulty, mode: str, vision: int, copies: int, device: torch.device) -> None:
        self.game, self.copies, self.device = game, copies, device
        self._rules, self._mode = size, mode
        self._moves = torch.tensor(MOVES, device=device)
        reach = torch.arange(-vision, vision + 1, device=device)
        self._window = torch.cartesian_prod(reach, reach).view(-1, 2)
        self._at = torch.zeros(copies, size.predators, 2, dtype=torch.int64, device=device)
        self._prey = torch.zeros(copies, 1, 2, dtype=torch.int64, device=device)
        self._played = torch.zeros(copies, dtype=torch.int64, device=device)
        self._playing = torch.zeros(copies, dtype=torch.bool, device=device)
        self._legal = (torch.ones(copies, size.predators, len(MOVES), dtype=torch.bool, device=device),)
        self._never = torch.zeros(copies, dtype=torch.bool, device=device)

    def restart(self, seeds: Tensor) -> Timestep:
        """Start a new game in every copy."""
        self.idle()
        self._begin(torch.ones_like(self._never), seeds.to(self.device))
        nothing = torch.zeros(self.copies, self._rules.predators, device=self.device)
        return self._timestep(nothing, self._never, self._never, None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Move the predators of every copy that is playing."""
        self.idle()
        chosen = self._existing(actions[0])
        reached = self._reached()
        moved = (self._at + self._moves[chosen]).clamp(0, self._rules.size - 1)
        self._at = torch.where(reached[..., None], self._at, moved)
        self._played = self._played + self._playing
        reached = self._reached()
        found = reached.all(1) & self._playing
        last = (self._played == self._rules.steps) & self._playing & ~found
        reward = torch.where(reached, self._pay(reached.sum(1, keepdim=True)), SEARCHING) * self._playing[:, None]
        over = found | last
        if not bool(over.any()):
            return self._timestep(reward.float(), self._never, self._never, None)
        final = Final(*self._view())
        self._begin(over, next_seeds.to(self.device))
        return self._timestep(reward.float(), found, last, final)

    def close(self) -> None:
        """Stop playing; there is nothing to free."""
        self._playing = torch.zeros_like(self._playing)

    def _begin(self, begins: Tensor, seeds: Tensor) -> None:
        """Start new games where `begins`, bool [N]; seeds int64 [N]."""
        self._playing = torch.where(begins, seeds >= 0, self._playing)
        self._played = self._played.masked_fill(begins, 0)
        rows = (begins & self._playing).nonzero()[:, 0]
        _, drawn = integers_then_uniforms(seeds[rows].cpu().numpy(), (), self._rules.predators + 1)
        cells = _distinct(torch.from_numpy(drawn).to(self.device), self._rules.size**2)
        places = torch.stack([cells // self._rules.size, cells % self._rules.size], dim=2)
        self._at, self._prey = self._at.clone(), self._prey.clone()
        self._at[rows], self._prey[rows] = places[:, :-1], places[:, -1:]

    def _timestep(self, reward: Tensor, found: Tensor, last: Tensor, final: Final | None) -> Timestep:
        observation, state = self._view()
        seats = self._rules.predators
        return Timestep(
            observation=observation,
            legal=self._legal,
            acting=self._playing[:, None].expand(-1, seats),
            state=state,
            reward=reward,
            terminated=found[:, None].expand(-1, seats),
            truncated=last[:, None].expand(-1, seats),
            over=found | last,
            final=final,
            cut=None if final is not None else False,
            positions=self._at.float() * self._playing[:, None, None],
            success=None if final is None else found.float().where(found | last, torch.nan),
        )

    def _existing(self, chosen: Tensor) -> Tensor:
        """Return actions within range, any action in resting copies."""
        chosen = chosen.masked_fill(~self._playing[:, None], 0)
        wrong = (chosen < 0) | (chosen >= len(MOVES))
        if bool(wrong.any()):
            copy, slot = wrong.nonzero()[0].tolist()
            raise IllegalAction(f"copy {copy}, slot {slot}: action {int(chosen[copy, slot])} is not one of {len(MOVES)}")
        return chosen

    def _reached(self) -> Tensor:
        """Which predators are on the prey, bool [N, A]."""
        return (self._at == self._prey).all(2)

    def _pay(self, there: Tensor) -> Tensor:
        """The reward of a predator on the prey if `there` predators, int64 [N, 1], are on it; float64 [N, 1]."""
        number = there.double()
        if self._mode == "mixed":
            return torch.zeros_like(number)
        return -SEARCHING * number if self._mode == "cooperative" else -SEARCHING / number.clamp(min=1)

    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        size, cells = self._rules.size, self._rules.size**2
        place, prey = (x[..., 0] * size + x[..., 1] for x in (self._at, self._prey))
        crowd = torch.zeros(self.copies, cells + 1, device=self.device)
        crowd.scatter_add_(1, place, torch.ones_like(place, dtype=crowd.dtype))
        around = self._at[:, :, None] + self._window
        inside = ((around >= 0) & (around < size)).all(3)
        near = torch.where(inside, around[..., 0] * size + around[..., 1], cells)
        seen = torch.zeros(*near.shape, cells + 3, device=self.device)
        seen.scatter_(3, near[..., None], 1.0)
        seen[..., cells + 1] = crowd.gather(1, near.flatten(1)).view(near.shape)
        seen[..., cells + 2] = (near == prey[:, :, None]).float()
        state = torch.cat([self._at, self._prey], dim=1).double().div(size - 1).float()
        playing = self._playing.float()
        return (
            (seen.flatten(2) * playing[:, None, None],),
            state.view(self.copies, 1, -1) * playing[:, None, None],
        )


def _distinct(drawn: Tensor, cells: int) -> Tensor:
    """Choose different cells: number k of the row is the place of the k-th cell among the free ones.

    Args:
        drawn: float64 [B, n] in [0, 1).
        cells: Number of cells, at least n.

    Returns:
        int64 [B, n].
    """
    free = torch.ones(len(drawn), cells, dtype=torch.bool, device=drawn.device)
    chosen = []
    for number, share in enumerate(drawn.unbind(1)):
        wanted = (share * (cells - number)).long() + 1
        hit = free & (free.cumsum(1) == wanted[:, None])
        chosen.append(hit.int().argmax(1))
        free = free & ~hit
    return torch.stack(chosen, dim=1)


def predator_prey(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> PredatorPreyArena:
    """Make copies of the grid game.

    Raises:
        UnsupportedOptions: An option is not supported, or a value is one that the environment refuses.
    """
    check_options(game.name, options, ("difficulty", "mode", "vision"))
    difficulty, mode = options.get("difficulty", "easy"), options.get("mode", "mixed")
    if difficulty not in DIFFICULTIES or mode not in PAYS:
        raise UnsupportedOptions(f"the twin of {game.name} knows no difficulty {difficulty!r} with the mode {mode!r}")
    size, vision = DIFFICULTIES[difficulty], options.get("vision")
    seen = size.vision if vision is None else count(game.name, {"vision": vision + 1}, "vision", 1) - 1
    return PredatorPreyArena(game, size, mode, seen, copies, device)
