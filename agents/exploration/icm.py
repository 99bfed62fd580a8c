"""Curiosity by an intrinsic curiosity module (ICM): a forward model predicts what an action leads to.

What is predicted are features of the observation. They are learnt by an inverse model, which tells the action from the
observations before and after it. Therefore they hold what the player's actions can change, and not noise.

Reference:
    Pathak, Agrawal, Efros & Darrell (2017), equations 2 to 7. Only the inverse model shapes the features here.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from agents.exploration.novelty import Novelty
from agents.models.layout import GAINS, Piece, mlp, mlp_pieces
from envs.game import Role


class IntrinsicCuriosity(Novelty):
    """The error is half the mean squared distance of the predicted features from those that follow."""

    weight = "icm_weight"

    def pieces(self, role: Role) -> list[Piece]:
        """See `Novelty`."""
        hidden, features, actions = int(self.given.options["hidden"]), int(self.given.options["features"]), role.actions.size
        sizes = {
            "features": (role.features, hidden, features),
            "inverse": (2 * features, hidden, actions),
            "forward": (features + actions, hidden, features),
        }
        return [piece for name, size in sizes.items() for piece in mlp_pieces(f"{name}.{role.name}", size, GAINS["relu"], 1.0)]

    def errors(self, role: Role, pieces: Mapping[str, Tensor], now: Tensor, action: Tensor, then: Tensor) -> Tensor:
        """See `Novelty`."""
        before, after = (mlp(seen, pieces, f"features.{role.name}", 2, torch.relu).detach() for seen in (now, then))
        taken = _one_hot(role, action)
        predicted = mlp(torch.cat([before, taken], -1), pieces, f"forward.{role.name}", 2, torch.relu)
        return 0.5 * (predicted - after).square().mean(-1)

    def losses(self, role: Role, pieces: Mapping[str, Tensor], now: Tensor, action: Tensor, then: Tensor) -> Tensor:
        """See `Novelty`. Discrete actions are told by their cross-entropy, continuous ones by their squared distance."""
        share = float(self.given.options["forward"])
        both = torch.cat([mlp(seen, pieces, f"features.{role.name}", 2, torch.relu) for seen in (now, then)], -1)
        told = mlp(both, pieces, f"inverse.{role.name}", 2, torch.relu)
        if role.actions.kind == "discrete":
            inverse = -torch.log_softmax(told, -1).gather(-1, action.unsqueeze(-1)).squeeze(-1)
        else:
            inverse = 0.5 * (told - action).square().mean(-1)
        return (1.0 - share) * inverse + share * self.errors(role, pieces, now, action, then)


def _one_hot(role: Role, action: Tensor) -> Tensor:
    """Actions as numbers for a network, [P, B, n]."""
    if role.actions.kind == "discrete":
        return torch.nn.functional.one_hot(action, role.actions.size).float()
    return action
