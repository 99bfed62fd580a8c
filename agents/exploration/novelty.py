"""What curiosity by prediction errors shares: standardised observations, normalised rewards, and the training of networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Experience, Explore
from agents.exploration.contract import ExplorationInput
from agents.exploration.networks import Trained
from agents.learners.decisions import Decisions, rows_by_player
from agents.learners.optimiser import under
from agents.models.layout import Layout, Piece
from agents.models.normalisation import update_statistics
from envs.game import Role

CLIP = 5.0
"""Largest standardised number of an observation."""

RETURN = "return"
"""Name of the statistics of the discounted intrinsic returns."""


class Novelty(ABC):
    """Pays the error of a prediction, divided by the running deviation of the discounted sum of such errors.

    A subclass says what is predicted. Errors are computed before the networks learn from the collection.

    Reference:
        Burda, Edwards, Storkey & Klimov (2019), section 2.4: normalisation of observations and of intrinsic rewards.
    """

    weight: ClassVar[str]
    """The hyper-parameter with which the reward is multiplied."""

    def __init__(self, given: ExplorationInput) -> None:
        """Continue the players' networks and statistics."""
        self.given, self.game = given, given.stack.spec.game
        pieces = [piece for role in self.game.roles for piece in self.pieces(role)]
        networks = [under("network.", state) for state in given.states]
        self.networks = Trained.restored(pieces, networks, given.generator)
        widths = {f"seen.{role.name}": role.features for role in self.game.roles} | {RETURN: 1}
        parts = ("mean", "variance", "count")
        shapes = {f"{name}.{part}": (1 if part == "count" else width,) for name, width in widths.items() for part in parts}
        self.layout = Layout(tuple(shapes.items()))
        self.flat = torch.zeros(given.stack.size, self.layout.size, device=given.stack.parameters.device)
        self.statistics = self.layout.split(self.flat)
        for name, values in self.statistics.items():
            if name.endswith(".variance"):
                values.fill_(1.0)
        for player, state in enumerate(given.states):
            if kept := under("statistics.", state):
                self.flat[player] = self.layout.from_arrays(kept)
        self._discounted: Tensor | None = None

    @abstractmethod
    def pieces(self, role: Role) -> list[Piece]:
        """The networks of a role."""

    @abstractmethod
    def errors(self, role: Role, pieces: Mapping[str, Tensor], now: Tensor, action: Tensor, then: Tensor) -> Tensor:
        """The error of the prediction for each row, [P, B].

        Args:
            role: The role.
            pieces: The networks.
            now: Standardised observations before the decisions, [P, B, F].
            action: The actions, [P, B] or [P, B, n].
            then: Standardised observations that follow, [P, B, F].
        """

    @abstractmethod
    def losses(self, role: Role, pieces: Mapping[str, Tensor], now: Tensor, action: Tensor, then: Tensor) -> Tensor:
        """What the networks minimise, for each row, [P, B]; arguments as of `errors`."""

    def way(self) -> Explore | None:
        """See `Exploring`. Actions are not changed."""
        return None

    def pay(self, rows: Sequence[Decisions], experience: Experience) -> tuple[Tensor, Mapping[str, Tensor]]:
        """See `Exploring`."""
        paid = torch.zeros_like(experience.reward)
        error = torch.zeros(2, self.given.stack.size, device=paid.device)
        batches = []
        for role, found in zip(self.game.roles, rows, strict=True):
            seen = found.seen.nonzero().flatten()
            index, real = rows_by_player(found.player[seen], self.given.stack.size)
            if not index.shape[1]:
                continue
            both = torch.cat([found.observation[seen], found.after[seen]])
            everywhere, twice = torch.cat([index, index + len(seen)], 1), torch.cat([real, real], 1)
            update_statistics(self.statistics, f"seen.{role.name}", both, everywhere, twice)
            place = seen[index]
            now, then = (self._standardised(role, x[place]) for x in (found.observation, found.after))
            batch = now, found.action[place], then
            size = self.errors(role, self.networks.pieces(), *batch)
            values = torch.zeros(len(found.player), device=paid.device)
            values[place[real > 0]] = size[real > 0]
            paid += found.spread(values, paid)
            error += torch.stack([(size * real).sum(1), real.sum(1)])
            batches.append((role, batch, real))
        self._learn(batches)
        return self._normalised(paid, experience), {"prediction_error": error[0] / error[1].clamp_min(1.0)}

    def _standardised(self, role: Role, seen: Tensor) -> Tensor:
        """Observations [P, B, F] by each player's own statistics."""
        mean, variance = (self.statistics[f"seen.{role.name}.{part}"].unsqueeze(1) for part in ("mean", "variance"))
        return ((seen - mean) * torch.rsqrt(variance + 1e-8)).clamp(-CLIP, CLIP)

    def _normalised(self, paid: Tensor, experience: Experience) -> Tensor:
        """Rewards [T, C, A] in units of the deviation of the players' discounted returns of them, times their weights."""
        given, game = self.given, self.game
        learner = given.owner[:, list(game.team_of_seat)]
        player = learner.clamp_min(0)
        discounted = torch.zeros_like(paid)
        running = torch.zeros_like(paid[0]) if self._discounted is None else self._discounted
        for step in range(len(paid)):
            running = torch.where(experience.acting[step], given.gamma[player] * running + paid[step], running)
            discounted[step] = running
        self._discounted = running
        rows, real = rows_by_player(learner.expand(len(paid), -1, -1).flatten(), given.stack.size)
        real = real * experience.acting[: len(paid)].flatten()[rows]
        update_statistics(self.statistics, RETURN, discounted.view(-1, 1), rows, real)
        deviation = self.statistics[f"{RETURN}.variance"][:, 0].sqrt().clamp_min(1e-8)
        return paid / deviation[player] * given.hyper[self.weight][player]

    def _learn(self, batches: Sequence[tuple[Role, tuple[Tensor, Tensor, Tensor], Tensor]]) -> None:
        """Make some steps of the optimiser, each with a random share of the rows."""
        given, step = self.given, float(self.given.options["step"])
        for _ in range(int(given.options["minibatches"])):
            drawn = [
                (role, batch, real * (torch.rand(real.shape, generator=given.generator, device=real.device) < self._share))
                for role, batch, real in batches
            ]

            def loss(pieces: Mapping[str, Tensor], drawn: Sequence[tuple[Role, tuple[Tensor, ...], Tensor]] = drawn) -> Tensor:
                total = torch.zeros(given.stack.size, device=self.flat.device)
                for role, (now, action, then), weight in drawn:
                    lost = self.losses(role, pieces, now, action, then)
                    total = total + (lost * weight).sum(1) / weight.sum(1).clamp_min(1.0)
                return total

            if drawn:
                self.networks.descend(loss, step)

    @property
    def _share(self) -> float:
        return float(self.given.options["share"])

    def states(self) -> list[dict[str, np.ndarray]]:
        """See `Exploring`."""
        kept = []
        for network, row in zip(self.networks.states(), self.flat, strict=True):
            statistics = self.layout.to_arrays(row)
            kept.append(
                {f"network.{name}": array for name, array in network.items()}
                | {f"statistics.{name}": array for name, array in statistics.items()}
            )
        return kept
