"""The project's own terms, and the functions of the user: from decisions to numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from agents.learners.decisions import Decisions
from agents.models.distributions import bounded
from agents.rewards.contract import Place, Step, Term
from agents.rewards.shaping import shaping
from envs.faults import GameError, environment_code
from envs.game import Game
from envs.references import find


def efficiency(step: Step) -> Tensor:
    """−1 for each decision: a cost for time."""
    return -torch.ones_like(step.reward)


def the_fact(given: Place | Step) -> Tensor:
    """The fact that the configuration names."""
    (fact,) = given.facts.values()
    return fact


@dataclass(frozen=True)
class Telling:
    """Turns decisions into what functions see.

    Attributes:
        game: The game.
        facts: The names of all facts that the arena tells, in its order.
    """

    game: Game
    facts: tuple[str, ...]

    def step(self, rows: Decisions, term: Term) -> Step:
        """The decisions as a term sees them."""
        role = self.game.roles[rows.role]
        return Step(
            role.name,
            rows.observation,
            bounded(role, rows.action),
            rows.reward,
            self._named(rows.told, term),
            rows.ended,
            rows.cut,
        )

    def before(self, rows: Decisions, term: Term) -> Place:
        """Where the seats are when they decide."""
        return Place(self.game.roles[rows.role].name, rows.observation, self._named(rows.facts, term))

    def after(self, rows: Decisions, term: Term) -> Place:
        """Where the seats are at their next decision, or where they were cut off."""
        return Place(self.game.roles[rows.role].name, rows.after, self._named(rows.later, term))

    def _named(self, told: Tensor, term: Term) -> Mapping[str, Tensor]:
        return {name: told[:, self.facts.index(name)].nan_to_num(0.0) for name in term.facts}


def value_of(term: Term, rows: Decisions, telling: Telling, gamma: Tensor) -> Tensor:
    """The value of a term for each decision, float32 [B], before its weight.

    Args:
        term: The term, of the kind `task`, `step` or `potential`.
        rows: The decisions.
        telling: What functions see.
        gamma: The discount of each row's player, [B].

    Raises:
        GameError: A function of the user failed, or did not return one finite number for each row.
    """
    if term.kind == "task":
        return rows.reward
    if term.kind == "step":
        if term.term == "efficiency":
            return efficiency(telling.step(rows, term))
        found = _called(term, telling.step(rows, term), len(rows.player))
        return -(found > 0).float() if term.term == "safety" else found
    before = _called(term, telling.before(rows, term), len(rows.player))
    after = _called(term, telling.after(rows, term), len(rows.player))
    # Where a game of turns is cut off, nobody says what the seat would see next: its potential is taken to stay.
    after = torch.where(rows.seen, after, before)
    return torch.where(rows.known, shaping(before, after, gamma, rows.ended), 0.0)


def _called(term: Term, given: Place | Step, count: int) -> Tensor:
    """Call the function of a term, and check its result."""
    function: Callable[[Place | Step], Tensor] = find(term.function) if term.function else the_fact
    with environment_code(f"the reward term {term.name!r} failed"):
        found = torch.as_tensor(function(given)).to(torch.float32)
    if found.shape != (count,):
        raise GameError(
            f"the reward term {term.name!r} gave numbers of the shape {list(found.shape)} for {count} decisions, "
            f"not one number for each, of the shape [{count}]"
        )
    if not bool(found.isfinite().all()):
        raise GameError(f"the reward term {term.name!r} gave a value that is not finite")
    return found.to(given.observation.device)
