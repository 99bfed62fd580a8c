"""Players of one spec as one stack of tensors with a leading P axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agents.models.spec import PlayerSpec


@dataclass
class Stack:
    """Players of one spec, stacked.

    Attributes:
        spec: Game and architecture.
        parameters: float32 [P, D].
        statistics: float32 [P, E].
    """

    spec: PlayerSpec
    parameters: Tensor
    statistics: Tensor

    @classmethod
    def of(cls, spec: PlayerSpec, players: Sequence[Mapping[str, np.ndarray]], device: torch.device) -> Stack:
        """Stack players that are given as named arrays."""
        parameters = torch.stack([spec.parameters.from_arrays(player) for player in players])
        statistics = torch.stack([spec.statistics.from_arrays(player) for player in players])
        return cls(spec, parameters.to(device), statistics.to(device))

    def player(self, index: int) -> dict[str, np.ndarray]:
        """One player's weights and statistics as named arrays."""
        layouts = self.spec.parameters, self.spec.statistics
        return {**layouts[0].to_arrays(self.parameters[index]), **layouts[1].to_arrays(self.statistics[index])}

    @property
    def size(self) -> int:
        """Number of players, P."""
        return self.parameters.shape[0]


def return_scale(statistics: Mapping[str, Tensor], side: str) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean of a side's returns, [P] each. The value in units of reward is output · deviation + mean."""
    deviation = (statistics[f"return.{side}.variance"].squeeze(1) + 1e-8).sqrt()
    return deviation, statistics[f"return.{side}.mean"].squeeze(1)
