"""Compiled loops of gated recurrent units: one step when acting, all steps forward and back when learning.

The unit is that of `agents.models.gru`. Its gates are side by side: reset, update, new. Axes: P players, T steps, n rows, H
values of a memory. Products of matrices are BLAS calls.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg  # noqa: F401  Numba's products of matrices use its BLAS, which `envs.threads` must know

from agents.kernels.elementary import HALF, ONE, ZERO, fast_tanh
from envs.compiling import Flags, Floats, Ints, inlined, vectorised


@inlined
def _gate(out: Floats, past: Floats, bias: Floats) -> None:
    """Write the logistic function of the sum into `out`."""
    for j in range(out.shape[0]):
        out[j] = HALF + HALF * fast_tanh(HALF * (out[j] + past[j] + bias[j]))


@inlined
def _add(out: Floats, other: Floats) -> None:
    for j in range(out.shape[0]):
        out[j] += other[j]


@inlined
def _candidate(out: Floats, bias: Floats, reset: Floats, past: Floats) -> None:
    for j in range(out.shape[0]):
        out[j] = fast_tanh(out[j] + bias[j] + reset[j] * past[j])


@inlined
def _blend(out: Floats, new: Floats, update: Floats, before: Floats) -> None:
    for j in range(out.shape[0]):
        out[j] = new[j] + update[j] * (before[j] - new[j])


@inlined
def _row(gates: Floats, past: Floats, before: Floats, bias: Floats, past_bias: Floats, both: Floats, after: Floats) -> None:
    """One step of one row. Both [3 H]: `gates` becomes reset, update and new; the last third of `past` gets its bias."""
    size = before.shape[0]
    _gate(gates[: 2 * size], past[: 2 * size], both)
    _add(past[2 * size :], past_bias[2 * size :])
    _candidate(gates[2 * size :], bias[2 * size :], gates[:size], past[2 * size :])
    _blend(after, gates[2 * size :], gates[size : 2 * size], before)


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
    size = before.shape[2]
    both = np.empty(2 * size, np.float32)
    for p in range(gates.shape[0]):
        for j in range(2 * size):
            both[j] = bias[p, j] + past_bias[p, j]
        real = min(max(counts[p] - start, 0), gates.shape[1])
        for i in range(gates.shape[1]):
            row = rows[p, start + i]
            if advances[row]:
                _row(gates[p, i], past[p, i], before[p, i], bias[p], past_bias[p], both, after[p, i])
            else:
                after[p, i, :] = before[p, i]
            if i < real:
                for j in range(size):
                    memory[row, j] = after[p, i, j]


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
    size = before.shape[3]
    both = np.empty(2 * size, np.float32)
    for p in range(gates.shape[0]):
        for j in range(2 * size):
            both[j] = bias[p, j] + past_bias[p, j]
        for t in range(gates.shape[1]):
            for i in range(gates.shape[2]):
                before[p, t, i, :] = memory[p, place[p, t, i]]
            np.dot(before[p, t], weight[p], past[p, t])
            for i in range(gates.shape[2]):
                if advances[p, t, i]:
                    _row(gates[p, t, i], past[p, t, i], before[p, t, i], bias[p], past_bias[p], both, after[p, t, i])
                else:
                    after[p, t, i, :] = before[p, t, i]
                memory[p, place[p, t, i], :] = after[p, t, i]
            for s in range(over.shape[2]):
                if over[p, t, s]:
                    memory[p, s, :] = ZERO


@inlined
def _back_blend(gradient: Floats, new: Floats, update: Floats, before: Floats, slope: Floats, carried: Floats) -> None:
    """Gradients by the update gate, before its logistic function, into `slope`; and by the memory, into `carried`."""
    for j in range(gradient.shape[0]):
        carried[j] = gradient[j] * update[j]
        slope[j] = gradient[j] * (before[j] - new[j]) * update[j] * (ONE - update[j])


@inlined
def _back_new(gradient: Floats, update: Floats, new: Floats) -> None:
    """Replace `new` by the gradient before its tanh."""
    for j in range(gradient.shape[0]):
        new[j] = gradient[j] * (ONE - update[j]) * (ONE - new[j] * new[j])


@inlined
def _back_reset(slope: Floats, reset: Floats, past: Floats, reset_slope: Floats) -> None:
    """Gradients by the past and by the reset gate, before its logistic function. `slope`: by the candidate."""
    for j in range(slope.shape[0]):
        pull = slope[j] * past[j]
        past[j] = slope[j] * reset[j]
        reset_slope[j] = pull * reset[j] * (ONE - reset[j])


@inlined
def _copy(out: Floats, other: Floats) -> None:
    for j in range(out.shape[0]):
        out[j] = other[j]


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
    whole, through, slope = np.empty(size, np.float32), np.empty((rows, size), np.float32), np.empty(size, np.float32)
    carried = np.empty((rows, size), np.float32)
    for p in range(gates.shape[0]):
        memory[p] = ZERO
        back = np.ascontiguousarray(weight[p].T)
        for t in range(gates.shape[1] - 1, -1, -1):
            for s in range(over.shape[2]):
                if over[p, t, s]:
                    memory[p, s, :] = ZERO
            for i in range(rows):
                gate, old = gates[p, t, i], past[p, t, i]
                _copy(whole, gradient[p, t, i])
                _add(whole, memory[p, place[p, t, i]])
                if not advances[p, t, i]:
                    gate[:] = ZERO
                    old[:] = ZERO
                    _copy(carried[i], whole)
                    continue
                reset, update, new = gate[:size], gate[size : 2 * size], gate[2 * size :]
                _back_blend(whole, new, update, before[p, t, i], slope, carried[i])
                _back_new(whole, update, new)
                _copy(update, slope)
                _back_reset(new, reset, old[2 * size :], slope)
                _copy(reset, slope)
                _copy(old[: 2 * size], gate[: 2 * size])
                _add(bias_sum[p], gate)
                _add(past_bias_sum[p], old)
            np.dot(past[p, t], back, through)
            for i in range(rows):
                _add(carried[i], through[i])
                _copy(memory[p, place[p, t, i]], carried[i])
