"""Deep Q-learning for a whole stack of players at once. The player's actor is its action-value function, and it acts greedily.

Options switch on the parts that later papers added: double estimates, duelling networks, targets over n steps, prioritised
replay; and in teams the decomposition of the team's value.

References:
    Mnih et al. (2015), algorithm 1. Double: van Hasselt, Guez & Silver (2016). Duelling: Wang et al. (2016). n steps:
    Sutton (1988). Prioritised replay: Schaul et al. (2016). All of them together: Hessel et al. (2018), "Rainbow"; its
    distributional and noisy parts are not included. Teams: Sunehag et al. (2018), VDN; Rashid et al. (2018), QMIX.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Explore
from agents.exploration.noise import epsilon_greedy, falling
from agents.learners.bellman import duelling, greedy_target, huber, mixed, picked, value_decomposition
from agents.learners.contract import TrainingInput, TrainingOutput
from agents.learners.gradient.action_values import DerivedValues, covers
from agents.learners.losses import average
from agents.learners.off_policy import Drawn, Memories, Report, learn, states_of
from agents.learners.target import Learnt, descend
from agents.models.forward import preferences_of
from agents.models.layout import ACTIVATIONS, GAINS, Piece, mlp, mlp_pieces
from agents.models.spec import PlayerSpec
from envs.threads import one_blas_thread

MIXING = 32
"""Width of the hidden layer of a mixing network."""


def train(given: TrainingInput) -> TrainingOutput:
    """Train every player of a stack. All its actions must be discrete."""
    options, spec, stack = given.options, given.stack.spec, given.stack
    memories = Memories.restored(given, int(options["replay"]), joint=options["team"] == "qmix")
    pieces = extra_pieces(spec, str(options["team"]), duels=bool(options["duelling"]))
    learning = DeepQ(
        given,
        memories,
        Learnt.of_players(spec.parameters, stack.parameters, given.states),
        Learnt.of_pieces(pieces, given.states, given.generator, "extra."),
    )
    with one_blas_thread():  # compiled matrix products use SciPy's library, which may have been loaded just now
        return learn(given, memories, partial(_explore, given), learning)


def _explore(given: TrainingInput, decisions: Tensor) -> Explore:
    rate = falling(decisions, given.hyper["epsilon"], float(given.options["exploration"]))
    return epsilon_greedy(given.arena.game, given.owner, rate, given.generator)


def extra_pieces(spec: PlayerSpec, team: str, *, duels: bool) -> list[Piece]:
    """Networks that are needed for learning only: values of states of duelling networks, and the mixing networks of QMIX."""
    game, hidden, gain = spec.game, spec.architecture.hidden, GAINS[spec.architecture.activation]
    found: list[Piece] = []
    for role in game.roles if duels else ():
        found += mlp_pieces(f"value.{role.name}", (role.features, *hidden, 1), gain, 1.0)
    for side in game.sides if team == "qmix" else ():
        size, seats = spec.state_size, side.seats_per_team
        parts = {"first": seats * MIXING, "offset": MIXING, "second": MIXING, "hidden": MIXING}
        for name, width in parts.items():
            shapes = mlp_pieces(f"mix.{side.name}.{name}", (size, width), 1.0, 1.0)
            found += [Piece(piece.name.replace(".0.", "."), piece.shape, piece.start) for piece in shapes]
        last = mlp_pieces(f"mix.{side.name}.last", (MIXING, 1), 1.0, 1.0)
        found += [Piece(piece.name.replace(".0.", "."), piece.shape, piece.start) for piece in last]
    return found


@dataclass
class DeepQ:
    """Deep Q-learning of a stack.

    Attributes:
        given: The input of the learner.
        memories: The players' replay memories.
        actor: The players' parameters, which are their action values.
        extra: Networks for learning only; see `extra_pieces`.
    """

    given: TrainingInput
    memories: Memories
    actor: Learnt
    extra: Learnt

    @cached_property
    def _derived(self) -> DerivedValues | None:
        """The gradient derived by hand, where it can be used."""
        return DerivedValues(self.given, self.actor) if covers(self.given) else None

    def improve(self, drawn: Sequence[Drawn]) -> Report:
        """Make one step of the optimisers with a minibatch of every side."""
        if self._derived is not None and drawn:
            report, found = self._derived.improve(drawn)
            self._follow_up(drawn, found)
            return report
        players = self.given.stack.size
        zero = self.given.stack.parameters.new_zeros(players)
        if not drawn:
            return {"value_loss": zero, "action_value": zero}
        values = zero.clone()
        errors: list[Tensor] = []
        alone = self.given.options["team"] == "none"  # values of teams minimise the squared error, as their papers say

        def loss(pieces: Mapping[str, Tensor], extra: Mapping[str, Tensor]) -> Tensor:
            total = zero
            for batch in drawn:
                now, then = self.estimates(batch, pieces, extra)
                error = then - now
                weight = batch.weight if error.dim() == batch.weight.dim() else batch.weight.amax(2)
                total = total + average(huber(error) if alone else 0.5 * error.square(), weight)
                values.add_(average(now.detach(), (weight > 0).float()))
                errors.append(error.detach())
            return total

        hyper = self.given.hyper
        lost = descend([self.actor, self.extra], loss, hyper["learning_rate"], self.given.schedule.max_gradient)
        self._follow_up(drawn, errors)
        return {"value_loss": lost / len(drawn), "action_value": values / len(drawn)}

    def _follow_up(self, drawn: Sequence[Drawn], errors: Sequence[Tensor]) -> None:
        """Move the targets, and set the priorities of the rows by their errors."""
        self.actor.follow(self.given.hyper["target_rate"])
        self.extra.follow(self.given.hyper["target_rate"])
        if float(self.given.options["priority"]) > 0:
            for batch, error in zip(drawn, errors, strict=True):
                self._prefer(batch, error)

    def estimates(self, batch: Drawn, pieces: Mapping[str, Tensor], extra: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """What the taken actions are worth, and what they should be worth: [P, B, A], or [P, B] for a team's value."""
        spec, options, rows = self.given.stack.spec, self.given.options, batch.rows
        now = torch.cat(
            [
                picked(q, done)
                for q, done in zip(self.values(batch, "observation", pieces, extra), batch.of_all_roles("action"), strict=True)
            ],
            2,
        )
        with torch.no_grad():
            online = self.values(batch, "then", pieces, extra)
            target = self.values(batch, "then", self.actor.targets(), self.extra.targets())
            best = [
                greedy_target(one, other, legal, double=bool(options["double"]))
                for one, other, legal in zip(online, target, batch.of_all_roles("then_legal"), strict=True)
            ]
            then, known = torch.cat(best, 2), rows["known"]
            if options["team"] == "none":
                return now, rows["reward"] + rows["discount"] * then
            count = known.sum(2).clamp_min(1)
            paid = (rows["reward"] * known).sum(2) / count
            ahead = known & (rows["discount"] > 0)
            discount = (rows["discount"] * known).amax(2)
        name = f"mix.{spec.game.sides[batch.side].name}"
        if options["team"] == "vdn":
            return value_decomposition(now, known), paid + discount * value_decomposition(then, ahead)
        state, later = (states_of(self.given.stack, batch, column) for column in ("state", "then_state"))
        with torch.no_grad():
            aim = paid + discount * mixed(then, ahead, later, self.extra.targets(), name)
        return mixed(now, known, state, extra, name), aim

    def values(self, batch: Drawn, column: str, pieces: Mapping[str, Tensor], extra: Mapping[str, Tensor]) -> list[Tensor]:
        """Per role of the side, the action values [P, B, a, n] of what is seen in a column."""
        spec = self.given.stack.spec
        legal = batch.of_all_roles("legal" if column == "observation" else "then_legal")
        found = []
        for number, seen, allowed in zip(
            spec.game.sides[batch.side].roles, batch.observations(self.given.stack, column), legal, strict=True
        ):
            values = preferences_of(spec, pieces, number, seen)
            if self.given.options["duelling"]:
                role, architecture = spec.game.roles[number], spec.architecture
                depth, activation = len(architecture.hidden) + 1, ACTIVATIONS[architecture.activation]
                worth = mlp(seen, extra, f"value.{role.name}", depth, activation).squeeze(-1)
                values = duelling(values, worth, allowed)
            found.append(values)
        return found

    def _prefer(self, batch: Drawn, error: Tensor) -> None:
        """Set the priorities of the rows by their errors."""
        size = error.abs() if error.dim() == 2 else (error.abs() * batch.rows["known"]).amax(2)
        priority = (size + 1e-6) ** float(self.given.options["priority"])
        self.memories.sides[batch.side].prefer(batch.places, priority, batch.learns)

    def states(self) -> list[dict[str, np.ndarray]]:
        """Each player's named arrays."""
        return [{**own, **extra} for own, extra in zip(self.actor.states(), self.extra.states(), strict=True)]
