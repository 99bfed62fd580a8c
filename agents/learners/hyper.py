"""Hyper-parameters as tensors with one value per player. `agents.learners.table` declares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class HyperParameters:
    """The hyper-parameters of actor-critics, [P] each.

    Attributes:
        learning_rate: Adam's step size.
        clip: Maximum distance of the ratio of the policies from 1; infinite for learners that do not clip.
        entropy: Entropy coefficient, per nat.
        gamma: Discount per decision.
        gae_lambda: λ of generalised advantage estimation.
        magnet: Weight of the divergence from a reference policy, per nat; None for learners without one.
    """

    learning_rate: Tensor
    clip: Tensor
    entropy: Tensor
    gamma: Tensor
    gae_lambda: Tensor
    magnet: Tensor | None = None

    @classmethod
    def stack(cls, players: Sequence[Mapping[str, float]], device: torch.device) -> HyperParameters:
        """Stack the players' values, which are given by name."""
        return cls(**stacked(players, device))


def stacked(players: Sequence[Mapping[str, float]], device: torch.device) -> dict[str, Tensor]:
    """Hyper-parameters by name, [P] each. All players must have the same hyper-parameters."""
    return {name: torch.tensor([player[name] for player in players], device=device) for name in players[0]}
