"""The gradient of deep Q-learning for perceptrons, for all players of a stack in one call, derived by hand for the CPU.

A minibatch of deep Q-learning is small, and the calls of a library take longer than its arithmetic. Therefore everything from
the rows of the memory to the gradient is one compiled loop. Its matrix products are those of SciPy's BLAS, with as many threads
as the caller has set. `agents.learners.dqn.DeepQ.estimates` is the same in tensor operations, and a test compares the two.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg  # noqa: F401  # BLAS of compiled matrix products; loaded before the number of its threads is set

from agents.kernels.elementary import HALF, ONE, ZERO, fast_tanh
from envs.compiling import Flags, Floats, Ints, inlined, vectorised

TINY = np.float32(1e-9)


@vectorised
def improve(
    seen: Floats,
    then: Floats,
    then_legal: Flags,
    action: Ints,
    reward: Floats,
    discount: Floats,
    first: int,
    places: Ints,
    weight: Floats,
    scaling: Floats,
    cut: float,
    value: Floats,
    target: Floats,
    layers: Ints,
    switches: Flags,
    gradient: Floats,
    figures: Floats,
    errors: Floats,
) -> None:
    """Add the gradient of the Huber loss of one role's action values, and write its figures and errors.

    Args:
        seen: float32 [P, C, a, F], observations in the memory.
        then: float32 [P, C, a, F], what is seen afterwards.
        then_legal: bool [P, C, a, n].
        action: int64 [P, C, a].
        reward: float32 [P, C, A], of all roles of the side.
        discount: float32 [P, C, A].
        first: The first of the role's seats among those of the side.
        places: int64 [P, B], the rows of the minibatch.
        weight: float32 [P, B, A], already divided by the sum of all weights of the minibatch.
        scaling: float32 [P, 2, F], mean and one over the standard deviation.
        cut: Bound of standardised observations; 0 does not standardise.
        value: float32 [P, D], the parameters that learn.
        target: float32 [P, D], those of the target network.
        layers: int64 [L, 3], per layer the position of its weight in D (its bias follows), its inputs and its outputs.
        switches: Whether the activation is tanh, and whether the learning network chooses the next action.
        gradient: float32 [P, D], added to.
        figures: float32 [P, 2], the loss and the weighted sum of the values of the taken actions, added to.
        errors: float32 [P, B, A], target minus value, written.

    Reference:
        Mnih et al. (2015), algorithm 1; van Hasselt, Guez & Silver (2016), equation 4.
    """
    tanh, double = switches[0], switches[1]
    for p in range(places.shape[0]):
        after = _gathered(then[p], places[p], scaling[p], cut)
        judged = _forward(after, target[p], layers, tanh)[-1]
        chosen = _forward(after, value[p], layers, tanh)[-1] if double else judged
        kept = _forward(_gathered(seen[p], places[p], scaling[p], cut), value[p], layers, tanh)
        told = then_legal[p], action[p], reward[p], discount[p]
        back = _compared(kept[-1], chosen, judged, told, first, places[p], weight[p], figures[p], errors[p])
        _backward(kept, back, value[p], layers, tanh, gradient[p])


@inlined
def _compared(
    out: Floats,
    chosen: Floats,
    judged: Floats,
    told: Any,
    first: int,
    places: Ints,
    weight: Floats,
    figures: Floats,
    errors: Floats,
) -> Floats:
    """Compare the values of the taken actions with their targets. Returns the gradient by all values, [R, n]."""
    then_legal, action, reward, discount = told
    seats, back = action.shape[1], np.zeros_like(out)
    for row in range(out.shape[0]):
        b, seat = row // seats, row % seats
        place, column, best = places[b], first + seat, -1
        for n in range(out.shape[1]):
            if then_legal[place, seat, n] and (best < 0 or chosen[row, n] > chosen[row, best]):
                best = n
        now, share = out[row, action[place, seat]], weight[b, column]
        error = reward[place, column] + discount[place, column] * judged[row, max(best, 0)] - now
        size = abs(error)
        errors[b, column] = error
        figures[0] += share * (HALF * error * error if size <= ONE else size - HALF)
        if share > ZERO:
            figures[1] += now
        back[row, action[place, seat]] = -share * min(max(error, -ONE), ONE)
    return back


@inlined
def _gathered(source: Floats, places: Ints, scaling: Floats, cut: float) -> Floats:
    """Rows of a memory [C, a, F], seat by seat, standardised: [B · a, F]."""
    seats, limit = source.shape[1], np.float32(cut)
    out = np.empty((len(places) * seats, source.shape[2]), np.float32)
    for b in range(len(places)):
        for seat in range(seats):
            for f in range(source.shape[2]):
                x = source[places[b], seat, f]
                out[b * seats + seat, f] = min(max((x - scaling[0, f]) * scaling[1, f], -limit), limit) if limit > ZERO else x
    return out


@inlined
def _forward(x: Floats, flat: Floats, layers: Ints, tanh: bool) -> Any:
    """The inputs and the outputs of all layers, [R, width] each."""
    kept = [x]
    for number in range(len(layers)):
        start, inner, outer = layers[number]
        end = start + inner * outer
        out = np.dot(kept[number], flat[start:end].reshape((inner, outer)))
        for row in range(out.shape[0]):
            for j in range(outer):
                sums = out[row, j] + flat[end + j]
                if number < len(layers) - 1:
                    sums = fast_tanh(sums) if tanh else max(sums, ZERO)
                out[row, j] = sums
        kept.append(out)
    return kept


@inlined
def _backward(kept: Any, back: Floats, flat: Floats, layers: Ints, tanh: bool, gradient: Floats) -> None:
    """Add the gradient by the parameters, from that by the outputs [R, n]."""
    for number in range(len(layers) - 1, -1, -1):
        start, inner, outer = layers[number]
        end, below = start + inner * outer, kept[number]
        slope = np.dot(below.T, back)
        for i in range(inner):
            for j in range(outer):
                gradient[start + i * outer + j] += slope[i, j]
        for row in range(back.shape[0]):
            for j in range(outer):
                gradient[end + j] += back[row, j]
        if number > 0:
            weight = flat[start:end].reshape((inner, outer))
            into = np.dot(back, weight.T)
            for row in range(into.shape[0]):
                for i in range(inner):
                    h = below[row, i]
                    into[row, i] = into[row, i] * (ONE - h * h) if tanh else (into[row, i] if h > ZERO else ZERO)
            back = into
