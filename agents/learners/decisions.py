"""The decisions of a collection as rows: what a seat saw, did and saw next, with the player that learns from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from agents.acting.rollout import Experience
from agents.acting.routing import EMPTY
from agents.learners.transitions import ENDED, UNKNOWN, Chains, chains
from envs.game import Game


@dataclass(frozen=True)
class Decisions:
    """B decisions of the seats of one role. A time step of a seat lasts until its next decision.

    Attributes:
        role: Index of the role.
        place: Step, copy and seat of each decision, int64 [B] each.
        player: int64 [B], the learning player.
        observation: float32 [B, F].
        action: int64 [B] or float32 [B, n], raw actions.
        facts: float32 [B, number], what the game told before the decision; NaN where it did not.
        after: float32 [B, F], what the seat saw at its next decision or at its end; zeros where that is not known.
        seen: bool [B], whether `after` is known.
        told: float32 [B, number], what the game told right after the decision.
        later: float32 [B, number], what the game told with `after`.
        reward: float32 [B], the game's reward until the next decision.
        ended: bool [B], the life of the seat ended before its next decision.
        cut: bool [B], the seat was truncated before its next decision.
        known: bool [B], whether the collection says what followed.
    """

    role: int
    place: tuple[Tensor, Tensor, Tensor]
    player: Tensor
    observation: Tensor
    action: Tensor
    facts: Tensor
    after: Tensor
    seen: Tensor
    told: Tensor
    later: Tensor
    reward: Tensor
    ended: Tensor
    cut: Tensor
    known: Tensor

    def spread(self, values: Tensor, like: Tensor) -> Tensor:
        """Values [B] at their places among all steps, copies and seats, [T, C, A]; 0 elsewhere."""
        found = torch.zeros_like(like)
        found[self.place] = values.to(like.dtype)
        return found


def decisions(game: Game, owner: Tensor, experience: Experience) -> list[Decisions]:
    """The decisions of learning players, per role.

    Args:
        game: The game.
        owner: int64 [C, K], the player that holds each team, or `EMPTY`.
        experience: T steps of C copies, with the last views of lives (`Experience.ends`) in games of simultaneous moves.
    """
    learner = owner[:, list(game.team_of_seat)]
    told = experience.reward, experience.acting, experience.terminated, experience.truncated
    ones = torch.ones_like(learner, dtype=torch.float32)
    followed = chains(*told, ones, 1, last_views=experience.ends is not None)
    return [_of_role(game, role, learner, experience, followed) for role in range(len(game.roles))]


def _of_role(game: Game, role: int, learner: Tensor, experience: Experience, followed: Chains) -> Decisions:
    steps, device, ends = len(experience.reward), learner.device, experience.ends
    mine = torch.zeros(len(game.seats), dtype=torch.bool, device=device)
    mine[list(game.roles[role].seats)] = True
    t, c, a = (experience.acting[:steps] & (learner != EMPTY) & mine).nonzero().unbind(1)
    slots = torch.zeros(len(game.seats), dtype=torch.int64, device=device)
    if not game.turn_based:
        slots[list(game.roles[role].seats)] = torch.arange(len(game.roles[role].seats), device=device)
    slot, follows = slots[a], followed.follows[t, c, a]
    cut = follows > steps
    # Where a life ended in the step of its last decision, the last view is the one after that step.
    died = (follows == ENDED) & experience.terminated[t, c, a] & experience.over[t, c] & (ends is not None)
    end = torch.where(died, t, (follows - steps - 1).clamp_min(0))
    goes = (follows >= 0) & ~cut
    seen, view = experience.observation[role], follows.clamp(0, steps)
    after = seen[view, c, slot].float() * goes.unsqueeze(1)
    later = experience.facts[view, c, a]
    if ends is not None:
        over = (cut | died).unsqueeze(1)
        after = torch.where(over, ends[role][end, c, slot].float(), after)
        later = torch.where(over, experience.told[end, c, a], later)
    return Decisions(
        role=role,
        place=(t, c, a),
        player=learner[c, a],
        observation=seen[t, c, slot].float(),
        action=experience.action[role][t, c, slot],
        facts=experience.facts[t, c, a],
        after=after,
        seen=goes | cut | died,
        told=experience.told[t, c, a],
        later=later,
        reward=followed.reward[t, c, a],
        ended=follows == ENDED,
        cut=cut,
        known=follows != UNKNOWN,
    )


def rows_by_player(player: Tensor, players: int) -> tuple[Tensor, Tensor]:
    """Rows of each player: positions int64 [P, B], and float32 [P, B], 0 for padding.

    Args:
        player: int64 [R], the player of each row.
        players: Number of players, P.
    """
    found: Sequence[Tensor] = [(player == number).nonzero().flatten() for number in range(players)]
    longest = max(map(len, found), default=0)
    index = torch.zeros(players, longest, dtype=torch.int64, device=player.device)
    real = torch.zeros(players, longest, device=player.device)
    for number, rows in enumerate(found):
        index[number, : len(rows)], real[number, : len(rows)] = rows, 1.0
    return index, real
