"""Compiled loops for normally distributed actions, beside those of `agents.kernels.loops` for discrete actions.

Axes as there; A is the number of values of an action. The standard deviations of a player do not depend on the observation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.kernels.elementary import HALF, ONE, ZERO, constants, fast_exp, fast_log
from agents.kernels.loops import activate, back_heads, heads
from envs.compiling import Floats, Ints, inlined, vectorised

LOG_ROOT, HALF_ENTROPY = constants(0.9189385332046727, 1.4189385332046727)
"""The logarithm of √(2π), and the entropy of the standard normal distribution in nats."""

SPLIT, CENTRE, FAR = constants(0.425, 0.180625, 1.6)
_A0, _A1, _A2, _A3 = constants(3.3871327179, 50.434271938, 159.29113202, 59.109374720)
_B1, _B2, _B3 = constants(17.895169469, 78.757757664, 67.187563600)
_C0, _C1, _C2, _C3 = constants(1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103)
_D1, _D2 = constants(0.73700164250, 0.12021132975)
_E0, _E1, _E2, _E3 = constants(6.6579051150, 3.0812263860, 0.42868294337, 0.017337203997)
_F1, _F2 = constants(0.24197894225, 0.012258202635)
NEAR = np.float32(5.0)


@inlined
def quantile(chance: Any) -> Any:
    """Quantile of the standard normal distribution for a chance in (0, 1), to float32 (Wichura, 1988, AS 241, PPND7)."""
    q = chance - HALF
    r = CENTRE - q * q
    middle = q * (((_A3 * r + _A2) * r + _A1) * r + _A0) / (((_B3 * r + _B2) * r + _B1) * r + ONE)
    tail = np.sqrt(-fast_log(min(chance, ONE - chance)))
    s, t = tail - FAR, tail - NEAR
    near = (((_C3 * s + _C2) * s + _C1) * s + _C0) / ((_D2 * s + _D1) * s + ONE)
    far = (((_E3 * t + _E2) * t + _E1) * t + _E0) / ((_F2 * t + _F1) * t + ONE)
    outside = near if tail <= NEAR else far
    return middle if abs(q) <= SPLIT else (outside if q > ZERO else -outside)


@vectorised
def decide_normal(hidden: Floats, bias: Floats, tanh: bool, weight: Floats, head_bias: Floats, mean: Floats,
                  log_std: Floats, rows: Ints, start: int, temperature: float, counts: Ints, noise: Floats, low: Floats,
                  high: Floats, action: Floats, log_prob: Floats) -> None:  # fmt: skip
    """Draw actions as `agents.models.distributions.sample` does, after `activate` and `heads`, and write them to their rows.

    Args:
        hidden: See `activate`; like the next four.
        bias: [P, H].
        tanh: True for tanh, False for relu.
        weight: [P, A, H].
        head_bias: [P, A].
        mean: [P, n, A], output.
        log_std: [P, A], logarithms of the standard deviations.
        rows: [P, N], target rows; those of the means begin at `start`.
        start: See `rows`.
        temperature: Multiplies the standard deviations.
        counts: [P], number of the N rows before the padding; padding is skipped.
        noise: [R, A], uniform in (0, 1).
        low: [A], the bounds of actions, to which they are scaled and clipped; [0] writes actions unbounded.
        high: [A] or [0].
        action: [R, A], written at the target rows.
        log_prob: [R], the log-density of the unbounded action, written at the target rows.
    """
    activate(hidden, bias, tanh)
    heads(hidden, weight, head_bias, mean)
    size, bound, warmth = mean.shape[2], low.shape[0] > 0, np.log(np.float32(temperature))
    width, sharp, normal = np.empty(size, np.float32), np.empty(size, np.float32), np.empty(mean.shape[1:], np.float32)
    flat = normal.reshape(-1)
    for p in range(mean.shape[0]):
        real = min(max(counts[p] - start, 0), mean.shape[1])
        least = ZERO
        for k in range(size):
            width[k] = fast_exp(log_std[p, k] + warmth)
            sharp[k] = fast_exp(-log_std[p, k] - warmth)
            least += log_std[p, k] + warmth + LOG_ROOT
        for i in range(real):
            for k in range(size):
                normal[i, k] = noise[rows[p, start + i], k]
        for x in range(real * size):
            flat[x] = quantile(flat[x])
        for i in range(real):
            row, score = rows[p, start + i], ZERO
            for k in range(size):
                chosen = mean[p, i, k] + normal[i, k] * width[k]
                away = (chosen - mean[p, i, k]) * sharp[k]
                score += away * away
                if bound:
                    chosen = min(max((low[k] + high[k]) * HALF + chosen * (high[k] - low[k]) * HALF, low[k]), high[k])
                action[row, k] = chosen
            log_prob[row] = -HALF * score - least


@vectorised
def surrogate_normal(mean: Floats, log_std: Floats, rows: Ints, start: int, action: Floats, before: Floats,
                     advantage: Floats, weight: Floats, share: Floats, clip: Floats, entropy: Floats, totals: Floats,
                     log_std_sum: Floats) -> None:  # fmt: skip
    """`agents.kernels.loops.surrogate` for normally distributed actions.

    With score z = (action − mean) / σ, the gradient of the log-density by the mean is z / σ, and by log σ it is z² − 1. The
    entropy grows with every log σ by 1.

    Args:
        mean: [P, n, A], overwritten with the gradient.
        log_std: [P, A].
        rows: [P, N], rows of `action` and `before`.
        start: The first of the N rows.
        action: [R, A], the unbounded actions that were taken.
        before: [R], their log-densities when they were taken.
        advantage: [P, N].
        weight: [P, N].
        share: [P].
        clip: [P].
        entropy: [P].
        totals: [P, 4].
        log_std_sum: [P, A], the gradient by `log_std` is added.
    """
    size = mean.shape[2]
    sharp, score = np.empty(size, np.float32), np.empty(size, np.float32)
    for p in range(mean.shape[0]):
        low, high, bonus, doubt, least = ONE - clip[p], ONE + clip[p], entropy[p], ZERO, ZERO
        for k in range(size):
            sharp[k] = fast_exp(-log_std[p, k])
            doubt += log_std[p, k] + HALF_ENTROPY
            least += log_std[p, k] + LOG_ROOT
        for i in range(mean.shape[1]):
            w = weight[p, start + i]
            if w == ZERO:
                mean[p, i, :] = ZERO
                continue
            row, square = rows[p, start + i], ZERO
            for k in range(size):
                score[k] = (action[row, k] - mean[p, i, k]) * sharp[k]
                square += score[k] * score[k]
            moved = -HALF * square - least - before[row]
            ratio = fast_exp(moved)
            free, bound = ratio * advantage[p, start + i], min(max(ratio, low), high) * advantage[p, start + i]
            pull = -free * w * share[p] if free <= bound else ZERO
            push = bonus * w * share[p]
            for k in range(size):
                log_std_sum[p, k] += pull * (score[k] * score[k] - ONE) - push
                mean[p, i, k] = pull * score[k] * sharp[k]
            totals[p, 0] -= w * min(free, bound)
            totals[p, 1] += w * doubt
            totals[p, 2] += w * (ratio - ONE - moved)
            totals[p, 3] += w if abs(ratio - ONE) > clip[p] else ZERO


@vectorised
def improve_normal(
    hidden: Floats,
    bias: Floats,
    tanh: bool,
    weight: Floats,
    head_bias: Floats,
    mean: Floats,
    log_std: Floats,
    rows: Ints,
    start: int,
    action: Floats,
    before: Floats,
    advantage: Floats,
    importance: Floats,
    share: Floats,
    clip: Floats,
    entropy: Floats,
    totals: Floats,
    log_std_sum: Floats,
    into: Floats,
    weight_sum: Floats,
    sums: Floats,
    bias_sum: Floats,
) -> None:
    """`activate`, `heads`, `surrogate_normal` and `back_heads`, one after the other; see there."""
    activate(hidden, bias, tanh)
    heads(hidden, weight, head_bias, mean)
    known = action, before, advantage, importance, share, clip, entropy, totals, log_std_sum
    surrogate_normal(mean, log_std, rows, start, *known)
    back_heads(mean, hidden, weight, tanh, into, weight_sum, sums, bias_sum)
