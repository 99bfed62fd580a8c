"""Action distributions: from an actor's preferences to actions, log-probabilities and entropy."""

from __future__ import annotations

import torch
from torch import Tensor

from agents.models.architecture import Decision
from envs.game import Role


def masked(logits: Tensor, legal: Tensor) -> Tensor:
    """Logits with illegal actions set to the lowest finite number. Their probability is exactly 0; gradients stay finite."""
    return logits.masked_fill(~legal, torch.finfo(logits.dtype).min)


def sample(role: Role, preference: Tensor, log_std: Tensor | None, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Draw actions with given uniform noise.

    Discrete actions use the Gumbel-max trick (Gumbel, 1954; Maddison, Tarlow & Minka, 2014). Continuous actions are normally
    distributed around the mean, by the inverse distribution function. The caller clips them to the bounds. The log-probability
    is that of the unclipped action.

    Args:
        role: The role of the seats.
        preference: Masked logits or means, [P, B, a, n].
        log_std: Logarithm of the standard deviation [P, n] (continuous), else None.
        noise: Uniform in (0, 1), [P, B, a, n].

    Returns:
        Actions, int64 [P, B, a] or float [P, B, a, n]; and their log-probabilities [P, B, a].
    """
    if role.actions.kind == "discrete":
        action = (preference - torch.log(-torch.log(noise))).argmax(-1)
    else:
        assert log_std is not None
        normal = torch.special.ndtri(noise.double()).to(preference.dtype)
        action = preference + normal * log_std.exp()[:, None, None, :]
    return action, log_prob(role, preference, log_std, action)


def log_prob(role: Role, preference: Tensor, log_std: Tensor | None, action: Tensor) -> Tensor:
    """Log-probability (discrete) or log-density (continuous) of actions, [P, B, a]."""
    if role.actions.kind == "discrete":
        return torch.log_softmax(preference, -1).gather(-1, action.unsqueeze(-1)).squeeze(-1)
    assert log_std is not None
    width = log_std[:, None, None, :]
    score = (action - preference) * torch.exp(-width)
    return (-0.5 * score.square() - width - 0.9189385332046727).sum(-1)


def entropy(role: Role, preference: Tensor, log_std: Tensor | None) -> Tensor:
    """Entropy of the action distributions in nats, [P, B, a]."""
    if role.actions.kind == "discrete":
        logs = torch.log_softmax(preference, -1)
        return -(logs.exp() * logs.clamp_min(-1e9)).sum(-1)
    assert log_std is not None
    return (log_std + 1.4189385332046727).sum(-1)[:, None, None].expand(preference.shape[:-1])


LOG_STD = -5.0, 2.0
"""Range of the logarithm of the standard deviation of squashed actions."""


def squashed(preference: Tensor, noise: Tensor, temperature: float = 1.0) -> tuple[Tensor, Tensor]:
    """Draw actions between −1 and 1: the tanh of normally distributed numbers.

    Args:
        preference: Means and log deviations side by side, [P, B, a, 2 n].
        noise: Standard normal, [P, B, a, n].
        temperature: Multiplies the standard deviations.

    Returns:
        Actions [P, B, a, n], and their log-densities [P, B, a].

    Reference:
        Haarnoja et al. (2018), appendix C, equation 21.
    """
    mean, log_std = preference.chunk(2, -1)
    log_std = log_std.clamp(*LOG_STD)
    before = mean + noise * log_std.exp() * temperature
    normal = -0.5 * noise.square() - log_std - 0.9189385332046727
    # log(1 − tanh² u) = 2 (log 2 − u − softplus(−2 u)) is exact for large u, too
    slope = 2.0 * (0.6931471805599453 - before - torch.nn.functional.softplus(-2.0 * before))
    return torch.tanh(before), (normal - slope).sum(-1)


def typical(preference: Tensor, decision: Decision) -> Tensor:
    """The most typical raw action of continuous preferences, [P, …, n]: the mean, or its tanh."""
    if decision == "sample":
        return preference
    return torch.tanh(preference.chunk(2, -1)[0] if decision == "squashed" else preference)


def bounded(role: Role, raw: Tensor) -> Tensor:
    """Convert raw actions into actions of the game. Continuous actions are scaled to their range and clipped at its bounds."""
    if role.actions.kind == "discrete":
        return raw
    low, high = raw.new_tensor(role.actions.low), raw.new_tensor(role.actions.high)
    return torch.minimum(torch.maximum((low + high) / 2 + raw * (high - low) / 2, low), high)
