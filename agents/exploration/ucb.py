"""Upper confidence bounds of actions, from counts of hashed observations and actions.

Copies that see the same at the same step choose in turns, as if one after another. Otherwise all of them would try the same
action.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Experience, Explore
from agents.acting.routing import EMPTY
from agents.exploration.contract import ExplorationInput
from agents.exploration.counts import Counts
from agents.exploration.hashing import buckets_of
from agents.exploration.noise import holders_of
from agents.exploration.softmax import values_of
from agents.learners.decisions import Decisions
from envs.arena import Timestep


def upper_bounds(value: Tensor, tried: Tensor, width: Tensor) -> Tensor:
    """The upper confidence bound of each action: value + width · √(ln n / n_a); ∞ for actions that were never tried.

    Args:
        value: [B, n], −∞ for illegal actions, which keep it.
        tried: [B, n], how often each action was taken.
        width: [B].

    Reference:
        Auer, Cesa-Bianchi & Fischer (2002), figure 1 (UCB1).
    """
    total = tried.sum(1, keepdim=True).clamp_min(1.0)
    bound = value + width.unsqueeze(1) * (total.log() / tried.clamp_min(1.0)).sqrt()
    return torch.where(value.isneginf(), value, bound.masked_fill(tried == 0, torch.inf))


class Ucb:
    """Takes the action with the highest upper confidence bound, and counts it.

    With the option `propagate`, width / √n_a is also paid for taking an action that was taken n_a times. Action values then
    include how little is known of what follows, so a player goes where it knows little, however far that is.

    Reference:
        Auer, Cesa-Bianchi & Fischer (2002); Jin, Allen-Zhu, Bubeck & Jordan (2018), algorithm 1, for bounds in action values.
    """

    def __init__(self, given: ExplorationInput) -> None:
        """Continue the players' counts."""
        self._given = given
        roles = given.stack.spec.game.roles
        self._counts = [Counts.restored(f"tried.{role.name}", given, role.actions.size) for role in roles]

    def way(self) -> Explore | None:
        """See `Exploring`."""
        given = self._given

        def explore(block: slice, now: Timestep, raw: Sequence[Tensor]) -> None:
            for role, action in enumerate(raw):
                holder = holders_of(given.stack.spec.game, given.owner[block], role, now.acting)
                values = values_of(given, role, now, holder).flatten(0, 1)
                mine = (holder.flatten() != EMPTY) & self._decides(role, now)
                rows = mine.nonzero().flatten()
                if len(rows):
                    seen = now.observation[role].flatten(0, 1)[rows]
                    flat = action.flatten()
                    flat[rows] = self._choose(role, holder.flatten()[rows], buckets_of(seen, given.options), values[rows])
                    action.copy_(flat.view_as(action))

        return explore

    def _decides(self, role: int, now: Timestep) -> Tensor:
        """Which slots of a role belong to seats that act, bool [N · slots]."""
        game = self._given.stack.spec.game
        seats = now.acting[:, list(game.roles[role].seats)]
        return seats.any(1) if game.turn_based else seats.flatten()

    def _choose(self, role: int, player: Tensor, bucket: Tensor, value: Tensor) -> Tensor:
        """Choose and count actions, int64 [B]; of equally good ones at random."""
        counts, chosen = self._counts[role], torch.zeros_like(bucket)
        width = self._given.hyper["ucb_width"][player]
        chance = torch.rand(value.shape, generator=self._given.generator, device=value.device)
        turn = turns(player * counts.number.shape[1] + bucket)
        for number in range(int(turn.max()) + 1):
            rows = (turn == number).nonzero().flatten()
            tried = counts.number[player[rows], bucket[rows]]
            bound = upper_bounds(value[rows], tried, width[rows])
            best = bound == bound.amax(1, keepdim=True)
            chosen[rows] = chance[rows].masked_fill(~best, -1.0).argmax(1)
            counts.add(player[rows], bucket[rows], chosen[rows])
        return chosen

    def pay(self, rows: Sequence[Decisions], experience: Experience) -> tuple[Tensor, Mapping[str, Tensor]]:
        """See `Exploring`."""
        paid = torch.zeros_like(experience.reward)
        if self._given.options["propagate"]:
            for counts, found in zip(self._counts, rows, strict=True):
                bucket = buckets_of(found.observation, self._given.options)
                number = counts.number[found.player, bucket, found.action].clamp_min(1.0)
                paid += found.spread(self._given.hyper["ucb_width"][found.player] * number.rsqrt(), paid)
        return paid, {}

    def states(self) -> list[dict[str, np.ndarray]]:
        """See `Exploring`."""
        players = range(self._given.stack.size)
        return [{k: v for counts in self._counts for k, v in counts.state(player).items()} for player in players]


def turns(key: Tensor) -> Tensor:
    """How many earlier rows have the same key, int64 [B]."""
    order = torch.argsort(key, stable=True)
    ordered, place = key[order], torch.arange(len(key), device=key.device)
    begins = torch.ones_like(ordered, dtype=torch.bool)
    begins[1:] = ordered[1:] != ordered[:-1]
    first = torch.where(begins, place, 0).cummax(0).values
    return torch.zeros_like(place).index_copy(0, order, place - first)
