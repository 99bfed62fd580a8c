"""Aggregations of messages as users write them."""

import torch
from torch import Tensor, nn


class Loudest(nn.Module):
    """Hears each number from whoever says it loudest to a listener, weighted by what the listener knows."""

    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.scale = nn.Linear(width, size + 1)
        self.size = size

    def forward(self, hidden: Tensor, said: Tensor, arrives: Tensor) -> Tensor:
        loud = (said.unsqueeze(-3) * arrives.unsqueeze(-1)).amax(-2)
        scale = self.scale(hidden)
        return torch.cat([loud * scale[..., : self.size], scale[..., self.size :]], dim=-1)


def total(hidden: Tensor, said: Tensor, arrives: Tensor) -> Tensor:
    """The sum of what arrives."""
    return arrives @ said


def wrong(hidden: Tensor, said: Tensor, arrives: Tensor) -> Tensor:
    """Returns something else."""
    return said.sum()
