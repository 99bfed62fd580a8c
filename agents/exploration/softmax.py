"""Actions in proportion to the exponential of their values, and the values of all actions of a block of copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Experience, Explore
from agents.acting.routing import EMPTY
from agents.exploration.contract import ExplorationInput
from agents.exploration.noise import holders_of
from agents.learners.decisions import Decisions
from agents.models.forward import preferences_of, standardised
from envs.arena import Timestep


def values_of(given: ExplorationInput, role: int, now: Timestep, holder: Tensor) -> Tensor:
    """The action values of the learning player that holds each slot, float32 [N, slots, n]; −∞ for illegal actions."""
    spec, legal = given.stack.spec, now.legal[role]
    assert legal is not None
    statistics, pieces = spec.statistics.split(given.stack.statistics), spec.parameters.split(given.stack.parameters)
    rows = now.observation[role].flatten(0, 1)
    everyone = rows.expand(given.stack.size, *rows.shape)
    values = preferences_of(spec, pieces, role, standardised(spec, statistics, role, everyone))
    own = values[holder.flatten().clamp_min(0), torch.arange(len(rows), device=rows.device)].view(legal.shape)
    return own.masked_fill(~legal, -torch.inf)


class Softmax:
    """Boltzmann exploration: the probability of an action is proportional to exp(value / temperature).

    Reference:
        Watkins (1989), chapter 7; Sutton & Barto (2018), section 2.8, for preferences.
    """

    def __init__(self, given: ExplorationInput) -> None:
        """Use the players' temperatures."""
        self._given = given

    def way(self) -> Explore | None:
        """See `Exploring`."""
        given = self._given

        def explore(block: slice, now: Timestep, raw: Sequence[Tensor]) -> None:
            for role, action in enumerate(raw):
                holder = holders_of(given.stack.spec.game, given.owner[block], role, now.acting)
                values = values_of(given, role, now, holder)
                heat = given.hyper["softmax_temperature"][holder.clamp_min(0)].clamp_min(1e-8).unsqueeze(-1)
                drawn = torch.rand(values.shape, generator=given.generator, device=values.device).clamp_min(1e-20)
                chosen = (values / heat - (-drawn.log()).log()).argmax(-1)  # Gumbel: the highest is drawn from the softmax
                action.copy_(torch.where(holder != EMPTY, chosen, action))

        return explore

    def pay(self, rows: Sequence[Decisions], experience: Experience) -> tuple[Tensor, Mapping[str, Tensor]]:
        """See `Exploring`. Nothing is paid."""
        return torch.zeros_like(experience.reward), {}

    def states(self) -> list[dict[str, np.ndarray]]:
        """See `Exploring`. Nothing is kept."""
        return [{} for _ in range(self._given.stack.size)]
