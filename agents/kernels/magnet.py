"""The gradient of a policy that is also pulled towards a reference policy, row by row; see `loops` for the axes.

It is a file of its own because the compiler may order sums differently in functions that compute more.
"""

from __future__ import annotations

from agents.kernels.elementary import ONE, ZERO, fast_exp
from agents.kernels.loops import activate, back_heads, heads, softmax
from envs.compiling import Flags, Floats, Ints, vectorised


@vectorised
def pulled_surrogate(
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
    reference: Floats,
    strength: Floats,
) -> None:
    """`loops.surrogate` with a further term: the divergence KL(policy ‖ reference) times a weight.

    With probabilities c, those of the reference m and the divergence D, the gradient of D by logit k is
    c_k (log c_k - log m_k - D).

    The arguments up to `totals` are those of `loops.surrogate`. `reference`, [R, A], has the log-probabilities of the reference
    policy, and `strength`, [P], the weight of the divergence.
    """
    for p in range(logits.shape[0]):
        low, high, bonus, pulls = ONE - clip[p], ONE + clip[p], entropy[p], strength[p]
        for i in range(logits.shape[1]):
            w = weight[p, start + i]
            if w == ZERO:
                logits[p, i, :] = ZERO
                continue
            row, doubt, apart = rows[p, start + i], ZERO, ZERO
            for k in range(logits.shape[2]):
                if chances[p, i, k] > ZERO:
                    known = logits[p, i, k] - log_sum[p, i]
                    doubt -= chances[p, i, k] * known
                    apart += chances[p, i, k] * (known - reference[row, k])
            chosen = action[row]
            moved = logits[p, i, chosen] - log_sum[p, i] - before[row]
            ratio = fast_exp(moved)
            free, bound = ratio * advantage[p, start + i], min(max(ratio, low), high) * advantage[p, start + i]
            pull = -free * w * share[p] if free <= bound else ZERO
            push, back = bonus * w * share[p], pulls * w * share[p]
            for k in range(logits.shape[2]):
                c = chances[p, i, k]
                if c > ZERO:
                    known = logits[p, i, k] - log_sum[p, i]
                    logits[p, i, k] = c * (push * (known + doubt) + back * (known - reference[row, k] - apart) - pull)
                else:
                    logits[p, i, k] = ZERO
            logits[p, i, chosen] += pull
            totals[p, 0] -= w * min(free, bound)
            totals[p, 1] += w * doubt
            totals[p, 2] += w * (ratio - ONE - moved)
            totals[p, 3] += w if abs(ratio - ONE) > clip[p] else ZERO


@vectorised
def improve_pulled(
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
    reference: Floats,
    strength: Floats,
    into: Floats,
    weight_sum: Floats,
    sums: Floats,
    bias_sum: Floats,
) -> None:
    """`loops.improve` with `pulled_surrogate`; see there."""
    activate(hidden, bias, tanh)
    heads(hidden, weight, head_bias, logits)
    chances, log_sum = softmax(logits, rows, start, legal, 1.0)
    decided = action, before, advantage, importance, share, clip, entropy, totals, reference, strength
    pulled_surrogate(logits, chances, log_sum, rows, start, *decided)
    back_heads(logits, hidden, weight, tanh, into, weight_sum, sums, bias_sum)
