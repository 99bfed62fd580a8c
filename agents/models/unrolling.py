"""Memory over many steps: a sequence of decisions is unrolled, and cut where a game ends."""

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
    over: Tensor,
    seat: Tensor | None,
) -> Tensor:
    """What seats carry after each decision of a sequence; autograd can go back through all of it.

    Args:
        part: The memory's code.
        pieces: Parameters by name, [P, …].
        features: float [P, B, T, a, F], what the seats read before each step.
        memory: float [P, B, m, H], what the seats carry before the first step; m = a, or all seats of a copy in turns.
        advances: bool [P, B, T, a], where a seat decides. Elsewhere it carries on what it carries.
        over: bool [P, B, T], steps that end a game; nothing is carried beyond them.
        seat: int64 [P, B, T], in turn-based games the seat that is to act, an index into m, with a = 1; else None.

    Returns:
        [P, B, T, a, H].
    """
    inputs, carried, size = part.inputs(features, pieces), [], memory.shape[-1]
    # Going back through unbind costs one pass over the inputs; through an index per step it would cost one pass per step.
    for step, given in enumerate(inputs.unbind(2)):
        index = None if seat is None else seat[:, :, step, None, None].expand(-1, -1, 1, size)
        before = memory if index is None else memory.gather(2, index)
        after = torch.where(advances[:, :, step, :, None], part.step(given, before, pieces), before)
        carried.append(after)
        memory = after if index is None else memory.scatter(2, index, after)
        memory = memory.masked_fill(over[:, :, step, None, None], 0.0)
    return torch.stack(carried, dim=2)
