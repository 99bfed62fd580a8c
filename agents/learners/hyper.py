"""What evolution may change about how a player learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor


@dataclass(frozen=True)
class HyperParameters:
    """What evolution may change, one value per player; on a stack each is a tensor [P].

    Attributes:
        learning_rate: Adam's step size.
        clip: Trust region of the policy ratio.
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
        """Stack players' values, given by field name."""
        return cls(*(torch.tensor([player[f.name] for player in players], device=device) for f in fields(cls)))
