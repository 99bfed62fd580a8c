"""Compiled loops over the rows of stacked perceptrons, for everything except large matrix products.

Every function takes C-contiguous NumPy arrays (views of CPU tensors) and writes its results into given arrays. Rows are
computed one by one in a fixed order, so a row's result does not depend on the other rows of the call. Axes: P players, n rows,
H width of a hidden layer, A actions, K values, F features, R rows of a source array.
"""

from __future__ import annotations

import numpy as np

from agents.kernels.elementary import HALF, ONE, ZERO, fast_exp, fast_log, fast_tanh
from agents.kernels.prefetching import LINE, prefetch
from envs.compiling import Flags, Floats, Ints, inlined, vectorised

AHEAD = 8
"""Number of rows by which `take` is ahead with loading rows into the cache. They lie far from each other in memory."""

LOWEST = np.float32(np.finfo(np.float32).min)


@vectorised
def take(source: Floats, rows: Ints, start: int, mean: Floats, scale: Floats, cut: float, out: Floats) -> None:
    """Gather rows, standardised: out [P, n, F] = clip((source[rows] - mean) * scale, ± cut).

    Args:
        source: [R, F].
        rows: [P, N], of which n from `start` on are gathered.
        start: See `rows`.
        mean: [P, F].
        scale: [P, F], one over the standard deviation.
        cut: The bound of clipping; 0 does not clip.
        out: [P, n, F].
    """
    limit = np.float32(cut)
    for p in range(out.shape[0]):
        for i in range(out.shape[1]):
            row = rows[p, start + i]
            if i + AHEAD < out.shape[1]:
                coming = rows[p, start + i + AHEAD]
                for f in range(0, source.shape[1], LINE):
                    prefetch(source, coming, f)
            if limit > ZERO:
                for f in range(source.shape[1]):
                    out[p, i, f] = min(max((source[row, f] - mean[p, f]) * scale[p, f], -limit), limit)
            else:
                for f in range(source.shape[1]):
                    out[p, i, f] = source[row, f]


@vectorised
def activate(hidden: Floats, bias: Floats, tanh: bool) -> None:
    """Add biases [P, H] and apply tanh or relu to hidden [P, n, H], in place."""
    for p in range(hidden.shape[0]):
        for i in range(hidden.shape[1]):
            if tanh:
                for j in range(hidden.shape[2]):
                    hidden[p, i, j] = fast_tanh(hidden[p, i, j] + bias[p, j])
            else:
                for j in range(hidden.shape[2]):
                    hidden[p, i, j] = max(hidden[p, i, j] + bias[p, j], ZERO)


@vectorised
def slope(gradient: Floats, hidden: Floats, tanh: bool, bias: Floats) -> None:
    """Backward pass of an activation.

    Args:
        gradient: [P, n, H], multiplied in place with the slope of the activation.
        hidden: [P, n, H], the output of the activation.
        tanh: True for tanh, False for relu.
        bias: [P, H], the sum of the gradient over rows is added.
    """
    for p in range(hidden.shape[0]):
        for i in range(hidden.shape[1]):
            slope_row(gradient[p, i], hidden[p, i], tanh, bias[p])


@inlined
def slope_row(gradient: Floats, hidden: Floats, tanh: bool, bias: Floats) -> None:
    """`slope` of one row."""
    if tanh:
        for j in range(hidden.shape[0]):
            g = gradient[j] * (ONE - hidden[j] * hidden[j])
            gradient[j] = g
            bias[j] += g
    else:
        for j in range(hidden.shape[0]):
            g = gradient[j] if hidden[j] > ZERO else ZERO
            gradient[j] = g
            bias[j] += g


@vectorised
def heads(hidden: Floats, weight: Floats, bias: Floats, out: Floats) -> None:
    """Narrow last layers: out [P, n, K] = hidden [P, n, H] · weight [P, K, H] + bias [P, K]."""
    for p in range(hidden.shape[0]):
        for i in range(hidden.shape[1]):
            for k in range(weight.shape[1]):
                total = ZERO
                for j in range(weight.shape[2]):
                    total += hidden[p, i, j] * weight[p, k, j]
                out[p, i, k] = total + bias[p, k]


@vectorised
def back_heads(gradient: Floats, hidden: Floats, weight: Floats, tanh: bool, into: Floats, weight_sum: Floats, sums: Floats,
               bias: Floats) -> None:  # fmt: skip
    """Backward pass of a narrow last layer and of the activation before it.

    Args:
        gradient: [P, n, K], the gradient with respect to the layer's output.
        hidden: [P, n, H], the layer's input.
        weight: [P, K, H].
        tanh: True if the activation that made `hidden` is tanh, False if it is relu.
        into: [P, n, H], set to the gradient with respect to the input of that activation.
        weight_sum: [P, K, H], the gradient with respect to `weight` is added.
        sums: [P, K], the gradient with respect to the layer's biases is added.
        bias: [P, H], the gradient with respect to the biases of the previous layer is added.
    """
    for p in range(hidden.shape[0]):
        for i in range(hidden.shape[1]):
            for j in range(hidden.shape[2]):
                into[p, i, j] = ZERO
            for k in range(weight.shape[1]):
                g = gradient[p, i, k]
                if g != ZERO:
                    sums[p, k] += g
                    for j in range(weight.shape[2]):
                        into[p, i, j] += g * weight[p, k, j]
                        weight_sum[p, k, j] += g * hidden[p, i, j]
            slope_row(into[p, i], hidden[p, i], tanh, bias[p])


@vectorised
def softmax(logits: Floats, rows: Ints, start: int, legal: Flags, temperature: float) -> tuple[Floats, Floats]:
    """Probabilities of legal actions. The logits are divided by the temperature and shifted so that the largest is 0.

    Args:
        logits: [P, n, A], changed in place; logits of illegal actions become the lowest finite number.
        rows: [P, N], rows of `legal`; those of the logits begin at `start`.
        start: See `rows`.
        legal: [R, A].
        temperature: Divides the logits.

    Returns:
        The probabilities [P, n, A]; and the logarithm of the sum of exponentials [P, n]. The log-probability of a legal action
        is its logit minus this logarithm.
    """
    sharpness = ONE / np.float32(temperature)
    chances, log_sum = np.empty_like(logits), np.empty(logits.shape[:2], np.float32)
    for p in range(logits.shape[0]):
        for i in range(logits.shape[1]):
            row, best = rows[p, start + i], LOWEST
            for k in range(logits.shape[2]):
                logits[p, i, k] = logits[p, i, k] * sharpness if legal[row, k] else LOWEST
                best = max(best, logits[p, i, k])
            for k in range(logits.shape[2]):
                logits[p, i, k] = logits[p, i, k] - best if legal[row, k] else LOWEST
    flat, into = logits.reshape(-1), chances.reshape(-1)
    for x in range(flat.shape[0]):
        into[x] = fast_exp(flat[x]) if flat[x] > LOWEST else ZERO
    for p in range(logits.shape[0]):
        for i in range(logits.shape[1]):
            total = ZERO
            for k in range(logits.shape[2]):
                total += chances[p, i, k]
            log_sum[p, i] = total
            for k in range(logits.shape[2]):
                chances[p, i, k] /= total
    sums = log_sum.reshape(-1)
    for x in range(sums.shape[0]):
        sums[x] = fast_log(sums[x])
    return chances, log_sum


@vectorised
def draw(
    logits: Floats, log_sum: Floats, rows: Ints, start: int, counts: Ints, noise: Floats, action: Ints, log_prob: Floats
) -> None:
    """Draw actions by the Gumbel-max trick, as `agents.models.distributions.sample` does, and write them to their rows.

    Args:
        logits: [P, n, A], see `softmax`.
        log_sum: [P, n], see `softmax`.
        rows: [P, N], target rows; those of the logits begin at `start`.
        start: See `rows`.
        counts: [P], number of the N rows before the padding; padding is skipped.
        noise: [R, A], uniform in (0, 1).
        action: [R], written at the target rows.
        log_prob: [R], the log-probability of the action, written at the target rows.
    """
    gumbel = np.empty((logits.shape[1], logits.shape[2]), np.float32)
    flat = gumbel.reshape(-1)
    for p in range(logits.shape[0]):
        real = min(max(counts[p] - start, 0), logits.shape[1])
        for i in range(real):
            for k in range(logits.shape[2]):
                gumbel[i, k] = noise[rows[p, start + i], k]
        for x in range(real * logits.shape[2]):
            flat[x] = fast_log(-fast_log(flat[x]))
        for i in range(real):
            best, chosen = LOWEST, -1
            for k in range(logits.shape[2]):
                score = logits[p, i, k] - gumbel[i, k]
                if logits[p, i, k] != LOWEST and (chosen < 0 or score > best):  # a legal action, even if its logit is NaN
                    best, chosen = score, k
            action[rows[p, start + i]] = chosen
            log_prob[rows[p, start + i]] = logits[p, i, chosen] - log_sum[p, i]


@vectorised
def decide(
    hidden: Floats,
    bias: Floats,
    tanh: bool,
    weight: Floats,
    head_bias: Floats,
    logits: Floats,
    rows: Ints,
    start: int,
    legal: Flags,
    temperature: float,
    counts: Ints,
    noise: Floats,
    action: Ints,
    log_prob: Floats,
) -> None:
    """`activate`, `heads`, `softmax` and `draw`, one after the other; see there."""
    activate(hidden, bias, tanh)
    heads(hidden, weight, head_bias, logits)
    log_sum = softmax(logits, rows, start, legal, temperature)[1]
    draw(logits, log_sum, rows, start, counts, noise, action, log_prob)


@vectorised
def surrogate(
    logits: Floats,
    chances: Floats,
    log_sum: Floats,
    rows: Ints,
    start: int,
    action: Ints,
    before: Floats,
    advantage: Floats,
    weight: Floats,
    share: Floats,
    clip: Floats,
    entropy: Floats,
    totals: Floats,
) -> None:
    """The clipped surrogate and the entropy bonus, as in `agents.learners.losses`, with their gradient by the logits.

    With ratio r, advantage A, probabilities c, entropy S and coefficient e, the gradient of -min(r A, clip(r) A) - e S by logit
    k is -[not clipped] r A (1[k is the action] - c_k) + e c_k (log c_k + S).

    Args:
        logits: [P, n, A], see `softmax`; overwritten with the gradient.
        chances: [P, n, A], the probabilities.
        log_sum: [P, n], see `softmax`.
        rows: [P, N], rows of `action` and `before`. Those of the logits, `advantage` and `weight` begin at `start`.
        start: See `rows`.
        action: [R], the actions that were taken.
        before: [R], their log-probabilities when they were taken.
        advantage: [P, N].
        weight: [P, N], 0 for rows that are not learnt from.
        share: [P], one over the sum of the minibatch's weights.
        clip: [P], clip range.
        entropy: [P], entropy coefficient.
        totals: [P, 4], sums over rows of policy loss, entropy, KL divergence and clipped rows are added.
    """
    for p in range(logits.shape[0]):
        low, high, bonus = ONE - clip[p], ONE + clip[p], entropy[p]
        for i in range(logits.shape[1]):
            w = weight[p, start + i]
            if w == ZERO:
                logits[p, i, :] = ZERO
                continue
            row, doubt = rows[p, start + i], ZERO
            for k in range(logits.shape[2]):
                if chances[p, i, k] > ZERO:
                    doubt -= chances[p, i, k] * (logits[p, i, k] - log_sum[p, i])
            chosen = action[row]
            moved = logits[p, i, chosen] - log_sum[p, i] - before[row]
            ratio = fast_exp(moved)
            free, bound = ratio * advantage[p, start + i], min(max(ratio, low), high) * advantage[p, start + i]
            pull = -free * w * share[p] if free <= bound else ZERO
            push = bonus * w * share[p]
            for k in range(logits.shape[2]):
                c = chances[p, i, k]
                logits[p, i, k] = c * (push * (logits[p, i, k] - log_sum[p, i] + doubt) - pull) if c > ZERO else ZERO
            logits[p, i, chosen] += pull
            totals[p, 0] -= w * min(free, bound)
            totals[p, 1] += w * doubt
            totals[p, 2] += w * (ratio - ONE - moved)
            totals[p, 3] += w if abs(ratio - ONE) > clip[p] else ZERO


@vectorised
def squared_error(value: Floats, start: int, target: Floats, weight: Floats, share: Floats, totals: Floats) -> None:
    """Half the squared error of values, and its gradient.

    Args:
        value: [P, n, K], overwritten with the gradient.
        start: The first of the N rows that belongs to `value`.
        target: [P, N, K].
        weight: [P, N, K].
        share: [P], multiplies the gradient.
        totals: [P], the weighted sum of the error is added.
    """
    for p in range(value.shape[0]):
        for i in range(value.shape[1]):
            for k in range(value.shape[2]):
                error, w = value[p, i, k] - target[p, start + i, k], weight[p, start + i, k]
                totals[p] += HALF * w * error * error
                value[p, i, k] = w * share[p] * error


@vectorised
def improve(
    hidden: Floats,
    bias: Floats,
    tanh: bool,
    weight: Floats,
    head_bias: Floats,
    logits: Floats,
    rows: Ints,
    start: int,
    legal: Flags,
    action: Ints,
    before: Floats,
    advantage: Floats,
    importance: Floats,
    share: Floats,
    clip: Floats,
    entropy: Floats,
    totals: Floats,
    into: Floats,
    weight_sum: Floats,
    sums: Floats,
    bias_sum: Floats,
) -> None:
    """`activate`, `heads`, `softmax`, `surrogate` and `back_heads`, one after the other; see there."""
    activate(hidden, bias, tanh)
    heads(hidden, weight, head_bias, logits)
    chances, log_sum = softmax(logits, rows, start, legal, 1.0)
    surrogate(logits, chances, log_sum, rows, start, action, before, advantage, importance, share, clip, entropy, totals)
    back_heads(logits, hidden, weight, tanh, into, weight_sum, sums, bias_sum)


@vectorised
def correct(
    hidden: Floats,
    bias: Floats,
    tanh: bool,
    weight: Floats,
    head_bias: Floats,
    value: Floats,
    start: int,
    target: Floats,
    importance: Floats,
    share: Floats,
    totals: Floats,
    into: Floats,
    weight_sum: Floats,
    sums: Floats,
    bias_sum: Floats,
) -> None:
    """`activate`, `heads`, `squared_error` and `back_heads`, one after the other; see there."""
    activate(hidden, bias, tanh)
    heads(hidden, weight, head_bias, value)
    squared_error(value, start, target, importance, share, totals)
    back_heads(value, hidden, weight, tanh, into, weight_sum, sums, bias_sum)
