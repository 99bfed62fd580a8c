"""Hyper-parameters as tensors, one value per player; what they are is declared in `agents.learners.table`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class HyperParameters:
    """Those of actor-critics, [P] each.

    Attributes:
        learning_rate: Adam's step size.
        clip: How far the ratio of the policies may move from 1; infinite for learners that do not clip.
        entropy: Weight of the entropy bonus, per nat.
        gamma: Discount per decision.
        gae_lambda: λ of generalised advantage estimation.
    """

    learning_rate: Tensor
    clip: Tensor
    entropy: Tensor
    gamma: Tensor
    gae_lambda: Tensor

    @classmethod
    def stack(cls, players: Sequence[Mapping[str, float]], device: torch.device) -> HyperParameters:
        """Stack players' values, given by name."""
        return cls(**stacked(players, device))


def stacked(players: Sequence[Mapping[str, float]], device: torch.device) -> dict[str, Tensor]:
    """Hyper-parameters by name, [P] each, of players that all have the same ones."""
    return {name: torch.tensor([player[name] for player in players], device=device) for name in players[0]}
