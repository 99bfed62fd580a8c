"""Compiled loops of one round of messages that are averaged over links, forward and back.

The mathematics is that of `agents.models.speech` with the aggregations of `comms.aggregation.mean`. Axes: P players, g groups
(a team in one copy), A seats of a team, a seats of one role (from `first` on), n = g · a rows, W features, M length of a
message.
"""

from __future__ import annotations

import numpy as np

from agents.kernels.elementary import ONE, ZERO, fast_tanh
from agents.kernels.loops import slope_row
from envs.compiling import Flags, Floats, Ints, vectorised


@vectorised
def voice(
    hidden: Floats, weight: Floats, bias: Floats, rows: Ints, start: int, present: Flags, first: int, seats: int, said: Floats,
    sent: Floats,
) -> None:  # fmt: skip
    """What the seats of a role say.

    Args:
        hidden: [P, n, W], their features.
        weight: [P, M, W].
        bias: [P, M].
        rows: [P, N], rows of `present`; those of the features begin at `start`.
        start: See `rows`.
        present: [R], whether the seat decides. Other seats say nothing.
        first: Place of the role's first seat in the team.
        seats: Number of the role's seats in a team, a.
        said: [P, g, A, M], output at the role's seats.
        sent: [P, g, A], output: 1 where something was said, else 0.
    """
    size, width = weight.shape[1], hidden.shape[2]
    for p in range(hidden.shape[0]):
        for i in range(hidden.shape[1]):
            group, seat = i // seats, first + i % seats
            if present[rows[p, start + i]]:
                for k in range(size):
                    total = ZERO
                    for j in range(width):
                        total += hidden[p, i, j] * weight[p, k, j]
                    said[p, group, seat, k] = total
                for k in range(size):
                    said[p, group, seat, k] = fast_tanh(said[p, group, seat, k] + bias[p, k])
                sent[p, group, seat] = ONE
            else:
                said[p, group, seat, :] = ZERO
                sent[p, group, seat] = ZERO


@vectorised
def shares(links: Floats, sent: Floats, only_present: bool, listener: int, out: Floats) -> None:
    """The weights [A] that a listener gives to the seats of its team: links [A, A], sent [A]."""
    total = ZERO
    for s in range(out.shape[0]):
        out[s] = links[listener, s] * sent[s] if only_present else links[listener, s]
        total += out[s]
    share = ONE / max(total, ONE)
    for s in range(out.shape[0]):
        out[s] *= share


@vectorised
def listen(
    hidden: Floats, said: Floats, sent: Floats, links: Floats, only_present: bool, first: int, seats: int, known: Floats
) -> None:
    """What the actors of a role know: features and what was heard.

    Args:
        hidden: [P, n, W].
        said: [P, g, A, M].
        sent: [P, g, A].
        links: [P, A, A], 1 where the row's seat hears the column's seat.
        only_present: True averages over the messages that arrive, False over all links.
        first: See `voice`.
        seats: See `voice`.
        known: [P, n, W + M], output.
    """
    width, size = hidden.shape[2], said.shape[3]
    weights = np.empty(said.shape[2], np.float32)
    for p in range(hidden.shape[0]):
        for i in range(hidden.shape[1]):
            group = i // seats
            shares(links[p], sent[p, group], only_present, first + i % seats, weights)
            for j in range(width):
                known[p, i, j] = hidden[p, i, j]
            heard = known[p, i, width:]
            for k in range(size):
                heard[k] = ZERO
            for s in range(weights.shape[0]):
                if weights[s] != ZERO:
                    for k in range(size):
                        heard[k] += weights[s] * said[p, group, s, k]


@vectorised
def back_listen(
    gradient: Floats, sent: Floats, links: Floats, only_present: bool, first: int, seats: int, said: Floats
) -> None:
    """Add the gradient by the messages to said [P, g, A, M], from the gradient by the actors' inputs [P, n, W + M]."""
    size = said.shape[3]
    width, weights = gradient.shape[2] - size, np.empty(said.shape[2], np.float32)
    for p in range(gradient.shape[0]):
        for i in range(gradient.shape[1]):
            group = i // seats
            shares(links[p], sent[p, group], only_present, first + i % seats, weights)
            heard = gradient[p, i, width:]
            for s in range(weights.shape[0]):
                if weights[s] != ZERO:
                    for k in range(size):
                        said[p, group, s, k] += weights[s] * heard[k]


@vectorised
def back_voice(
    gradient: Floats, said_gradient: Floats, said: Floats, sent: Floats, hidden: Floats, weight: Floats, tanh: bool, first: int,
    seats: int, into: Floats, weight_sum: Floats, bias_sum: Floats, hidden_bias_sum: Floats,
) -> None:  # fmt: skip
    """The gradient by the input of the activation that made the features.

    Args:
        gradient: [P, n, W + M], the gradient by the actors' inputs.
        said_gradient: [P, g, A, M], the gradient by the messages.
        said: [P, g, A, M].
        sent: [P, g, A].
        hidden: [P, n, W].
        weight: [P, M, W].
        tanh: True if the activation is tanh, False if it is relu.
        first: See `voice`.
        seats: See `voice`.
        into: [P, n, W], output.
        weight_sum: [P, M, W], the gradient is added.
        bias_sum: [P, M], the gradient is added.
        hidden_bias_sum: [P, W], the gradient by the biases before the activation is added.
    """
    width, size = hidden.shape[2], said.shape[3]
    for p in range(hidden.shape[0]):
        for i in range(hidden.shape[1]):
            group, seat = i // seats, first + i % seats
            for j in range(width):
                into[p, i, j] = gradient[p, i, j]
            for k in range(size):
                word = said[p, group, seat, k]
                g = said_gradient[p, group, seat, k] * (ONE - word * word)
                if g != ZERO and sent[p, group, seat] != ZERO:
                    bias_sum[p, k] += g
                    for j in range(width):
                        into[p, i, j] += g * weight[p, k, j]
                        weight_sum[p, k, j] += g * hidden[p, i, j]
            slope_row(into[p, i], hidden[p, i], tanh, hidden_bias_sum[p])
