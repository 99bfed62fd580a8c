"""Deep deterministic policy gradient for a whole stack of players at once, with the three repairs of TD3 as options.

With a centralised critic, its action values see the joint state and the actions of the whole team (MADDPG).

References:
    Lillicrap, Hunt, Pritzel, Heess, Erez, Tassa, Silver & Wierstra (2016), algorithm 1. Repairs: Fujimoto, van Hoof & Meger
    (2018), algorithm 1 ("TD3"). Teams: Lowe, Wu, Tamar, Harb, Abbeel & Mordatch (2017), equations 5 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from agents.exploration.noise import gaussian
from agents.learners.action_values import ActionValues
from agents.learners.contract import TrainingInput, TrainingOutput
from agents.learners.losses import average
from agents.learners.off_policy import Drawn, Memories, Report, learn, states_of
from agents.learners.target import Learnt, descend
from agents.models.forward import preferences_of

LARGEST_SMOOTHING = 0.5
"""Largest change of an action by smoothing."""


def train(given: TrainingInput) -> TrainingOutput:
    """Train every player of a stack. All its actions must be continuous."""
    spec, options = given.stack.spec, given.options
    joint = spec.architecture.critic == "centralised"
    memories = Memories.restored(given, int(options["replay"]), joint=joint)
    values = ActionValues(spec, 2 if options["twin"] else 1, joint)
    learning = DeterministicPolicyGradient(
        given,
        values,
        Learnt.of_players(spec.parameters, given.stack.parameters, given.states),
        Learnt.of_pieces(values.pieces, given.states, given.generator, "critic."),
    )
    explore = partial(gaussian, given, given.hyper["noise"])
    return learn(given, memories, lambda decisions: explore(), learning)


@dataclass
class DeterministicPolicyGradient:
    """Deterministic policy gradient of a stack.

    Attributes:
        given: The input of the learner.
        values: The action-value networks.
        actor: The players' parameters.
        critic: The parameters of the action-value networks.
        steps: Number of steps of the critic in this training.
    """

    given: TrainingInput
    values: ActionValues
    actor: Learnt
    critic: Learnt
    steps: int = 0

    def improve(self, drawn: Sequence[Drawn]) -> Report:
        """Make one step of the critics and, every `delay` steps, one of the actors."""
        hyper, norm = self.given.hyper, self.given.schedule.max_gradient
        zero = self.given.stack.parameters.new_zeros(self.given.stack.size)
        if not drawn:
            return dict.fromkeys(("value_loss", "policy_loss", "action_value"), zero)
        aims = [self.target(batch) for batch in drawn]
        worth = [zero]

        def critic_loss(pieces: Mapping[str, Tensor]) -> Tensor:
            total = zero
            for batch, aim in zip(drawn, aims, strict=True):
                now = self.taken(batch, pieces)
                worth.append(average(now[0].detach(), (batch.weight > 0).float()))
                total = sum((average(0.5 * (one - aim).square(), batch.weight) for one in now), start=total)
            return total

        def actor_loss(pieces: Mapping[str, Tensor]) -> Tensor:
            return sum((-self.gain(batch, pieces) for batch in drawn), start=zero)

        lost, policy = descend([self.critic], critic_loss, hyper["learning_rate"], norm), zero
        self.steps += 1
        if self.steps % int(self.given.options["delay"]) == 0:
            policy = descend([self.actor], actor_loss, hyper["learning_rate"], norm)
            self.actor.follow(hyper["target_rate"])
            self.critic.follow(hyper["target_rate"])
        sides = len(drawn)
        return {"value_loss": lost / sides, "policy_loss": policy / sides, "action_value": torch.stack(worth).sum(0) / sides}

    def target(self, batch: Drawn) -> Tensor:
        """What the taken actions should be worth, [P, B, A].

        Reference:
            Fujimoto et al. (2018), equations 10 and 14.
        """
        spec, width = self.given.stack.spec, float(self.given.options["smoothing"])
        seen, pieces = batch.observations(self.given.stack, "then"), self.actor.targets()
        actions = []
        for number, x in zip(spec.game.sides[batch.side].roles, seen, strict=True):
            action = torch.tanh(preferences_of(spec, pieces, number, x))
            if width > 0:
                noise = torch.randn(action.shape, generator=self.given.generator, device=action.device) * width
                action = (action + noise.clamp(-LARGEST_SMOOTHING, LARGEST_SMOOTHING)).clamp(-1.0, 1.0)
            actions.append(action)
        state = states_of(self.given.stack, batch, "then_state") if self.values.centralised else None
        inputs = self.values.inputs(batch.side, seen, state, actions)
        then = torch.cat(self.values.of_side(self.critic.targets(), batch.side, inputs), 3).amin(0)
        return batch.rows["reward"] + batch.rows["discount"] * then

    def taken(self, batch: Drawn, pieces: Mapping[str, Tensor]) -> Tensor:
        """The estimates of the taken actions, [K, P, B, A]."""
        seen = batch.observations(self.given.stack, "observation")
        state = states_of(self.given.stack, batch, "state") if self.values.centralised else None
        inputs = self.values.inputs(batch.side, seen, state, batch.of_roles("action"))
        return torch.cat(self.values.of_side(pieces, batch.side, inputs), 3)

    def gain(self, batch: Drawn, pieces: Mapping[str, Tensor]) -> Tensor:
        """The mean value of the policies' own actions, [P].

        Reference:
            Silver, Lever, Heess, Degris, Wierstra & Riedmiller (2014), equation 9.
        """
        spec = self.given.stack.spec
        seen = batch.observations(self.given.stack, "observation")
        numbers = spec.game.sides[batch.side].roles
        own = [torch.tanh(preferences_of(spec, pieces, number, x)) for number, x in zip(numbers, seen, strict=True)]
        state = states_of(self.given.stack, batch, "state") if self.values.centralised else None
        inputs = self.values.inputs(batch.side, seen, state, own, batch.of_roles("action"))
        critic = self.values.layout.split(self.critic.value)
        values = torch.cat(self.values.of_side(critic, batch.side, inputs), 3)
        return average(values[0], (batch.weight > 0).float())

    def states(self) -> list[dict[str, np.ndarray]]:
        """Each player's named arrays."""
        return [{**own, **critic} for own, critic in zip(self.actor.states(), self.critic.states(), strict=True)]
