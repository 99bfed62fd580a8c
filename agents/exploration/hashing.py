"""Which observations count as the same: a hash of an observation is the number of its counter."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from agents.learners.contract import OptionValue

MIX = (-0x4B47D0C5 << 32 | 0x1A85EC53, -0x61C88647 << 32 | 0x7F4A7C15)
"""Odd factors of 64 bits."""


def buckets_of(observation: Tensor, options: Mapping[str, OptionValue]) -> Tensor:
    """The number of the counter of each observation.

    Args:
        observation: float32 [B, F].
        options: `hash`, `cell`, `bits` and `buckets`, see `agents.exploration.table.HASH`.

    Returns:
        int64 [B], from 0 to `buckets` − 1.

    Laws:
        function: Equal observations have equal numbers, whatever else is in the batch.

    Reference:
        Tang et al. (2017), section 2.2: counts of hashes; SimHash of Charikar (2002).
    """
    parts = _signs(observation, int(options["bits"])) if options["hash"] == "simhash" else _cells(observation, options)
    code = torch.full(parts.shape[:1], MIX[1], dtype=torch.int64, device=parts.device)
    for column in parts.unbind(1):
        code = (code ^ column) * MIX[0]
        code = code ^ (code >> 29)
    return (code & (2**62 - 1)) % int(options["buckets"])


def _cells(observation: Tensor, options: Mapping[str, OptionValue]) -> Tensor:
    """The cell of a grid in which each observation lies, int64 [B, F]."""
    limit = float(2**31)
    return (observation.double() / float(options["cell"]) + 0.5).floor().clamp(-limit, limit).long()


def _signs(observation: Tensor, bits: int) -> Tensor:
    """The signs of random projections of each observation, one number for all of them, int64 [B, 1].

    The projections are the same in every training, so that counts can be continued.
    """
    generator = torch.Generator().manual_seed(observation.shape[1])
    matrix = torch.randn(observation.shape[1], bits, generator=generator, dtype=torch.float64).to(observation.device)
    # Sums in a fixed order: a matrix product may round differently in a batch of another size.
    signs = torch.stack([(observation.double() * column).sum(1) > 0 for column in matrix.unbind(1)], dim=1)
    return (signs.long() << torch.arange(bits, device=observation.device)).sum(1, keepdim=True)
