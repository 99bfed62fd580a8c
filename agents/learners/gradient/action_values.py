"""A step of deep Q-learning whose gradient is derived by hand, for perceptrons on the CPU.

It is several times as fast as automatic differentiation, because minibatches are small. Without this file all gradients are
computed from `agents.learners.dqn.DeepQ.estimates`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents.kernels import action_values as kernel
from agents.learners.contract import TrainingInput
from agents.learners.off_policy import Drawn, Report
from agents.learners.target import Learnt
from agents.models.architecture import CLIP
from envs import compiling
from envs.compiling import Floats, Ints


def covers(given: TrainingInput) -> bool:
    """True where `DerivedValues` can be used."""
    plain = not given.options["duelling"] and given.options["team"] == "none"
    return plain and given.stack.spec.perceptron and compiling.serve(given.stack.parameters.device)


class DerivedValues:
    """Makes steps of the optimiser. The arrays of parameters and memories are found once."""

    def __init__(self, given: TrainingInput, actor: Learnt) -> None:
        """Take the players that learn; `actor` has their parameters, which are changed in place."""
        self._given, self._actor = given, actor
        self._gradient = torch.zeros_like(actor.value)
        self._arrays = actor.value.numpy(), actor.target.numpy()
        self._layers = [_layers(actor, role.name) for role in given.stack.spec.game.roles]
        tanh = given.stack.spec.architecture.activation == "tanh"
        self._switches = np.array([tanh, bool(given.options["double"])])
        self._cut = CLIP if given.stack.spec.architecture.normalise else 0.0

    def improve(self, drawn: Sequence[Drawn]) -> tuple[Report, list[Tensor]]:
        """Make one step with a minibatch of every side. Returns the report, and per minibatch the errors [P, B, A]."""
        players, given = self._given.stack.size, self._given
        self._gradient.zero_()
        lost, worth, errors = np.zeros(players, np.float32), np.zeros(players, np.float32), list[Tensor]()
        for batch in drawn:
            weight = batch.weight.numpy()
            flat = weight.reshape(players, -1)
            share = weight / np.maximum(flat.sum(1), kernel.TINY).reshape(-1, 1, 1)
            figures, error = np.zeros((players, 2), np.float32), np.zeros_like(weight)
            self._add(batch, share, figures, error)
            lost += figures[:, 0]
            worth += figures[:, 1] / np.maximum((flat > 0).sum(1), 1)
            errors.append(torch.from_numpy(error))
        norm = given.schedule.max_gradient
        self._actor.adam.step(self._actor.value, self._gradient, given.hyper["learning_rate"], norm)
        sides = np.float32(len(drawn))
        return {"value_loss": torch.from_numpy(lost / sides), "action_value": torch.from_numpy(worth / sides)}, errors

    def _add(self, batch: Drawn, share: Floats, figures: Floats, error: Floats) -> None:
        """Add the gradient of all roles of a side."""
        rows, first = batch.memory.rows, 0
        value, target = self._arrays
        for place, number in enumerate(self._given.stack.spec.game.sides[batch.side].roles):
            columns = [rows[f"{place}.{name}"].numpy() for name in ("observation", "then", "then_legal", "action")]
            paid = rows["reward"].numpy(), rows["discount"].numpy(), first
            kernel.improve(
                *columns,
                *paid,
                batch.places.numpy(),
                share,
                self._scaling(number),
                self._cut,
                value,
                target,
                self._layers[number],
                self._switches,
                self._gradient.numpy(),
                figures,
                error,
            )
            first += columns[0].shape[2]

    def _scaling(self, role: int) -> Floats:
        """Mean and one over the standard deviation of a role's observations, [P, 2, F]."""
        spec, stack = self._given.stack.spec, self._given.stack
        name = f"observation.{spec.game.roles[role].name}"
        if not self._cut:
            return np.zeros((stack.size, 2, 1), np.float32)
        statistics: Mapping[str, Tensor] = spec.statistics.split(stack.statistics)
        scaling = torch.stack([statistics[f"{name}.mean"], torch.rsqrt(statistics[f"{name}.variance"] + 1e-8)], 1)
        found: Any = scaling.contiguous().numpy()
        return found


def _layers(actor: Learnt, role: str) -> Ints:
    """The layers of a role's perceptron; see `agents.kernels.action_values.improve`."""
    sizes = [prod(shape) for _, shape in actor.layout.shapes]
    starts = dict(zip((name for name, _ in actor.layout.shapes), accumulate(sizes, initial=0), strict=False))
    shapes, found = dict(actor.layout.shapes), list[tuple[int, ...]]()
    while (name := f"actor.{role}.{len(found)}.weight") in shapes:
        found.append((starts[name], *shapes[name]))
    return np.array(found, np.int64)
