"""The gradient of a minibatch derived by hand, for perceptrons with discrete actions on the CPU.

The same loss as in `agents.learners.gradient.autograd`, which a test compares it with. Values that autograd would keep for
later are used at once, a block of rows at a time, while they are still in the processor's cache. Without this file
everything still runs through autograd.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from agents.kernels import loops
from agents.kernels.mlp import Networks, groups, portions
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import Lesson, rows_of, seat_rows
from agents.models.architecture import Blueprint
from agents.models.stack import Stack
from envs import compiling


def covers(stack: Stack) -> bool:
    """True where `gradient` can be used."""
    sides = range(len(stack.blueprint.game.sides))
    return compiling.serve(stack.parameters.device) and all(stack.blueprint.plain(side) for side in sides)


class Derived:
    """The gradients of a stack's minibatches; its networks and their memory are made once."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._gradient = torch.zeros_like(stack.parameters)
        self._networks = Networks(stack, self._gradient)

    def gradient(self, lessons: Sequence[Lesson], hyper: HyperParameters, value_weight: float) -> tuple[Tensor, Tensor]:
        """See `agents.learners.gradient.autograd.gradient`; what it gives is overwritten by the next call."""
        stack, totals = self.stack, self.stack.parameters.new_zeros(6, self.stack.size)
        self._gradient.zero_()
        self._networks.renew()
        for lesson in lessons:
            count = lesson.weight.flatten(1).sum(1)
            totals[0] += count
            share = 1.0 / count.clamp_min(1e-9)
            if stack.blueprint.architecture.critic == "centralised":
                self._judge(lesson, share * value_weight, totals)
            for place in range(len(lesson.batch.observation)):
                self._act(lesson, place, share, hyper, value_weight, totals)
        self._networks.finish()
        return self._gradient, totals

    def _act(
        self, lesson: Lesson, place: int, share: Tensor, hyper: HyperParameters, value_weight: float, totals: Tensor
    ) -> None:
        """Run one role's actor forward and back, and its critic, where it has one, on the same rows."""
        blueprint, batch = self.stack.blueprint, lesson.batch
        number = blueprint.game.sides[lesson.side].roles[place]
        name, here = blueprint.game.roles[number].name, _columns(blueprint, lesson, place)
        legal = batch.legal[place]
        assert legal is not None
        source, allowed = batch.observation[place].flatten(0, 1).numpy(), legal.flatten(0, 1).numpy()
        rows = seat_rows(lesson.rows, batch.observation[place].shape[1]).numpy()
        weight = (lesson.weight[..., here] * rows_of(batch.present[place], lesson.rows)).flatten(1).numpy()
        figures, errors = np.zeros((len(share), 4), np.float32), np.zeros(len(share), np.float32)
        known = batch.action[place].flatten().numpy(), batch.likelihood[place].flatten().numpy()
        advantage, clip, bonus = lesson.advantage[..., here].flatten(1).numpy(), hyper.clip.numpy(), hyper.entropy.numpy()
        target, weigh = lesson.target[..., here].flatten(1).numpy(), (share * value_weight).numpy()
        for who in groups(*rows.shape):
            actor, critic = self._networks.get(f"actor.{name}", f"observation.{name}", who), None
            if blueprint.architecture.critic == "local":
                critic = self._networks.get(f"critic.{name}", f"observation.{name}", who)
            to_act = *known, advantage[who], weight[who], share.numpy()[who], clip[who], bonus[who], figures[who]
            to_judge = target[who, :, None], weight[who, :, None], weigh[who], errors[who]
            for part in portions(rows.shape[1]):
                seen = actor.look(source, rows[who], part)
                inputs, logits = actor.forward(seen)
                chances, log_sum = loops.softmax(logits, rows[who], part.start, allowed, 1.0)
                loops.surrogate(logits, chances, log_sum, rows[who], part.start, *to_act)
                actor.backward(inputs, logits)
                if critic is not None:
                    inputs, value = critic.forward(seen)
                    loops.squared_error(value, part.start, *to_judge)
                    critic.backward(inputs, value)
        totals[[1, 3, 4, 5]] += torch.from_numpy(figures.T)
        totals[2] += torch.from_numpy(errors)

    def _judge(self, lesson: Lesson, share: Tensor, totals: Tensor) -> None:
        """Run a side's centralised critic forward and back."""
        side, batch = self.stack.blueprint.game.sides[lesson.side], lesson.batch
        target, weight = lesson.target, lesson.weight
        if batch.place is not None:
            mover = torch.nn.functional.one_hot(batch.place[lesson.rows], side.seats_per_team)
            target, weight = target.expand(mover.shape).contiguous(), weight * mover
        source, rows = batch.states.numpy(), batch.state[lesson.rows].numpy()
        known = target.numpy(), weight.numpy(), share.numpy(), totals[2].numpy()
        for who in groups(*rows.shape):
            critic = self._networks.get(f"critic.{side.name}", f"state.{side.name}", who)
            of_group = [array[who] for array in known]
            for part in portions(rows.shape[1]):
                inputs, value = critic.forward(critic.look(source, rows[who], part))
                loops.squared_error(value, part.start, *of_group)
                critic.backward(inputs, value)


def _columns(blueprint: Blueprint, lesson: Lesson, place: int) -> slice:
    """Where a role's seats stand among those of all roles of the side; acting in turns there is only the one that moved."""
    if lesson.batch.place is not None:
        return slice(0, 1)
    widths = [blueprint.game.roles[number].per_team for number in blueprint.game.sides[lesson.side].roles]
    start = sum(widths[:place])
    return slice(start, start + widths[place])
