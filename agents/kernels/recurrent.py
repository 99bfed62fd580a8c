"""Compiled loops of gated recurrent units: one step when acting, all steps forward and back when learning.

The unit is that of `agents.models.gru`. Its gates are side by side: reset, update, new. Axes: P players, T steps, n rows, H
values of a memory. Products of matrices are BLAS calls.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg  # noqa: F401  Numba's products of matrices use its BLAS, which `envs.threads` must know

from agents.kernels.elementary import HALF, ONE, ZERO, fast_tanh
from envs.compiling import Flags, Floats, Ints, vectorised


@vectorised
def _forward(gates: Floats, past: Floats, before: Floats, bias: Floats, past_bias: Floats, advances: Flags,
             after: Floats) -> None:  # fmt: skip
    """One step of some rows. Short loops over one row, with results in `two` and `new`, are what compilers vectorise.

    Args:
        gates: [n, 3 H], products of features and weights; becomes reset, update and new.
        past: [n, 3 H], products of memories and weights; the last third gets its bias.
        before: [n, H].
        bias: [3 H].
        past_bias: [3 H].
        advances: [n], whether the row decides; otherwise its memory does not change.
        after: [n, H], output.
    """
    size = before.shape[1]
    both, two, new = np.empty(2 * size, np.float32), np.empty(2 * size, np.float32), np.empty(size, np.float32)
    for j in range(2 * size):
        both[j] = bias[j] + past_bias[j]
    for i in range(gates.shape[0]):
        if not advances[i]:
            for j in range(size):
                after[i, j] = before[i, j]
            continue
        for j in range(2 * size):
            two[j] = gates[i, j] + past[i, j] + both[j]
        for j in range(2 * size):
            two[j] = HALF + HALF * fast_tanh(HALF * two[j])
        for j in range(2 * size):
            gates[i, j] = two[j]
        for j in range(2 * size, 3 * size):
            past[i, j] += past_bias[j]
        for j in range(size):
            new[j] = gates[i, 2 * size + j] + bias[2 * size + j] + two[j] * past[i, 2 * size + j]
        for j in range(size):
            new[j] = fast_tanh(new[j])
        for j in range(size):
            gates[i, 2 * size + j] = new[j]
            after[i, j] = new[j] + two[size + j] * (before[i, j] - new[j])


@vectorised
def recall(memory: Floats, rows: Ints, start: int, before: Floats) -> None:
    """Gather memories: before [P, n, H] = memory [R, H or more] at rows [P, N], from `start` on."""
    for p in range(before.shape[0]):
        for i in range(before.shape[1]):
            row = rows[p, start + i]
            for j in range(before.shape[2]):
                before[p, i, j] = memory[row, j]


@vectorised
def step(
    gates: Floats,
    past: Floats,
    before: Floats,
    bias: Floats,
    past_bias: Floats,
    rows: Ints,
    start: int,
    counts: Ints,
    advances: Flags,
    after: Floats,
    memory: Floats,
) -> None:
    """One step when acting.

    Args:
        gates: [P, n, 3 H], products of features and weights; overwritten.
        past: [P, n, 3 H], products of memories and weights; overwritten.
        before: [P, n, H], the memories.
        bias: [P, 3 H].
        past_bias: [P, 3 H].
        rows: [P, N], rows of `memory`; those of the gates begin at `start`.
        start: See `rows`.
        counts: [P], number of the N rows before the padding, which is not written.
        advances: [R], whether the seat decides; otherwise its memory does not change.
        after: [P, n, H], output.
        memory: [R, H or more], the new memories are written.
    """
    here = np.empty(gates.shape[1], np.bool_)
    for p in range(gates.shape[0]):
        for i in range(gates.shape[1]):
            here[i] = advances[rows[p, start + i]]
        _forward(gates[p], past[p], before[p], bias[p], past_bias[p], here, after[p])
        for i in range(min(max(counts[p] - start, 0), gates.shape[1])):
            for j in range(before.shape[2]):
                memory[rows[p, start + i], j] = after[p, i, j]


@vectorised
def unroll(
    gates: Floats,
    past: Floats,
    before: Floats,
    after: Floats,
    memory: Floats,
    weight: Floats,
    bias: Floats,
    past_bias: Floats,
    place: Ints,
    advances: Flags,
    over: Flags,
) -> None:
    """All steps forward. Rows that do not advance keep their memory; their gates are undefined.

    Args:
        gates: [P, T, n, 3 H], products of features and weights; becomes reset, update and new.
        past: [P, T, n, 3 H], output: products of memories and weights.
        before: [P, T, n, H], output: memories before each step.
        after: [P, T, n, H], output: memories after each step.
        memory: [P, S · m, H], the memories of the m seats of S sequences at the beginning; changed.
        weight: [P, H, 3 H].
        bias: [P, 3 H].
        past_bias: [P, 3 H].
        place: [P, T, n], the row of `memory` of each row.
        advances: [P, T, n].
        over: [P, T, S · m], whether a memory is reset to zero after the step.
    """
    for p in range(gates.shape[0]):
        for t in range(gates.shape[1]):
            for i in range(gates.shape[2]):
                for j in range(before.shape[3]):
                    before[p, t, i, j] = memory[p, place[p, t, i], j]
            np.dot(before[p, t], weight[p], past[p, t])
            _forward(gates[p, t], past[p, t], before[p, t], bias[p], past_bias[p], advances[p, t], after[p, t])
            for i in range(gates.shape[2]):
                for j in range(before.shape[3]):
                    memory[p, place[p, t, i], j] = after[p, t, i, j]
            for s in range(over.shape[2]):
                if over[p, t, s]:
                    memory[p, s, :] = ZERO


@vectorised
def _backward(whole: Floats, gates: Floats, past: Floats, before: Floats, advances: Flags, carried: Floats,
              bias_sum: Floats, past_bias_sum: Floats) -> None:  # fmt: skip
    """One step of some rows back; short loops as in `_forward`.

    Args:
        whole: [n, H], the gradient by the memories after the step.
        gates: [n, 3 H], reset, update and new; overwritten with the gradient by the products of features.
        past: [n, 3 H], overwritten with the gradient by the products of memories.
        before: [n, H].
        advances: [n].
        carried: [n, H], output: the gradient by `before`, without what flows through `past`.
        bias_sum: [3 H], the gradient is added.
        past_bias_sum: [3 H], the gradient is added.
    """
    size = before.shape[1]
    reset, update, new = np.empty(size, np.float32), np.empty(size, np.float32), np.empty(size, np.float32)
    for i in range(gates.shape[0]):
        if not advances[i]:
            gates[i, :] = ZERO
            past[i, :] = ZERO
            for j in range(size):
                carried[i, j] = whole[i, j]
            continue
        for j in range(size):
            update[j], new[j] = gates[i, size + j], gates[i, 2 * size + j]
        for j in range(size):
            carried[i, j] = whole[i, j] * update[j]
        for j in range(size):
            gates[i, size + j] = whole[i, j] * (before[i, j] - new[j]) * update[j] * (ONE - update[j])
        for j in range(size):
            new[j] = whole[i, j] * (ONE - update[j]) * (ONE - new[j] * new[j])
        for j in range(size):
            reset[j] = gates[i, j]
        for j in range(size):
            gates[i, j] = new[j] * past[i, 2 * size + j] * reset[j] * (ONE - reset[j])
        for j in range(size):
            gates[i, 2 * size + j] = new[j]
        for j in range(size):
            past[i, 2 * size + j] = new[j] * reset[j]
        for j in range(2 * size):
            past[i, j] = gates[i, j]
        for j in range(3 * size):
            bias_sum[j] += gates[i, j]
        for j in range(3 * size):
            past_bias_sum[j] += past[i, j]


@vectorised
def roll_back(
    gradient: Floats,
    gates: Floats,
    past: Floats,
    before: Floats,
    weight: Floats,
    place: Ints,
    advances: Flags,
    over: Flags,
    memory: Floats,
    bias_sum: Floats,
    past_bias_sum: Floats,
) -> None:
    """All steps back; see `unroll`.

    Args:
        gradient: [P, T, n, H], the gradient by the memories after each step, without what flows back from later steps.
        gates: [P, T, n, 3 H], reset, update and new; overwritten with the gradient by the products of features.
        past: [P, T, n, 3 H], overwritten with the gradient by the products of memories.
        before: [P, T, n, H].
        weight: [P, H, 3 H].
        place: [P, T, n].
        advances: [P, T, n].
        over: [P, T, S · m].
        memory: [P, S · m, H], overwritten with the gradient by the memories at the beginning.
        bias_sum: [P, 3 H], the gradient is added.
        past_bias_sum: [P, 3 H], the gradient is added.
    """
    size, rows = before.shape[3], before.shape[2]
    whole, through = np.empty((rows, size), np.float32), np.empty((rows, size), np.float32)
    carried = np.empty((rows, size), np.float32)
    for p in range(gates.shape[0]):
        memory[p] = ZERO
        back = np.ascontiguousarray(weight[p].T)
        for t in range(gates.shape[1] - 1, -1, -1):
            for s in range(over.shape[2]):
                if over[p, t, s]:
                    memory[p, s, :] = ZERO
            for i in range(rows):
                for j in range(size):
                    whole[i, j] = gradient[p, t, i, j] + memory[p, place[p, t, i], j]
            told = gates[p, t], past[p, t], before[p, t], advances[p, t]
            _backward(whole, *told, carried, bias_sum[p], past_bias_sum[p])
            np.dot(past[p, t], back, through)
            for i in range(rows):
                for j in range(size):
                    memory[p, place[p, t, i], j] = carried[i, j] + through[i, j]
