"""The reward that learning players are paid: the weighted terms, and what the ways to explore pay.

It replaces the game's reward in the experience from which players learn, and only there: results, returns, ratings and
tournaments come from the game's own reward, which was counted before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Experience, Explore
from agents.acting.routing import EMPTY
from agents.exploration.contract import Chosen, ExplorationInput, Exploring
from agents.exploration.table import EXPLORATIONS, exploration_spec
from agents.learners.contract import OptionValue
from agents.learners.decisions import Decisions, decisions
from agents.learners.optimiser import under
from agents.learners.table import options_given
from agents.models.stack import Stack
from agents.rewards.contract import WEIGHT, Term
from agents.rewards.terms import Telling, value_of
from envs.faults import environment_code
from envs.references import find, ours

PREFIX = "explores."
"""What the names of the stored arrays of the ways to explore begin with."""


@dataclass
class Incentives:
    """What the players of a stack are paid, and how they explore. See `agents.learners.contract.Incentives`.

    Attributes:
        stack: The learning players.
        owner: int64 [C, K], the player that holds each team and learns from it, or `EMPTY`.
        gamma: Discount per decision, [P].
        terms: The terms of the reward.
        weights: The weight of each term, [P] each.
        facts: Names of the facts that the arena tells.
        explorers: The ways to explore by name.
        used: Whether a learner has asked for a payment.
    """

    stack: Stack
    owner: Tensor
    gamma: Tensor
    terms: Sequence[Term]
    weights: Mapping[str, Tensor]
    facts: tuple[str, ...]
    explorers: Mapping[str, Exploring]
    used: bool = field(default=False)

    def explore(self) -> Explore | None:
        """See `agents.learners.contract.Incentives`."""
        return next((way for each in self.explorers.values() if (way := each.way()) is not None), None)

    def pay(self, experience: Experience) -> Mapping[str, Tensor]:
        """See `agents.learners.contract.Incentives`."""
        self.used, game = True, self.stack.spec.game
        rows = decisions(game, self.owner, experience)
        curious = next((self.weights[term.name] for term in self.terms if term.kind == "curiosity"), None)
        learner = self.owner[:, list(game.team_of_seat)]
        player, held = learner.clamp_min(0), learner != EMPTY
        report: dict[str, Tensor] = {}
        intrinsic = torch.zeros_like(experience.reward)
        for explorer in self.explorers.values():
            paid, metrics = explorer.pay(rows, experience)
            intrinsic += paid if curious is None else paid * curious[player]
            report |= metrics
        task = next((self.weights[term.name] for term in self.terms if term.kind == "task"), torch.zeros_like(self.gamma))
        shaped = torch.zeros_like(experience.reward)
        telling = Telling(game, self.facts)
        for found in rows:
            for term in self.terms:
                if term.kind not in ("task", "curiosity") and len(found.player):
                    value = value_of(term, found, telling, self.gamma[found.player])
                    shaped += found.spread(value * self.weights[term.name][found.player], shaped)
        experience.reward.copy_(torch.where(held, task[player] * experience.reward + shaped + intrinsic, experience.reward))
        pays = any(exploration_spec(name).pays for name in self.explorers)
        report |= {"intrinsic_reward": self._per_decision(intrinsic, rows)} if pays else {}
        others = any(term.kind not in ("task", "curiosity") for term in self.terms)
        return report | ({"designed_reward": self._per_decision(shaped, rows)} if others else {})

    def _per_decision(self, paid: Tensor, rows: Sequence[Decisions]) -> Tensor:
        """The mean of a reward [T, C, A] per decision of each player, [P]."""
        total = torch.zeros(2, self.stack.size, device=paid.device)
        for found in rows:
            total[0] += torch.bincount(found.player, paid[found.place], minlength=self.stack.size)
            total[1] += torch.bincount(found.player, minlength=self.stack.size)
        return total[0] / total[1].clamp_min(1.0)

    def states(self) -> list[dict[str, np.ndarray]]:
        """See `agents.learners.contract.Incentives`."""
        found: list[dict[str, np.ndarray]] = [{} for _ in range(self.stack.size)]
        for name, explorer in self.explorers.items():
            for state, kept in zip(found, explorer.states(), strict=True):
                state |= {f"{PREFIX}{name}.{key}": array for key, array in kept.items()}
        return found


def incentives_of(
    stack: Stack,
    owner: Tensor,
    states: Sequence[Mapping[str, np.ndarray]],
    hyper: Mapping[str, Tensor],
    terms: Sequence[Term],
    chosen: Sequence[Chosen],
    facts: tuple[str, ...],
    generator: torch.Generator,
) -> Incentives | None:
    """What a stack is paid and how it explores; None if that is the game's own reward and the learner's own way.

    Args:
        stack: The learning players.
        owner: int64 [C, K], the player that holds each team and learns from it, or `EMPTY`.
        states: The stored state of each player's learner.
        hyper: All hyper-parameters, [P] each; a learner without a discount has γ = 1.
        terms: The terms of the reward; none for the game's own reward.
        chosen: The ways to explore.
        facts: Names of the facts that the arena tells.
        generator: The source of randomness.
    """
    if not terms and not chosen:
        return None
    gamma = hyper.get("gamma", torch.ones(stack.size, device=stack.parameters.device))
    explorers = {}
    for choice in chosen:
        spec = exploration_spec(choice.name)
        own = [under(f"{PREFIX}{choice.name}.", state) for state in states]
        options: Mapping[str, OptionValue] = options_given(f"way to explore {choice.name}", spec.options, choice.options)
        mine = {each.name: hyper[each.name] for each in spec.hyper}
        given = ExplorationInput(stack, own, owner, mine, gamma, options, generator)
        if choice.name in EXPLORATIONS:
            explorers[choice.name] = ours(spec.code)(given)
            continue
        with environment_code(f"the way to explore {choice.name} failed"):
            explorers[choice.name] = find(spec.code)(given)
    weights = {term.name: hyper[f"{WEIGHT}{term.name}"] for term in terms}
    terms = terms or [Term("task", "task", "task")]
    weights = weights or {"task": torch.ones_like(gamma)}
    return Incentives(stack, owner, gamma, terms, weights, facts, explorers)
