"""The terms of off-policy learners as pure functions of stacked batches: targets, and what the team's value is made of."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from agents.models.distributions import masked


def duelling(advantage: Tensor, value: Tensor, legal: Tensor) -> Tensor:
    """Action values from the value of the state [P, …] and advantages [P, …, n], whose mean over legal actions is removed.

    Reference:
        Wang, Schaul, Hessel, van Hasselt, Lanctot & de Freitas (2016), equation 9.
    """
    count = legal.sum(-1, keepdim=True).clamp_min(1)
    return value.unsqueeze(-1) + advantage - (advantage * legal).sum(-1, keepdim=True) / count


def greedy(values: Tensor, legal: Tensor) -> Tensor:
    """The best legal action, int64 [P, …], of values [P, …, n]; of equal ones the first."""
    return masked(values, legal).argmax(-1)


def picked(values: Tensor, action: Tensor) -> Tensor:
    """The values [P, …] of actions [P, …], of values [P, …, n]."""
    return values.gather(-1, action.unsqueeze(-1)).squeeze(-1)


def greedy_target(online: Tensor, target: Tensor, legal: Tensor, *, double: bool) -> Tensor:
    """The value of the best action afterwards, [P, …].

    Args:
        online: Values by the network that learns, [P, …, n].
        target: Values by the target network, [P, …, n].
        legal: bool [P, …, n].
        double: The learning network chooses the action and the target network values it; else the target network does both.

    Reference:
        Mnih et al. (2015), algorithm 1; van Hasselt, Guez & Silver (2016), equation 4.
    """
    return picked(target, greedy(online if double else target, legal))


def soft_value(values: Tensor, logits: Tensor, temperature: Tensor) -> Tensor:
    """The expected value of a stochastic policy plus its entropy, [P, …].

    Args:
        values: [P, …, n].
        logits: Masked logits, [P, …, n].
        temperature: Weight of the entropy, [P].

    Reference:
        Christodoulou (2019), equation 10.
    """
    log_prob = torch.log_softmax(logits, -1)
    weight = temperature.view(-1, *(1,) * (values.dim() - 1))
    return (log_prob.exp() * (values - weight * log_prob.clamp_min(-1e9))).sum(-1)


def huber(error: Tensor) -> Tensor:
    """Half the square of errors up to 1, linear beyond.

    Reference:
        Mnih et al. (2015), methods: error terms clipped to ±1.
    """
    size = error.abs()
    return torch.where(size <= 1.0, 0.5 * size.square(), size - 0.5)


def importance(chance: Tensor, size: Tensor, power: Tensor) -> Tensor:
    """Weights [P, B] that undo the preference of a prioritised memory, at most 1.

    Args:
        chance: Probability with which each row was drawn, [P, B].
        size: Number of rows of each memory, [P].
        power: β, [P]; 0 undoes nothing, 1 everything.

    Reference:
        Schaul, Quan, Antonoglou & Silver (2016), section 3.4.
    """
    weight = (chance * size.unsqueeze(1)).clamp_min(1e-12) ** -power.unsqueeze(1)
    return weight / weight.amax(1, keepdim=True)


def value_decomposition(values: Tensor, here: Tensor) -> Tensor:
    """The team's value [P, B]: the sum of its present members' values [P, B, A]; `here` is bool [P, B, A].

    Reference:
        Sunehag et al. (2018), equation 1 (VDN).
    """
    return (values * here).sum(-1)


def mixed(values: Tensor, here: Tensor, state: Tensor, pieces: Mapping[str, Tensor], name: str) -> Tensor:
    """The team's value [P, B] by a network that is monotone in its members' values; its weights are functions of the state.

    Args:
        values: [P, B, A].
        here: bool [P, B, A], members that are present; the values of others count as zero.
        state: Joint states, [P, B, S].
        pieces: Parameters by name: `name.first` and `name.second` make the weights (absolute values), `name.offset`,
            `name.hidden` and `name.last` the biases; see `mixing_shapes`.
        name: Prefix of the names.

    Laws:
        monotone: No derivative of the result with respect to a member's value is negative.

    Reference:
        Rashid et al. (2018), section 4 and figure 2 (QMIX).
    """

    def layer(x: Tensor, part: str) -> Tensor:
        weight, bias = pieces[f"{name}.{part}.weight"], pieces[f"{name}.{part}.bias"]
        return torch.baddbmm(bias.unsqueeze(1), x, weight)

    first = layer(state, "first").abs().view(*values.shape, -1)
    inside = (values * here).unsqueeze(2).matmul(first).squeeze(2) + layer(state, "offset")
    hidden = torch.nn.functional.elu(inside)
    value = layer(torch.relu(layer(state, "hidden")), "last").squeeze(-1)
    return (hidden * layer(state, "second").abs()).sum(-1) + value
