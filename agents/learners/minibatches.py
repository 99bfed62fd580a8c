"""Makes minibatches from experience. They hold the decisions of each player, padded so that all players can be stacked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Experience
from agents.acting.routing import EMPTY, LEAST, Routing, route, slots_acting
from agents.learners.advantages import Estimates
from agents.learners.losses import standardised
from agents.learners.sequences import Sequences, at_once, in_turns
from agents.learners.surroundings import Surroundings
from agents.models.reach import reach
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack, return_scale
from comms.chance import numbers_of
from envs import compiling
from envs.compiling import Flags, Ints, compiled
from envs.game import Game
from envs.states import States


@dataclass(frozen=True)
class Batch:
    """The decisions of one side in groups. A group is a team in one copy at one step; in turn-based games, the mover alone.

    Attributes:
        observation: Per role, [R, a, F] over all groups of the experience.
        legal: Per role, [R, a, n] or None.
        action: Per role, [R, a(, n)].
        log_prob: Per role, [R, a].
        present: Per role, bool [R, a], seats that act; in turn-based games, True only for the role of the mover.
        states: The joint states of the experience's (T + 1) · C games.
        state: int64 [R], number in `states` of the joint state from the view of each group's team.
        place: int64 [R], turn-based: the mover's place in its team; else None.
        advantage: [R, a of all roles].
        target: [R, a of all roles], value target in units of reward.
        value: [R, a of all roles], value in units of reward when the action was taken.
        gain: [R, a of all roles], discounted return in units of reward; see `agents.learners.advantages.Estimates`.
        learnt: bool [R, a of all roles], whether the decision is learnt from.
        memory: [R, A, H], the memory of the team's seats before they decided; empty if no critic reads it.
        routing: Each player's groups, [P, B].
        sequences: The groups in order of time, for players that carry something from step to step; else None.
        surroundings: What surrounds the groups' messages.
        reference: Per role, [R, a, n], the log-probabilities of a reference policy; empty for learners without one.
    """

    observation: list[Tensor]
    legal: list[Tensor | None]
    action: list[Tensor]
    log_prob: list[Tensor]
    present: list[Tensor]
    states: States
    state: Tensor
    place: Tensor | None
    advantage: Tensor
    target: Tensor
    value: Tensor
    gain: Tensor
    learnt: Tensor
    memory: Tensor
    routing: Routing
    sequences: Sequences | None
    surroundings: Surroundings
    reference: Sequence[Tensor] = ()

    @property
    def units(self) -> Routing:
        """The units that are divided into minibatches, [P, U]: groups, or sequences for players that carry something."""
        return self.routing if self.sequences is None else self.sequences.routing

    @property
    def weight(self) -> Tensor:
        """1 for decisions that are learnt from, else 0: float32 [P, B, a of all roles]."""
        return self.learnt[self.routing.index] * self.routing.real.unsqueeze(2).to(torch.float32)


def batch_of(
    spec: PlayerSpec,
    side: int,
    experience: Experience,
    owner: Tensor,
    players: int,
    estimates: Estimates,
) -> Batch | None:
    """Make the batch of one side. Returns None if no player learns on that side.

    Args:
        spec: The game and the learners' architecture.
        side: Index of the side.
        experience: T steps of C copies.
        owner: int64 [C, K], the learner that holds each team, or `EMPTY`.
        players: Number of players, P.
        estimates: What is known of the decisions.
    """
    game, roles = spec.game, spec.game.sides[side].roles
    steps, copies, _ = experience.reward.shape
    cut = (_groups_in_turns if game.turn_based else _groups_at_once)(game, side, experience, owner)
    learnt = cut.of_seats(estimates.known)
    learner = torch.where(learnt.any(1), cut.owner.flatten(), EMPTY)
    routing = route(learner, players)
    if routing.index.shape[1] == 0:
        return None
    sequences, memory = None, experience.memory.new_zeros(len(learner), 0, 0)
    if spec.in_sequences and cut.mover is not None:
        sequences = in_turns(experience, learner, players, cut.mover)
    elif spec.in_sequences:
        sequences = at_once(experience, learner, players, [game.teams[team] for team in game.sides[side].teams])
    if spec.memory_size and not spec.sees_state:
        memory = _carried(game, side, experience, cut.team)[..., : spec.memory_size]
    return Batch(
        [cut.of_role(experience.observation[role], role) for role in roles],
        [None if (legal := experience.legal[role]) is None else cut.of_role(legal, role) for role in roles],
        [cut.of_role(experience.action[role], role) for role in roles],
        [cut.of_role(experience.log_prob[role], role) for role in roles],
        [cut.of_role(slots_acting(game, role, experience.acting), role) for role in roles],
        experience.states.flat(),
        (torch.arange(steps * copies, device=owner.device).view(steps, copies, 1) * len(game.teams) + cut.team).flatten(),
        cut.place,
        cut.of_seats(estimates.advantage),
        cut.of_seats(estimates.target),
        cut.of_seats(estimates.value),
        cut.of_seats(estimates.gain),
        learnt,
        memory,
        routing,
        sequences,
        _surroundings(spec, side, experience, cut),
    )


@dataclass(frozen=True)
class _Groups:
    """The division of an experience into the groups of one side, with G groups at every step of every copy.

    Attributes:
        owner: int64 [T, C, G], the learner that holds the group's team, or `EMPTY`.
        team: int64 [T, C, G], the group's team; in turn-based games it may belong to another side.
        place: int64 [T · C · G], turn-based: the mover's place in its team; else None.
        mover: int64 [T, C], turn-based: the seat that moves; else None.
        of_seats: Divides values of seats into groups, [T, C, A] → [R, a of all roles].
        of_role: Divides values of a role into groups, [T (+ 1), C, slots, …] → [R, a, …].
    """

    owner: Tensor
    team: Tensor
    place: Tensor | None
    mover: Tensor | None
    of_seats: Callable[[Tensor], Tensor]
    of_role: Callable[[Tensor, int], Tensor]


def _groups_in_turns(game: Game, side: int, experience: Experience, owner: Tensor) -> _Groups:
    """One group per step and copy: the seat that moves."""
    steps, teams = len(experience.reward), torch.tensor(game.sides[side].teams, device=owner.device)
    mover = experience.acting[:steps].int().argmax(2)
    team = torch.tensor(game.team_of_seat, device=owner.device)[mover]
    on_side = torch.isin(team, teams) & experience.acting[:steps].any(2)
    holder = torch.where(on_side, owner.expand(steps, -1, -1).gather(2, team.unsqueeze(2)).squeeze(2), EMPTY)
    place = torch.tensor(_places(game), device=owner.device)[mover].flatten()

    def of_seats(x: Tensor) -> Tensor:
        return x.gather(2, mover.unsqueeze(2)).flatten(0, 1)

    def of_role(x: Tensor, role: int) -> Tensor:
        return x[:steps].flatten(0, 1)

    return _Groups(holder, team.unsqueeze(2), place, mover, of_seats, of_role)


def _groups_at_once(game: Game, side: int, experience: Experience, owner: Tensor) -> _Groups:
    """One group per step, copy and team of the side."""
    steps, copies, _ = experience.reward.shape
    teams = list(game.sides[side].teams)
    seats = [seat for team in teams for seat in game.teams[team]]
    looks = torch.tensor(teams, device=owner.device).expand(steps, copies, -1)

    def of_seats(x: Tensor) -> Tensor:
        return x[:, :, seats].reshape(steps * copies * len(teams), -1)

    def of_role(x: Tensor, role: int) -> Tensor:
        return x[:steps].reshape(steps * copies * len(teams), game.roles[role].per_team, *x.shape[3:])

    return _Groups(owner[:, teams].expand(steps, -1, -1), looks, None, None, of_seats, of_role)


def _carried(game: Game, side: int, experience: Experience, team: Tensor) -> Tensor:
    """The memory of the seats of each group's team before it decided, [R, seats of a team, H].

    Args:
        game: The game.
        side: Index of the side.
        experience: T steps of C copies.
        team: int64 [T, C, G], the team of each group; in turn-based games it may belong to another side.
    """
    first, steps = game.sides[side].teams[0], len(experience.reward)
    seats = [game.teams[number if number in game.sides[side].teams else first] for number in range(len(game.teams))]
    wanted = torch.tensor(seats, device=team.device)[team].flatten(2)
    kept = experience.memory[:steps]
    return kept.gather(2, wanted.unsqueeze(3).expand(-1, -1, -1, kept.shape[3])).view(
        team.numel(), game.sides[side].seats_per_team, -1
    )


def _surroundings(spec: PlayerSpec, side: int, experience: Experience, cut: _Groups) -> Surroundings:
    """What surrounds the messages of a side's groups; nothing if they need nothing."""
    if not spec.speaks(side) or spec.speech is None:
        return Surroundings()
    roles, seats = spec.game.sides[side].roles, spec.game.sides[side].seats_per_team
    chance, place, states = list[Tensor](), None, None
    if spec.uncertain:
        chance = [cut.of_role(numbers_of(experience.chance[role]), role) for role in roles]
    if cut.place is not None:
        place = cut.place.clamp_max(seats - 1)  # movers of other sides count for nothing
    if spec.speech.channel.bursts:
        states = _carried(spec.game, side, experience, cut.team)[..., spec.memory_size + spec.register_size :][..., :seats]
        if place is not None:
            states = states.gather(1, place.view(-1, 1, 1).expand(-1, 1, seats))
    links = None
    if spec.speech.dynamic:
        steps = len(experience.over)
        links = reach(spec.game, side, spec.speech, experience.positions, experience.acting[:steps]).flatten(0, 2)
    return Surroundings(chance, place, states, links)


@dataclass(frozen=True)
class Minibatch:
    """One minibatch of one side.

    Attributes:
        side: Index of the side.
        batch: The collection's decisions on that side.
        rows: int64 [P, b], groups. For players that carry something they are whole sequences, one after another.
        weight: [P, b, a of all roles], 0 for padding and for decisions that are not learnt from.
        advantage: [P, b, a of all roles], standardised over each player's decisions in the minibatch.
        target: [P, b, a of all roles], in units of the normalised return.
        start: [P, sequences, m, H], what the seats carry before the first step; None if they carry nothing.
    """

    side: int
    batch: Batch
    rows: Tensor
    weight: Tensor
    advantage: Tensor
    target: Tensor
    start: Tensor | None


def minibatch_of(stack: Stack, side: int, batch: Batch, indices: tuple[Tensor, Tensor]) -> Minibatch:
    """Take a minibatch out of a batch.

    Args:
        stack: The learning players.
        side: Index of the side.
        batch: The side's decisions.
        indices: From `shuffled`: positions in the players' lists of units (`Batch.units`), and a mask of the padding.
    """
    return minibatches_of(stack, side, batch, [indices])[0]


def minibatches_of(stack: Stack, side: int, batch: Batch, dealt: Sequence[tuple[Tensor, Tensor]]) -> list[Minibatch]:
    """Take all minibatches of a pass out of a batch at once, M of them; see `minibatch_of`. `dealt` is from `shuffled`."""
    positions, chosen = (torch.stack(list(column)) for column in zip(*dealt, strict=True))
    rows, sequences = batch.units.index.expand(len(dealt), -1, -1).gather(2, positions), batch.sequences
    starts: Iterable[Tensor | None] = repeat(None)
    if sequences is not None:
        units, rows = rows, rows_of(sequences.rows, rows).flatten(2)
        mine = sequences.owner[rows] == torch.arange(rows.shape[1], device=rows.device).unsqueeze(1)
        chosen = mine & chosen.repeat_interleave(sequences.rows.shape[1], 2)
        starts = rows_of(sequences.start, units).unbind(0)
    weight = rows_of(batch.learnt, rows) * chosen.unsqueeze(3).to(torch.float32)
    advantage = standardised(rows_of(batch.advantage, rows).flatten(0, 1), weight.flatten(0, 1)).view_as(weight)
    deviation, mean = return_scale(stack.spec.statistics.split(stack.statistics), stack.spec.game.sides[side].name)
    target = (rows_of(batch.target, rows) - mean.view(-1, 1, 1)) / deviation.view(-1, 1, 1)
    parts = zip(rows.unbind(0), weight.unbind(0), advantage.unbind(0), target.unbind(0), starts, strict=False)
    return [Minibatch(side, batch, *part) for part in parts]


def rows_of(x: Tensor, rows: Tensor) -> Tensor:
    """Rows of x [R, …] by numbers [P, b], or of more axes: [P, b, …]; several times faster than fancy indexing."""
    return x.index_select(0, rows.flatten()).view(*rows.shape, *x.shape[1:])


def seat_rows(groups: Tensor, seats: int) -> Tensor:
    """Rows [P, b · seats] of the seats of groups [P, b]."""
    if seats == 1:
        return groups
    return (groups.unsqueeze(2) * seats + torch.arange(seats, device=groups.device)).flatten(1)


def shuffled(real: Tensor, minibatches: int, generator: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    """Divide each player's rows into minibatches at random.

    Args:
        real: bool [P, B], False for padding, which is at the end of each player's rows.
        minibatches: Number of minibatches. There are fewer if no player has that many rows.
        generator: The only source of randomness.

    Returns:
        Per minibatch, positions int64 [P, b], and bool [P, b], False for padding.

    Laws:
        once: Every real row is in exactly one minibatch.
        evenness: The sizes of a player's minibatches differ by at most one, whatever the numbers of rows of other players.
    """
    rows = real.shape[1]
    parts = min(minibatches, rows)
    counts = real.sum(1)
    if compiling.serve(real.device):
        orders = [torch.randperm(count, generator=generator) for count in counts.tolist()]
        found = (torch.from_numpy(x) for x in _dealt(torch.cat(orders).numpy(), counts.numpy(), rows, parts, LEAST))
        return list(zip(*(x.unbind(0) for x in found), strict=True))
    part_of = torch.full(real.shape, EMPTY, device=real.device)
    for player, count in enumerate(counts.tolist()):
        order = torch.randperm(count, generator=generator, device=real.device)
        part_of[player, order] = torch.arange(count, device=real.device) * parts // max(count, 1)
    width = -(-rows // parts)
    first = torch.arange(len(real), device=real.device).unsqueeze(1) * parts
    routing = route(torch.where(part_of == EMPTY, EMPTY, part_of + first).flatten(), len(real) * parts, width)
    positions, chosen = (x.view(len(real), parts, routing.index.shape[1]) for x in (routing.index % rows, routing.real))
    return list(zip(positions.unbind(1), chosen.unbind(1), strict=True))


@compiled
def _dealt(order: Ints, counts: Ints, rows: int, parts: int, least: int) -> tuple[Ints, Flags]:
    """Divide the rows of P players as `shuffled` does.

    Args:
        order: The players' permutations of their rows, one after another.
        counts: [P], number of rows of each player.
        rows: Maximum number of rows.
        parts: M, number of minibatches.
        least: Minimum width of a minibatch.

    Returns:
        Positions [M, P, b], in the order of the rows, and a mask of the padding [M, P, b].
    """
    part_of, sizes, start = np.empty((len(counts), rows), np.int64), np.zeros((parts, len(counts)), np.int64), 0
    for p in range(len(counts)):
        for j in range(counts[p]):
            part = j * parts // counts[p]
            part_of[p, order[start + j]] = part
            sizes[part, p] += 1
        start += counts[p]
    width = max(sizes.max(), least)
    positions, real = np.zeros((parts, len(counts), width), np.int64), np.zeros((parts, len(counts), width), np.bool_)
    sizes[:] = 0
    for p in range(len(counts)):
        for row in range(counts[p]):
            part = part_of[p, row]
            positions[part, p, sizes[part, p]] = row
            real[part, p, sizes[part, p]] = True
            sizes[part, p] += 1
    return positions, real


def _places(game: Game) -> list[int]:
    place = {seat: position for seats in game.teams for position, seat in enumerate(seats)}
    return [place[seat] for seat in range(len(game.seats))]
