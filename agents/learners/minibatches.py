"""From experience to minibatches: which decisions each player learns from, padded so that all players can be stacked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from agents.acting.rollout import Experience
from agents.acting.routing import EMPTY, Routing, route, slots_acting
from agents.learners.losses import standardised
from agents.learners.sequences import Sequences, at_once, in_turns
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack, return_scale
from envs.game import Game


@dataclass(frozen=True)
class Batch:
    """The decisions of one side, as groups: a team in one copy at one step (acting in turns: the one seat that moved).

    Attributes:
        observation: Per role, [R, a, F] over all groups of the experience.
        legal: Per role, [R, a, n] or None.
        action: Per role, [R, a(, n)].
        log_prob: Per role, [R, a].
        present: Per role, bool [R, a], seats that act; acting in turns, True for the role of the mover only.
        states: [(T + 1) · C · K, S], the joint states of the experience.
        state: int64 [R], where in `states` each group's team looks from.
        place: int64 [R], turn-based: the mover's place in its team; else None.
        advantage: [R, a of all roles].
        target: [R, a of all roles], in reward.
        value: [R, a of all roles], in reward, when the action was taken.
        learnt: bool [R, a of all roles], decisions to learn from.
        memory: [R, A, H], what the seats of the team carried before they decided; empty where no critic reads it.
        routing: Each player's groups, [P, B].
        sequences: The groups in the order of time, where players have a memory.
    """

    observation: list[Tensor]
    legal: list[Tensor | None]
    action: list[Tensor]
    log_prob: list[Tensor]
    present: list[Tensor]
    states: Tensor
    state: Tensor
    place: Tensor | None
    advantage: Tensor
    target: Tensor
    value: Tensor
    learnt: Tensor
    memory: Tensor
    routing: Routing
    sequences: Sequences | None

    @property
    def units(self) -> Routing:
        """What is dealt into minibatches, [P, U]: each player's groups, or its sequences where it has a memory."""
        return self.routing if self.sequences is None else self.sequences.routing

    @property
    def weight(self) -> Tensor:
        """1 for decisions learnt from, float32 [P, B, a of all roles]."""
        return self.learnt[self.routing.index] * self.routing.real.unsqueeze(2).to(torch.float32)


def batch_of(
    spec: PlayerSpec,
    side: int,
    experience: Experience,
    owner: Tensor,
    players: int,
    advantage: Tensor,
    value: Tensor,
    known: Tensor,
) -> Batch | None:
    """All groups of one side, and which of them each player learns from; None where nobody does.

    Args:
        spec: The game and the learners' architecture.
        side: Index of the side.
        experience: T steps of C copies.
        owner: int64 [C, K], the learner that holds each team, or `EMPTY`.
        players: P.
        advantage: [T, C, A].
        value: [T, C, A], in reward.
        known: bool [T, C, A], see `agents.learners.advantages.gae`.
    """
    game, roles = spec.game, spec.game.sides[side].roles
    steps, copies, _ = experience.reward.shape
    cut = (_groups_in_turns if game.turn_based else _groups_at_once)(game, side, experience, owner)
    learnt = cut.of_seats(known)
    learner = torch.where(learnt.any(1), cut.owner.flatten(), EMPTY)
    routing = route(learner, players)
    if routing.index.shape[1] == 0:
        return None
    sequences, memory = None, experience.memory.new_zeros(len(learner), 0, 0)
    if spec.memory_size and cut.mover is not None:
        sequences = in_turns(experience, learner, players, cut.mover)
    elif spec.memory_size:
        sequences = at_once(experience, learner, players, [game.teams[team] for team in game.sides[side].teams])
    if spec.memory_size and not spec.plain_critics:
        memory = _carried(game, side, experience, cut.team)
    return Batch(
        [cut.of_role(experience.observation[role], role) for role in roles],
        [None if (legal := experience.legal[role]) is None else cut.of_role(legal, role) for role in roles],
        [cut.of_role(experience.action[role], role) for role in roles],
        [cut.of_role(experience.log_prob[role], role) for role in roles],
        [cut.of_role(slots_acting(game, role, experience.acting), role) for role in roles],
        experience.state.flatten(0, 2),
        (torch.arange(steps * copies, device=owner.device).view(steps, copies, 1) * len(game.teams) + cut.team).flatten(),
        cut.place,
        cut.of_seats(advantage),
        cut.of_seats(advantage + value),
        cut.of_seats(value),
        learnt,
        memory,
        routing,
        sequences,
    )


@dataclass(frozen=True)
class _Groups:
    """How an experience is cut into the groups of one side; G groups at every step of every copy.

    Attributes:
        owner: int64 [T, C, G], the learner that holds the group's team, or `EMPTY`.
        team: int64 [T, C, G], the group's team; of other sides, too, where seats act in turns.
        place: int64 [T · C · G], turn-based: the mover's place in its team; else None.
        mover: int64 [T, C], turn-based: the seat that moves; else None.
        of_seats: Cuts values of seats, [T, C, A] → [R, a of all roles].
        of_role: Cuts what is kept of a role, [T (+ 1), C, slots, …] → [R, a, …].
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
    """What the seats of each group's team carried before it decided, [R, seats of a team, H].

    Args:
        game: The game.
        side: Index of the side.
        experience: T steps of C copies.
        team: int64 [T, C, G], the team of each group; of other sides, too, where seats act in turns.
    """
    first, steps = game.sides[side].teams[0], len(experience.reward)
    seats = [game.teams[number if number in game.sides[side].teams else first] for number in range(len(game.teams))]
    wanted = torch.tensor(seats, device=team.device)[team].flatten(2)
    kept = experience.memory[:steps]
    return kept.gather(2, wanted.unsqueeze(3).expand(-1, -1, -1, kept.shape[3])).view(
        team.numel(), game.sides[side].seats_per_team, -1
    )


@dataclass(frozen=True)
class Minibatch:
    """What one minibatch of one side is to be learnt from.

    Attributes:
        side: Index of the side.
        batch: The collection's decisions on that side.
        rows: int64 [P, b], groups; of players that have a memory, whole sequences of them, one after the other.
        weight: [P, b, a of all roles], 0 for padding and for what is not learnt from.
        advantage: [P, b, a of all roles], standardised over each player's decisions in the minibatch.
        target: [P, b, a of all roles], in units of the normalised return.
        start: [P, sequences, m, H], what seats carried before the first step; None where players have no memory.
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
        stack: The learners.
        side: Index of the side.
        batch: The side's decisions.
        indices: Positions in the players' lists of units, see `Batch.units`, and which are no padding; see `shuffled`.
    """
    units, sequences, start = batch.units.index.gather(1, indices[0]), batch.sequences, None
    if sequences is None:
        rows, chosen = units, indices[1]
    else:
        rows, start = rows_of(sequences.rows, units).flatten(1), rows_of(sequences.start, units)
        mine = sequences.owner[rows] == torch.arange(len(rows), device=rows.device).unsqueeze(1)
        chosen = mine & indices[1].repeat_interleave(sequences.rows.shape[1], 1)
    weight = rows_of(batch.learnt, rows) * chosen.unsqueeze(2).to(torch.float32)
    advantage = standardised(rows_of(batch.advantage, rows), weight)
    deviation, mean = return_scale(stack.spec.statistics.split(stack.statistics), stack.spec.game.sides[side].name)
    target = (rows_of(batch.target, rows) - mean.view(-1, 1, 1)) / deviation.view(-1, 1, 1)
    return Minibatch(side, batch, rows, weight, advantage, target, start)


def rows_of(x: Tensor, rows: Tensor) -> Tensor:
    """Rows of x [R, …] by number [P, b]: [P, b, …]; several times faster than fancy indexing."""
    return x.index_select(0, rows.flatten()).view(*rows.shape, *x.shape[1:])


def seat_rows(groups: Tensor, seats: int) -> Tensor:
    """Rows [P, b · seats] of the seats of groups [P, b]."""
    if seats == 1:
        return groups
    return (groups.unsqueeze(2) * seats + torch.arange(seats, device=groups.device)).flatten(1)


def shuffled(real: Tensor, minibatches: int, generator: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    """Deal each player's rows into minibatches at random.

    Args:
        real: bool [P, B], rows to deal; a player's come first.
        minibatches: How many are wanted; there are fewer where nobody has as many rows.
        generator: All the randomness there is.

    Returns:
        Per minibatch, positions int64 [P, b] and which of them are dealt, bool [P, b]; the others are padding.

    Laws:
        once: Every real row is dealt exactly once.
        evenness: A player's minibatches differ by one row at most, however many rows the other players have.
    """
    rows = real.shape[1]
    parts = min(minibatches, rows)
    counts = real.sum(1)
    part_of = torch.full(real.shape, EMPTY, device=real.device)
    for player, count in enumerate(counts.tolist()):
        order = torch.randperm(count, generator=generator, device=real.device)
        part_of[player, order] = torch.arange(count, device=real.device) * parts // max(count, 1)
    width = -(-rows // parts)
    first = torch.arange(len(real), device=real.device).unsqueeze(1) * parts
    routing = route(torch.where(part_of == EMPTY, EMPTY, part_of + first).flatten(), len(real) * parts, width)
    positions, chosen = (x.view(len(real), parts, routing.index.shape[1]) for x in (routing.index % rows, routing.real))
    return list(zip(positions.unbind(1), chosen.unbind(1), strict=True))


def _places(game: Game) -> list[int]:
    place = {seat: position for seats in game.teams for position, seat in enumerate(seats)}
    return [place[seat] for seat in range(len(game.seats))]
