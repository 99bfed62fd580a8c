"""Curiosity by random network distillation (RND): a network learns to predict the output of another, random network.

Where the prediction is wrong, the player has rarely been.

Reference:
    Burda, Edwards, Storkey & Klimov (2019). Here the intrinsic reward is added to the other rewards and ends with the game;
    there is one value function, not two.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from agents.exploration.novelty import Novelty
from agents.models.layout import GAINS, Piece, mlp, mlp_pieces
from envs.game import Role


class RandomNetworkDistillation(Novelty):
    """The error is the mean squared distance of the prediction from the random network's output, for what follows a decision.

    Half of it is the network's loss. The random network is drawn when a player begins, and never changes.
    """

    weight = "rnd_weight"

    def pieces(self, role: Role) -> list[Piece]:
        """See `Novelty`. The predicting network has one hidden layer more than the random one."""
        hidden, features = int(self.given.options["hidden"]), int(self.given.options["features"])
        return [
            *mlp_pieces(f"random.{role.name}", (role.features, hidden, features), GAINS["relu"], 1.0),
            *mlp_pieces(f"predicts.{role.name}", (role.features, hidden, hidden, features), GAINS["relu"], 1.0),
        ]

    def errors(self, role: Role, pieces: Mapping[str, Tensor], now: Tensor, action: Tensor, then: Tensor) -> Tensor:
        """See `Novelty`."""
        with torch.no_grad():
            target = mlp(then, pieces, f"random.{role.name}", 2, torch.relu)
        return (mlp(then, pieces, f"predicts.{role.name}", 3, torch.relu) - target).square().mean(-1)

    def losses(self, role: Role, pieces: Mapping[str, Tensor], now: Tensor, action: Tensor, then: Tensor) -> Tensor:
        """See `Novelty`."""
        return 0.5 * self.errors(role, pieces, now, action, then)
