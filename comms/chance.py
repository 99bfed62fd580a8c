"""The random numbers of messages: losses, noise, symbols and gates.

They are hashes of one number per seat and step, which training knows as well. So acting and training see the same losses and
the same symbols, and a match is repeated from its seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import torch
from torch import Tensor

LOW = 0xFFFFFFFF
STEPS = 1 << 24
"""Number of different values of a uniform number."""


class Purpose(IntEnum):
    """What a random number is for. Numbers for different purposes are independent."""

    SYMBOL = 1
    NOISE = 2
    GATE = 3
    LINK = 4
    LOSS = 5
    TURN = 6


@dataclass(frozen=True)
class Chance:
    """The random numbers of one round of messages.

    Attributes:
        listeners: int64 [P, B, L], the numbers of the seats that decide.
        speakers: int64 [P, B or 1, A], the numbers of the seats that they may hear.
        temperature: Divides logits of gates and symbols, as that of the actor.
        round: Number of the round.
    """

    listeners: Tensor
    speakers: Tensor
    temperature: float = 1.0
    round: int = 0

    def at(self, number: int) -> Chance:
        """The random numbers of another round."""
        return replace(self, round=number)

    def of_seats(self, purpose: Purpose, size: int) -> Tensor:
        """Uniform numbers in (0, 1) for the seats that decide, float32 [P, B, L, size]."""
        return uniform(
            self.listeners.unsqueeze(-1), _label(purpose, self.round), torch.arange(size, device=self.listeners.device)
        )

    def of_links(self, purpose: Purpose) -> Tensor:
        """Uniform numbers in (0, 1) for every listener and speaker, float32 [P, B, L, A]."""
        return uniform(self.listeners.unsqueeze(-1), _label(purpose, self.round), self.speakers.unsqueeze(-2))


def numbers_of(noise: Tensor) -> Tensor:
    """The numbers of seats, int64, from uniform noise, float32: its bits, which training keeps as they are."""
    return noise.contiguous().view(torch.int32).long() & LOW


def uniform(first: Tensor, label: int, second: Tensor) -> Tensor:
    """Hash two numbers and a label to a uniform number in (0, 1), float32; the tensors are broadcast.

    Reference:
        Wellons (2018), "Prospecting for hash functions", the mixer `lowbias32`.
    """
    mixed = _mix(_mix(first ^ label) + second * 0x9E3779B9)
    return ((mixed >> 8).to(torch.float32) + 0.5) / STEPS


def logistic(uniform_number: Tensor) -> Tensor:
    """Standard logistic numbers from uniform ones."""
    return torch.log(uniform_number) - torch.log1p(-uniform_number)


def gumbel(uniform_number: Tensor) -> Tensor:
    """Standard Gumbel numbers from uniform ones."""
    return -torch.log(-torch.log(uniform_number))


def opened(logit: Tensor, chance: Tensor, temperature: float) -> Tensor:
    """Open gates at random: 1 with probability sigmoid(logit / temperature), else 0. The gradient is that of the probability.

    Args:
        logit: float [...].
        chance: Uniform numbers in (0, 1), [...].
        temperature: Towards 0, a gate is open exactly if its logit is positive.

    Reference:
        Bengio, Léonard & Courville (2013), section 4: the straight-through estimator.
    """
    probability = torch.sigmoid(logit)
    hard = (logit + temperature * logistic(chance) > 0).to(logit.dtype)
    return hard + (probability - probability.detach())


def _label(purpose: Purpose, number: int) -> int:
    return (int(purpose) * 0x01000193 + number * 0x85EBCA6B) & LOW


def _mix(x: Tensor) -> Tensor:
    x = x & LOW
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & LOW
    x = ((x ^ (x >> 15)) * 0x846CA68B) & LOW
    return x ^ (x >> 16)
