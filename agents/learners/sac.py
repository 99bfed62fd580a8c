"""Soft actor-critic for a whole stack of players at once, for discrete and for continuous actions.

The policy maximises return plus entropy. The weight of the entropy, the temperature, is learnt so that the entropy reaches a
target, or it is fixed. With a centralised critic, its action values see the joint state and, of continuous actions, those of
the whole team.

References:
    Haarnoja, Zhou, Hartikainen, Tucker, Ha, Tan, Kumar, Zhu, Gupta, Abbeel & Levine (2018), "Soft actor-critic algorithms and
    applications", algorithm 1; discrete actions: Christodoulou (2019), algorithm 1; teams: Lowe et al. (2017).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Explore
from agents.learners.action_values import ActionValues
from agents.learners.bellman import picked, soft_value
from agents.learners.contract import TrainingInput, TrainingOutput
from agents.learners.losses import average
from agents.learners.off_policy import Drawn, Memories, Report, learn, states_of
from agents.learners.target import Learnt, descend
from agents.models.distributions import masked, squashed
from agents.models.forward import preferences_of
from agents.models.layout import Piece

FIRST_TEMPERATURE = 0.1
"""Temperature of a new player, if it is learnt."""

METRICS = ("value_loss", "policy_loss", "action_value", "entropy", "temperature")


def train(given: TrainingInput) -> TrainingOutput:
    """Train every player of a stack."""
    spec, options = given.stack.spec, given.options
    joint = spec.architecture.critic == "centralised"
    memories, values = Memories.restored(given, int(options["replay"]), joint=joint), ActionValues(spec, 2, joint)
    learning = SoftActorCritic(
        given,
        values,
        Learnt.of_players(spec.parameters, given.stack.parameters, given.states),
        Learnt.of_pieces(values.pieces, given.states, given.generator, "critic."),
        Learnt.of_pieces([Piece("log", (1,), log(FIRST_TEMPERATURE))], given.states, given.generator, "temperature."),
    )
    return learn(given, memories, _as_the_policy_says, learning)


def _as_the_policy_says(decisions: Tensor) -> Explore | None:
    return None


@dataclass
class SoftActorCritic:
    """Soft actor-critic of a stack.

    Attributes:
        given: The input of the learner.
        values: The action-value networks.
        actor: The players' parameters.
        critic: The parameters of the action-value networks.
        log_temperature: The logarithm of each player's temperature.
    """

    given: TrainingInput
    values: ActionValues
    actor: Learnt
    critic: Learnt
    log_temperature: Learnt
    _figures: dict[str, Tensor] = field(default_factory=dict)

    @property
    def temperature(self) -> Tensor:
        """The weight of the entropy, [P]."""
        fixed = float(self.given.options["temperature"])
        learnt = self.log_temperature.value[:, 0].exp()
        return torch.full_like(learnt, fixed) if fixed else learnt

    def improve(self, drawn: Sequence[Drawn]) -> Report:
        """Make one step of the critics, of the actors and of the temperatures, with a minibatch of every side."""
        hyper, norm = self.given.hyper, self.given.schedule.max_gradient
        self._figures = dict.fromkeys(METRICS, self.given.stack.parameters.new_zeros(self.given.stack.size))
        self._figures["temperature"] = self.temperature
        if not drawn:
            return self._figures
        aims = [self.target(batch) for batch in drawn]

        def critic_loss(pieces: Mapping[str, Tensor]) -> Tensor:
            return sum((self.error(batch, aim, pieces) for batch, aim in zip(drawn, aims, strict=True)), start=torch.zeros(()))

        def actor_loss(pieces: Mapping[str, Tensor]) -> Tensor:
            return sum((self.regret(batch, pieces) for batch in drawn), start=torch.zeros(()))

        lost = descend([self.critic], critic_loss, hyper["learning_rate"], norm)
        policy = descend([self.actor], actor_loss, hyper["learning_rate"], norm)
        if not self.given.options["temperature"]:
            surplus = self._figures["surplus"].detach()
            descend([self.log_temperature], lambda piece: piece["log"][:, 0] * surplus, hyper["learning_rate"], norm)
        self.critic.follow(hyper["target_rate"])
        sides = len(drawn)
        told = {name: self._figures[name] / sides for name in ("action_value", "entropy")}
        return told | {"value_loss": lost / sides, "policy_loss": policy / sides, "temperature": self.temperature}

    def target(self, batch: Drawn) -> Tensor:
        """What the taken actions should be worth, [P, B, A].

        Reference:
            Haarnoja et al. (2018), equations 2 and 3, with the smaller of two target networks.
        """
        spec, critic = self.given.stack.spec, self.critic.targets()
        seen = batch.observations(self.given.stack, "then")
        state = states_of(self.given.stack, batch, "then_state") if self.values.centralised else None
        pieces, weight = spec.parameters.split(self.given.stack.parameters), self.temperature
        legal = batch.of_roles("then_legal")
        drawn = [self._drawn(*told, pieces) for told in zip(spec.game.sides[batch.side].roles, seen, legal, strict=True)]
        inputs = self.values.inputs(batch.side, seen, state, [action for _, action, _ in drawn])
        found = []
        for (logits, action, log_prob), value in zip(drawn, self.values.of_side(critic, batch.side, inputs), strict=True):
            least = value.amin(0)
            found.append(soft_value(least, logits, weight) if action is None else least - weight.view(-1, 1, 1) * log_prob)
        return batch.rows["reward"] + batch.rows["discount"] * torch.cat(found, 2)

    def _drawn(
        self, role: int, seen: Tensor, legal: Tensor | None, pieces: Mapping[str, Tensor]
    ) -> tuple[Tensor, Tensor | None, Tensor]:
        """Masked logits; or drawn continuous actions [P, B, a, n] and their log-densities [P, B, a]."""
        preference = preferences_of(self.given.stack.spec, pieces, role, seen)
        if legal is not None:
            return masked(preference, legal), None, preference
        noise = torch.randn(
            (*preference.shape[:-1], preference.shape[-1] // 2), generator=self.given.generator, device=preference.device
        )
        action, log_prob = squashed(preference, noise)
        return preference, action, log_prob

    def error(self, batch: Drawn, aim: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """The loss of the critics, [P]: half the squared error of both."""
        seen, done = batch.observations(self.given.stack, "observation"), batch.of_roles("action")
        state = states_of(self.given.stack, batch, "state") if self.values.centralised else None
        continuous = [action if legal is None else None for action, legal in zip(done, batch.of_roles("legal"), strict=True)]
        inputs = self.values.inputs(batch.side, seen, state, continuous)
        found = []
        for value, action, legal in zip(
            self.values.of_side(pieces, batch.side, inputs), done, batch.of_roles("legal"), strict=True
        ):
            assert action is not None
            found.append(value if legal is None else picked(value, action.expand(len(value), *action.shape)))
        now = torch.cat(found, 3)
        self._add("action_value", average(now[0].detach(), (batch.weight > 0).float()))
        return sum((average(0.5 * (one - aim).square(), batch.weight) for one in now), start=torch.zeros(()))

    def regret(self, batch: Drawn, pieces: Mapping[str, Tensor]) -> Tensor:
        """The loss of the actors, [P]: temperature · log-probability − value, in expectation.

        Reference:
            Haarnoja et al. (2018), equation 7; Christodoulou (2019), equation 12.
        """
        spec, legal = self.given.stack.spec, batch.of_roles("legal")
        seen, done = batch.observations(self.given.stack, "observation"), batch.of_roles("action")
        state = states_of(self.given.stack, batch, "state") if self.values.centralised else None
        drawn = [self._drawn(*told, pieces) for told in zip(spec.game.sides[batch.side].roles, seen, legal, strict=True)]
        others = [action if allowed is None else None for action, allowed in zip(done, legal, strict=True)]
        inputs = self.values.inputs(batch.side, seen, state, [action for _, action, _ in drawn], others)
        critic, weight = self.values.layout.split(self.critic.value), self.temperature
        gains, entropies, wanted = [], [], []
        for number, (logits, action, log_prob), value, allowed in zip(
            spec.game.sides[batch.side].roles, drawn, self.values.of_side(critic, batch.side, inputs), legal, strict=True
        ):
            least = value.amin(0)
            if action is None:
                assert allowed is not None
                gains.append(soft_value(least, logits, weight))
                entropies.append(soft_value(torch.zeros_like(least), logits, torch.ones_like(weight)))
                share = self.given.hyper["entropy_share"].view(-1, 1, 1)
                wanted.append(share * allowed.sum(-1).clamp_min(1).log())
            else:
                gains.append(least - weight.view(-1, 1, 1) * log_prob)
                entropies.append(-log_prob)
                size = spec.game.roles[number].actions.size * float(self.given.options["component_entropy"])
                wanted.append(torch.full_like(log_prob, size))
        entropy, present = torch.cat(entropies, 2).detach(), (batch.weight > 0).float()
        self._add("entropy", average(entropy, present))
        self._add("surplus", average(entropy - torch.cat(wanted, 2), present))
        return -average(torch.cat(gains, 2), present)

    def _add(self, name: str, value: Tensor) -> None:
        self._figures[name] = self._figures.get(name, torch.zeros_like(value)) + value

    def states(self) -> list[dict[str, np.ndarray]]:
        """Each player's named arrays."""
        parts = self.actor.states(), self.critic.states(), self.log_temperature.states()
        return [{**own, **critic, **temperature} for own, critic, temperature in zip(*parts, strict=True)]
