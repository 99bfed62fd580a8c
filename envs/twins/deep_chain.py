"""Deep chain, equal to `native/deep_chain` step for step; see there for the rules and their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from envs.arena import Final, Immediate, Timestep
from envs.faults import IllegalAction
from envs.game import Game
from envs.native.deep_chain import leads_on
from envs.twins.options import UnsupportedOptions, check_options, count


class DeepChainArena(Immediate):
    """N copies, whose games end at different times. Timesteps that were returned are never modified."""

    facts_known: ClassVar[tuple[str, ...]] = ("depth",)

    def __init__(self, game: Game, length: int, steps: int, copies: int, device: torch.device) -> None:
        self.game, self.copies, self.device = game, copies, device
        self._length, self._steps = length, steps
        self._leads_on = torch.from_numpy(leads_on(length)).to(device)
        self._never = torch.zeros(copies, dtype=torch.bool, device=device)
        self._place = self._played = torch.zeros(copies, dtype=torch.int64, device=device)
        self._playing = self._never
        self._legal = (torch.ones(copies, 1, 2, dtype=torch.bool, device=device),)

    def restart(self, seeds: Tensor) -> Timestep:
        """Start a new game in every copy."""
        self.idle()
        self._begin(torch.ones_like(self._never), seeds.to(self.device))
        return self._timestep(self._never, self._never, None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Move the walker of every copy that is playing."""
        self.idle()
        chosen = actions[0][:, 0].masked_fill(~self._playing, 0)
        wrong = (chosen < 0) | (chosen > 1)
        if bool(wrong.any()):
            copy = int(wrong.nonzero()[0])
            raise IllegalAction(f"copy {copy}, slot 0: action {int(chosen[copy])} is not one of 2")
        self._place = torch.where(chosen == self._leads_on[self._place], self._place + 1, 0)
        self._played = self._played + self._playing
        found = (self._place == self._length - 1) & self._playing
        last = (self._played == self._steps) & self._playing & ~found
        over = found | last
        if not bool(over.any()):
            return self._timestep(self._never, self._never, None)
        seen = self._seen()
        final = Final((seen,), seen, self._told())
        self._begin(over, next_seeds.to(self.device))
        return self._timestep(found, last, final)

    def close(self) -> None:
        """Stop playing; there is nothing to free."""
        self._playing = self._never

    def _begin(self, begins: Tensor, seeds: Tensor) -> None:
        """Start new games where `begins`, bool [N]; seeds int64 [N]."""
        self._playing = torch.where(begins, seeds >= 0, self._playing)
        self._place, self._played = self._place.masked_fill(begins, 0), self._played.masked_fill(begins, 0)

    def _seen(self) -> Tensor:
        """The observation, float32 [N, 1, length]; zeros in resting copies."""
        seen = torch.nn.functional.one_hot(self._place.clamp(max=self._length - 1), self._length)
        return (seen * self._playing[:, None]).float()[:, None]

    def _told(self) -> Tensor | None:
        """The facts that are asked for, float32 [N, 1, number]; NaN in resting copies."""
        if not self.facts_told:
            return None
        depth = self._place.float().masked_fill(~self._playing, torch.nan)
        return depth[:, None, None].expand(-1, -1, len(self.facts_told))

    def _timestep(self, found: Tensor, last: Tensor, final: Final | None) -> Timestep:
        seen, over = self._seen(), found | last
        return Timestep(
            observation=(seen,),
            legal=self._legal,
            acting=self._playing[:, None],
            state=seen,
            reward=found.float()[:, None],
            terminated=found[:, None],
            truncated=last[:, None],
            over=over,
            final=final,
            cut=None if final is not None else False,
            success=None if final is None else found.float().where(over, torch.nan),
            facts=self._told(),
        )


def deep_chain(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> DeepChainArena:
    """Make copies of the chain.

    Raises:
        UnsupportedOptions: An option is not supported, or a value is one that the environment refuses.
    """
    check_options(game.name, options, ("length", "steps"))
    length, steps = count(game.name, options, "length", 16), count(game.name, options, "steps", 32)
    if not 2 <= length <= 1000 or steps < length - 1:
        raise UnsupportedOptions(f"the twin of {game.name} needs a length from 2 to 1000 and at least length − 1 steps")
    return DeepChainArena(game, length, steps, copies, device)
