"""The terms of proximal policy optimisation as pure functions of stacked batches.

Every function takes a weight per row (0 for padding) and returns one number per player, [P]. Players never share a gradient.
"""

from __future__ import annotations

import torch
from torch import Tensor


def average(x: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean over all axes except the player axis: [P, …] → [P]; 0 if all weights are 0."""
    total = weight.flatten(1).sum(1)
    return (x * weight).flatten(1).sum(1) / total.clamp_min(1e-9)


def standardised(x: Tensor, weight: Tensor) -> Tensor:
    """Shift and scale each player's rows to mean 0 and standard deviation 1."""
    shape = (-1, *(1,) * (x.dim() - 1))
    centred = x - average(x, weight).view(shape)
    return centred * torch.rsqrt(average(centred.square(), weight) + 1e-8).view(shape)


def policy_loss(log_ratio: Tensor, advantage: Tensor, clip: Tensor, weight: Tensor) -> Tensor:
    """Clipped surrogate with a negative sign, so that it is to be minimised.

    Args:
        log_ratio: [P, …], log-probability now minus log-probability when the action was taken.
        advantage: [P, …].
        clip: [P], clip range: distance of the ratio from 1 beyond which there is no gradient.
        weight: [P, …].

    Reference:
        Schulman, Wolski, Dhariwal, Radford & Klimov (2017), equation 7.
    """
    ratio = log_ratio.exp()
    bound = clip.view(-1, *(1,) * (ratio.dim() - 1))
    clipped = torch.minimum(torch.maximum(ratio, 1.0 - bound), 1.0 + bound)
    return average(-torch.minimum(ratio * advantage, clipped * advantage), weight)


def value_loss(value: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Half the mean squared error, both in units of the normalised return."""
    return 0.5 * average((value - target).square(), weight)


def approximate_kl(log_ratio: Tensor, weight: Tensor) -> Tensor:
    """Schulman's low-variance estimate of KL(old ‖ new), in nats: the mean of ratio − 1 − log ratio."""
    return average(log_ratio.exp() - 1.0 - log_ratio, weight)


def divergence(log_probs: Tensor, reference: Tensor) -> Tensor:
    """KL(policy ‖ reference) of log-probabilities [..., n], in nats: [...]. Actions that the policy never takes add nothing."""
    taken = log_probs.exp()
    return torch.where(taken > 0.0, taken * (log_probs - reference), torch.zeros_like(taken)).sum(-1)


def clip_fraction(log_ratio: Tensor, clip: Tensor, weight: Tensor) -> Tensor:
    """Share of rows whose ratio is outside the clip range."""
    bound = clip.view(-1, *(1,) * (log_ratio.dim() - 1))
    return average(((log_ratio.exp() - 1.0).abs() > bound).to(log_ratio.dtype), weight)


def explained_variance(value: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """1 − variance of the error / variance of the target: 1 is perfect, 0 is no better than the mean."""
    shape = (-1, *(1,) * (target.dim() - 1))
    error = target - value
    spread = average((target - average(target, weight).view(shape)).square(), weight)
    residual = average((error - average(error, weight).view(shape)).square(), weight)
    return torch.where(spread > 1e-12, 1.0 - residual / spread.clamp_min(1e-12), torch.zeros_like(spread))
