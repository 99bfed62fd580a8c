"""Unrolls a memory over the decisions of a sequence, and resets it where a game or a life of a seat ends."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from agents.models.parts import MemoryPart


def unroll(
    part: MemoryPart,
    pieces: Mapping[str, Tensor],
    features: Tensor,
    memory: Tensor,
    advances: Tensor,
    ends: Tensor,
    seat: Tensor | None,
) -> Tensor:
    """Compute the memory of seats after each decision of a sequence. Autograd can differentiate all of it.

    Args:
        part: The memory's code.
        pieces: Parameters by name, [P, …].
        features: float [P, B, T, a, F], the features of the seats before each step.
        memory: float [P, B, m, H], the memory before the first step; m = a, or all seats of a copy in turn-based games.
        advances: bool [P, B, T, a], whether the seat decides. Otherwise its memory does not change.
        ends: bool [P, B, T, m], whether a game, or a life of the seat, ends with the step. Its memory is then reset to zero.
        seat: int64 [P, B, T], turn-based: the seat that is to act, an index into m, with a = 1; else None.

    Returns:
        float [P, B, T, a, H], the memory after each decision.
    """
    inputs, carried, size = part.inputs(features, pieces), [], memory.shape[-1]
    # The backward pass of unbind needs one pass over the inputs. An index per step would need one pass per step.
    for step, given in enumerate(inputs.unbind(2)):
        index = None if seat is None else seat[:, :, step, None, None].expand(-1, -1, 1, size)
        before = memory if index is None else memory.gather(2, index)
        after = torch.where(advances[:, :, step, :, None], part.step(given, before, pieces), before)
        carried.append(after)
        memory = after if index is None else memory.scatter(2, index, after)
        memory = memory.masked_fill(ends[:, :, step, :, None], 0.0)
    return torch.stack(carried, dim=2)
