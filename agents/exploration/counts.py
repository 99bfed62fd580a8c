"""Counts of hashed observations, and the reward for rare ones.

The counts of a player are a part of it. They are stored with the state of its learner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Experience, Explore
from agents.exploration.contract import ExplorationInput
from agents.exploration.hashing import buckets_of
from agents.learners.decisions import Decisions
from agents.models.layout import UnfitWeights


@dataclass
class Counts:
    """Counters of P players for the observations of one role.

    Attributes:
        name: Name of the stored array.
        number: float32 [P, buckets, columns], whole numbers.
    """

    name: str
    number: Tensor

    @classmethod
    def restored(cls, name: str, given: ExplorationInput, columns: int) -> Counts:
        """The counters of the players' stored states; zeros for new players.

        Raises:
            UnfitWeights: A stored array has another shape.
        """
        shape = int(given.options["buckets"]), columns
        number = torch.zeros(given.stack.size, *shape, device=given.stack.parameters.device)
        for player, state in enumerate(given.states):
            if name in state:
                if state[name].shape != shape:
                    raise UnfitWeights(f"{name} has shape {state[name].shape}, these settings need {shape}")
                number[player] = torch.from_numpy(np.ascontiguousarray(state[name], dtype=np.float32))
        return cls(name, number)

    def add(self, player: Tensor, bucket: Tensor, column: Tensor) -> None:
        """Count rows, int64 [B] each."""
        ones = torch.ones(len(player), device=self.number.device)
        self.number.index_put_((player, bucket, column), ones, accumulate=True)

    def state(self, player: int) -> dict[str, np.ndarray]:
        """A player's named array. A copy, because counting goes on."""
        return {self.name: self.number[player].cpu().numpy().copy()}


class CountBonus:
    """Pays 1 / √n for an observation that was seen n times, times the weight of the player.

    Reference:
        Bellemare et al. (2016), equation 8; Tang et al. (2017), equation 1, with a hash of the observation.
    """

    def __init__(self, given: ExplorationInput) -> None:
        """Continue the players' counts."""
        self._given = given
        self._counts = [Counts.restored(f"seen.{role.name}", given, 1) for role in given.stack.spec.game.roles]

    def way(self) -> Explore | None:
        """See `Exploring`. Actions are not changed."""
        return None

    def pay(self, rows: Sequence[Decisions], experience: Experience) -> tuple[Tensor, Mapping[str, Tensor]]:
        """See `Exploring`. The observation is the one that follows the decision."""
        paid = torch.zeros_like(experience.reward)
        for counts, found in zip(self._counts, rows, strict=True):
            bucket = buckets_of(found.after, self._given.options)
            seen, nothing = found.seen, torch.zeros_like(bucket)
            counts.add(found.player[seen], bucket[seen], nothing[seen])
            number = counts.number[found.player, bucket, 0].clamp_min(1.0)
            bonus = self._given.hyper["count_weight"][found.player] * number.rsqrt() * seen
            paid += found.spread(bonus, paid)
        return paid, {}

    def states(self) -> list[dict[str, np.ndarray]]:
        """See `Exploring`."""
        players = range(self._given.stack.size)
        return [{k: v for counts in self._counts for k, v in counts.state(player).items()} for player in players]
