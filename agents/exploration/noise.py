"""Random actions, while learning players collect experience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Experience, Explore
from agents.acting.routing import EMPTY
from agents.exploration.contract import ExplorationInput
from agents.learners.contract import TrainingInput
from agents.learners.decisions import Decisions
from envs.arena import Timestep
from envs.game import Game


def falling(decisions: Tensor, least: Tensor, over: float) -> Tensor:
    """A rate that falls from 1 to `least` [P] in proportion to the decisions made [P], over the first `over` decisions.

    Reference:
        Mnih et al. (2015), methods: ε annealed linearly.
    """
    return 1.0 - (1.0 - least) * (decisions / max(over, 1.0)).clamp_max(1.0)


def epsilon_greedy(game: Game, owner: Tensor, rate: Tensor, generator: torch.Generator) -> Explore:
    """With probability `rate` [P], a seat takes a legal action at random.

    Args:
        game: The game.
        owner: int64 [C, K], the learner that holds each team, or `EMPTY`.
        rate: [P].
        generator: The source of randomness.

    Reference:
        Watkins (1989), chapter 7.
    """

    def explore(block: slice, now: Timestep, raw: Sequence[Tensor]) -> None:
        for role, action in enumerate(raw):
            legal = now.legal[role]
            assert legal is not None
            holder = holders_of(game, owner[block], role, now.acting)
            draws = torch.rand((*legal.shape[:2], 1 + legal.shape[2]), generator=generator, device=legal.device)
            anywhere = (draws[..., 1:] * legal).argmax(-1)
            swerves = (holder != EMPTY) & (draws[..., 0] < rate[holder.clamp_min(0)])
            action.copy_(torch.where(swerves, anywhere, action))

    return explore


class EpsilonGreedy:
    """ε-greedy exploration, in which ε falls with the number of decisions that a player has made in its life.

    Reference:
        Mnih et al. (2015), methods.
    """

    def __init__(self, given: ExplorationInput) -> None:
        """Continue the players' numbers of decisions."""
        self._given = given
        self._made = torch.zeros(given.stack.size, device=given.stack.parameters.device)
        for player, state in enumerate(given.states):
            if "made" in state:
                self._made[player] = float(state["made"][0])

    def way(self) -> Explore | None:
        """See `Exploring`."""
        given = self._given
        rate = falling(self._made, given.hyper["epsilon"], float(given.options["exploration"]))
        return epsilon_greedy(given.stack.spec.game, given.owner, rate, given.generator)

    def pay(self, rows: Sequence[Decisions], experience: Experience) -> tuple[Tensor, Mapping[str, Tensor]]:
        """See `Exploring`. Nothing is paid; decisions are counted."""
        for found in rows:
            self._made += torch.bincount(found.player, minlength=len(self._made)).to(self._made)
        return torch.zeros_like(experience.reward), {}

    def states(self) -> list[dict[str, np.ndarray]]:
        """See `Exploring`."""
        return [{"made": count.reshape(1).cpu().numpy().copy()} for count in self._made]


def gaussian(given: TrainingInput, width: Tensor) -> Explore:
    """Adds normal noise of standard deviation `width` [P], in units of half the action's range, within the bounds.

    Reference:
        Fujimoto, van Hoof & Meger (2018), section 6.1.
    """

    def explore(block: slice, now: Timestep, raw: Sequence[Tensor]) -> None:
        for role, action in enumerate(raw):
            holder = holders_of(given.arena.game, given.owner[block], role, now.acting)
            noise = torch.randn(action.shape, generator=given.generator, device=action.device)
            action.add_(noise * width[holder.clamp_min(0)].unsqueeze(-1)).clamp_(-1.0, 1.0)

    return explore


def holders_of(game: Game, owner: Tensor, role: int, acting: Tensor) -> Tensor:
    """The learner that holds each slot of a role in a block of copies, int64 [N, slots], or `EMPTY`.

    Args:
        game: The game.
        owner: int64 [N, K], the learner that holds each team of the block, or `EMPTY`.
        role: Index of the role.
        acting: bool [N, A].
    """
    team_of_seat = torch.tensor(game.team_of_seat, device=owner.device)
    if not game.turn_based:
        return owner[:, team_of_seat[list(game.roles[role].seats)]]
    mover = acting.int().argmax(1, keepdim=True)
    return torch.where(acting.any(1, keepdim=True), owner.gather(1, team_of_seat[mover]), EMPTY)
