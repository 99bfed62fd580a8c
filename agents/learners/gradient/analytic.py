"""The gradient of a minibatch derived by hand, for perceptrons with or without a gated recurrent unit on the CPU.

The loss is that of `agents.learners.gradient.autograd`, and a test compares the two. Autograd would store intermediate values
for later. Here they are used at once, a block of rows at a time, while they are still in the processor's cache. Without this
file all gradients are computed by autograd.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agents.kernels.elementary import ONE
from agents.kernels.mlp import Networks, groups, portions
from agents.kernels.sources import Source, source_of
from agents.kernels.trunk import Speaker, Team, Trunk
from agents.learners.gradient.memories import Memories
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import Batch, Minibatch, rows_of, seat_rows
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs import compiling
from envs.compiling import Flags, Floats, Ints

FEW = np.float32(1e-9)
"""Replaces the sum of the weights of a minibatch in which no decision is learnt from."""


def covers(stack: Stack) -> bool:
    """True where `gradient` can be used."""
    sides = range(len(stack.spec.game.sides))
    served = compiling.serve(stack.parameters.device) and stack.spec.plain_critics
    return served and all(stack.spec.compiled(side) for side in sides)


@dataclass(frozen=True)
class _Decisions:
    """What all minibatches of a batch share of one role, as arrays.

    Attributes:
        source: float32 [R · a, F], observations.
        legal: bool [R · a, n]; None for continuous actions.
        action: int64 [R · a], or float32 [R · a, n].
        log_prob: float32 [R · a].
        reference: float32 [R · a, n], log-probabilities of a reference policy; None for learners without one.
    """

    source: Source
    legal: Flags | None
    action: Ints | Floats
    log_prob: Floats
    reference: Floats | None


class Derived:
    """Computes the gradients of a stack's minibatches. The networks and their buffers are made once."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._gradient = torch.zeros_like(stack.parameters)
        self._networks = Networks(stack, self._gradient)
        self._known: dict[int, tuple[Batch, list[_Decisions]]] = {}

    def gradient(self, minibatches: Sequence[Minibatch], hyper: HyperParameters, value_weight: float) -> tuple[Tensor, Tensor]:
        """See `agents.learners.gradient.autograd.gradient`. The next call overwrites the result."""
        stack, totals = self.stack, np.zeros((6, self.stack.size), np.float32)
        self._gradient.zero_()
        self._networks.renew()
        for minibatch in minibatches:
            count = minibatch.weight.numpy().reshape(stack.size, -1).sum(1)
            totals[0] += count
            share = ONE / np.maximum(count, FEW)
            weigh = share * np.float32(value_weight)
            if stack.spec.architecture.critic == "centralised":
                self._judge(minibatch, weigh, totals)
            if stack.spec.speaks(minibatch.side):
                self._converse(minibatch, share, hyper, totals)
            for place, decisions in enumerate(self._decisions(minibatch)):
                if stack.spec.speaks(minibatch.side):
                    self._criticise(minibatch, place, decisions, weigh, totals)
                elif stack.spec.memory_size:
                    self._recall(minibatch, place, decisions, share, hyper, totals)
                else:
                    self._act(minibatch, place, decisions, share, weigh, hyper, totals)
        self._networks.finish()
        return self._gradient, torch.from_numpy(totals)

    def _decisions(self, minibatch: Minibatch) -> list[_Decisions]:
        """The arrays of a minibatch's batch, per role. Those of the last batch of each side are kept."""
        known, batch = self._known.get(minibatch.side), minibatch.batch
        if known is None or known[0] is not batch:
            policies: Sequence[Tensor | None] = batch.reference or [None] * len(batch.observation)
            roles = zip(batch.observation, batch.legal, batch.action, batch.log_prob, policies, strict=True)
            known = self._known[minibatch.side] = batch, [_arrays(*of_role) for of_role in roles]
        return known[1]

    def _act(
        self,
        minibatch: Minibatch,
        place: int,
        decisions: _Decisions,
        share: Floats,
        weigh: Floats,
        hyper: HyperParameters,
        totals: Floats,
    ) -> None:
        """Run one role's actor, and its local critic if it has one, forward and backward on the same rows."""
        spec, batch = self.stack.spec, minibatch.batch
        number = spec.game.sides[minibatch.side].roles[place]
        name, here = spec.game.roles[number].name, _columns(spec, minibatch, place)
        rows = seat_rows(minibatch.rows, batch.observation[place].shape[1]).numpy()
        weight = _weight(spec, minibatch, place, here).flatten(1).numpy()
        figures, errors = np.zeros((totals.shape[1], 4), np.float32), np.zeros(totals.shape[1], np.float32)
        advantage, clip, bonus = minibatch.advantage[..., here].flatten(1).numpy(), hyper.clip.numpy(), hyper.entropy.numpy()
        target = minibatch.target[..., here].flatten(1).numpy()
        known = decisions.action, decisions.log_prob
        pulls = None if hyper.magnet is None else hyper.magnet.numpy()
        for who in groups(*rows.shape):
            actor, critic, mine = self._networks.get(f"actor.{name}", f"observation.{name}", who), None, rows[who]
            towards = None if pulls is None or decisions.reference is None else (decisions.reference, pulls[who])
            if spec.architecture.critic == "local":
                critic = self._networks.get(f"critic.{name}", f"observation.{name}", who)
            to_act = *known, advantage[who], weight[who], share[who], clip[who], bonus[who], figures[who]
            to_judge = target[who, :, None], weight[who, :, None], weigh[who], errors[who]
            for part in portions(rows.shape[1]):
                seen = actor.look(decisions.source, mine, part)
                actor.improve(seen, mine, part.start, decisions.legal, *to_act, towards=towards)
                if critic is not None:
                    critic.correct(seen, part.start, *to_judge)
        totals[1] += figures[:, 0]
        totals[2] += errors
        totals[3:] += figures[:, 1:].T

    def _converse(self, minibatch: Minibatch, share: Floats, hyper: HyperParameters, totals: Floats) -> None:
        """Run the actors of one side, whose seats send each other messages, forward and backward."""
        spec, all_decisions = self.stack.spec, self._decisions(minibatch)
        team, names = (
            Team.of(self.stack, minibatch.side),
            [spec.game.roles[n].name for n in spec.game.sides[minibatch.side].roles],
        )
        figures, clip, bonus = np.zeros((totals.shape[1], 4), np.float32), hyper.clip.numpy(), hyper.entropy.numpy()
        seated = [_seated(spec, minibatch, place) for place in range(len(names))]
        for who in groups(len(share), minibatch.rows.shape[1]):
            voices = [self._networks.part(Speaker, name, who) for name in names]
            actors = [self._networks.get(f"actor.{name}", "", who) for name in names]
            links, known = team.links[who], (share[who], clip[who], bonus[who], figures[who])
            for part in team.portions(minibatch.rows.shape[1]):
                said, sent = team.silence(len(links), part.stop - part.start, voices[0].message_width)
                hidden, slopes, back = [], [], np.zeros_like(said)
                for voice, places, decisions, seats in zip(voices, team.places, all_decisions, seated, strict=True):
                    mine = slice(*(end * (places.stop - places.start) for end in (part.start, part.stop)))
                    hidden.append(voice.encode(decisions.source, seats.rows[who], mine))
                    voice.say(hidden[-1], seats.rows[who], mine.start, seats.present, places, said, sent)
                for place, (voice, places, decisions, seats) in enumerate(
                    zip(voices, team.places, all_decisions, seated, strict=True)
                ):
                    begin = part.start * (places.stop - places.start)
                    heard, into = voice.hear(hidden[place], said, sent, links, team.only_present, places)
                    taken = seats.rows[who], begin, decisions.legal, decisions.action, decisions.log_prob
                    told = seats.advantage[who], seats.weight[who], *known
                    slope = actors[place].improve(heard, *taken, *told, into=into)
                    assert slope is not None
                    slopes.append(slope)
                    voice.answer(slope, sent, links, team.only_present, places, back)
                for voice, places, features, slope in zip(voices, team.places, hidden, slopes, strict=True):
                    voice.back(features, slope, said, sent, back, places)
        totals[1] += figures[:, 0]
        totals[3:] += figures[:, 1:].T

    def _criticise(self, minibatch: Minibatch, place: int, decisions: _Decisions, weigh: Floats, totals: Floats) -> None:
        """Run one role's local critic, if it has one, forward and backward."""
        spec = self.stack.spec
        if spec.architecture.critic != "local":
            return
        name = spec.game.roles[spec.game.sides[minibatch.side].roles[place]].name
        seats, errors = _seated(spec, minibatch, place), np.zeros(totals.shape[1], np.float32)
        target = minibatch.target[..., _columns(spec, minibatch, place)].flatten(1).numpy()
        for who in groups(*seats.rows.shape):
            critic = self._networks.get(f"critic.{name}", f"observation.{name}", who)
            known = target[who, :, None], seats.weight[who, :, None], weigh[who], errors[who]
            for part in portions(seats.rows.shape[1]):
                critic.correct(critic.look(decisions.source, seats.rows[who], part), part.start, *known)
        totals[2] += errors

    def _recall(
        self, minibatch: Minibatch, place: int, decisions: _Decisions, share: Floats, hyper: HyperParameters, totals: Floats
    ) -> None:
        """Run one role's actor with a memory forward and backward over sequences."""
        spec, figures = self.stack.spec, np.zeros((totals.shape[1], 4), np.float32)
        number = spec.game.sides[minibatch.side].roles[place]
        name, here = spec.game.roles[number].name, _columns(spec, minibatch, place)
        memories = Memories.of(spec, minibatch, place)
        of_seats = _weight(spec, minibatch, place, here), minibatch.advantage[..., here]
        weight, advantage = (memories.by_step(x) for x in of_seats)
        clip, bonus, known = hyper.clip.numpy(), hyper.entropy.numpy(), (decisions.action, decisions.log_prob)
        for who in groups(len(weight), memories.rows):
            trunk, actor = self._networks.part(Trunk, name, who), self._networks.get(f"actor.{name}", "", who)
            for part in memories.portions():
                steps = memories.steps(who, part)
                kept = trunk.unroll(decisions.source, steps)
                chosen = (memories.cut(x, who, part) for x in (advantage, weight))
                told = *known, *chosen, share[who], clip[who], bonus[who], figures[who]
                back = actor.improve(kept.after, steps.rows, 0, decisions.legal, *told, into=kept.into)
                assert back is not None
                trunk.roll_back(steps, kept, back)
        totals[1] += figures[:, 0]
        totals[3:] += figures[:, 1:].T

    def _judge(self, minibatch: Minibatch, weigh: Floats, totals: Floats) -> None:
        """Run a side's centralised critic forward and backward."""
        side, batch = self.stack.spec.game.sides[minibatch.side], minibatch.batch
        target, weight = minibatch.target, minibatch.weight
        if batch.place is not None and side.seats_per_team > 1:
            mover = torch.nn.functional.one_hot(rows_of(batch.place, minibatch.rows), side.seats_per_team)
            target, weight = target.expand(mover.shape).contiguous(), weight * mover
        source, rows = source_of(batch.states), rows_of(batch.state, minibatch.rows).numpy()
        known = target.numpy(), weight.numpy(), weigh, totals[2]
        for who in groups(*rows.shape):
            critic = self._networks.get(f"critic.{side.name}", f"state.{side.name}", who)
            of_group = [array[who] for array in known]
            for part in portions(rows.shape[1]):
                critic.correct(critic.look(source, rows[who], part), part.start, *of_group)


@dataclass(frozen=True)
class _Seated:
    """The seats of one role in a minibatch: rows, weight and advantage [P, b · a]; and which rows are present, bool [R · a]."""

    rows: Ints
    weight: Floats
    advantage: Floats
    present: Flags


def _seated(spec: PlayerSpec, minibatch: Minibatch, place: int) -> _Seated:
    batch, here = minibatch.batch, _columns(spec, minibatch, place)
    rows = seat_rows(minibatch.rows, batch.observation[place].shape[1]).numpy()
    values = _weight(spec, minibatch, place, here), minibatch.advantage[..., here]
    weight, advantage = (x.flatten(1).numpy() for x in values)
    return _Seated(rows, weight, advantage, batch.present[place].flatten().numpy())


def _arrays(
    observation: Tensor, legal: Tensor | None, action: Tensor, log_prob: Tensor, reference: Tensor | None
) -> _Decisions:
    chosen, before = (x.flatten(0, 1).numpy() for x in (action, log_prob))
    allowed, policy = (None if x is None else x.flatten(0, 1).numpy() for x in (legal, reference))
    return _Decisions(source_of(observation.flatten(0, 1)), allowed, chosen, before, policy)


def _weight(spec: PlayerSpec, minibatch: Minibatch, place: int, here: slice) -> Tensor:
    """The weights of a role's seats, [P, b, seats]; 0 where the role does not act."""
    weight = minibatch.weight[..., here]
    if minibatch.batch.place is None or len(spec.game.sides[minibatch.side].roles) == 1:
        return weight  # only decisions have a weight, and these columns are those of no other role
    return weight * rows_of(minibatch.batch.present[place], minibatch.rows)


def _columns(spec: PlayerSpec, minibatch: Minibatch, place: int) -> slice:
    """The columns of a role's seats among those of all roles of the side. In turn-based games there is only the mover."""
    if minibatch.batch.place is not None:
        return slice(0, 1)
    widths = [spec.game.roles[number].per_team for number in spec.game.sides[minibatch.side].roles]
    start = sum(widths[:place])
    return slice(start, start + widths[place])
