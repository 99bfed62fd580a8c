"""From memory to minibatches: which decisions each player learns from, padded so that all players can be stacked."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from agents.population import EMPTY, slots_acting
from agents.rollout import Memory
from envs.game import Game


@dataclass(frozen=True)
class Batch:
    """The decisions of one side, as groups: a team in one copy at one step (acting in turns: the one seat that moved).

    Attributes:
        observation: Per role, [R, a, F] over all groups of the memory.
        legal: Per role, [R, a, n] or None.
        action: Per role, [R, a(, n)].
        likelihood: Per role, [R, a].
        present: Per role, bool [R, a], seats that act; acting in turns, True for the role of the mover only.
        state: [R, S].
        place: int64 [R], turn-based: the mover's place in its team; else None.
        advantage: [R, a of all roles].
        target: [R, a of all roles], in reward.
        value: [R, a of all roles], in reward, when the action was taken.
        learnt: bool [R, a of all roles], decisions to learn from.
        index: int64 [P, B], each player's groups, padded with 0.
        real: bool [P, B], False for padding.
    """

    observation: list[Tensor]
    legal: list[Tensor | None]
    action: list[Tensor]
    likelihood: list[Tensor]
    present: list[Tensor]
    state: Tensor
    place: Tensor | None
    advantage: Tensor
    target: Tensor
    value: Tensor
    learnt: Tensor
    index: Tensor
    real: Tensor


def batch_of(
    game: Game, side: int, memory: Memory, owner: Tensor, players: int, advantage: Tensor, value: Tensor, known: Tensor
) -> Batch | None:
    """All groups of one side, and which of them each player learns from; None where nobody does.

    Args:
        game: The game.
        side: Index of the side.
        memory: T steps of C copies.
        owner: int64 [C, K], the learner that holds each team, or `EMPTY`.
        players: P.
        advantage: [T, C, A].
        value: [T, C, A], in reward.
        known: bool [T, C, A], see `agents.advantages.gae`.
    """
    steps, copies, _ = memory.reward.shape
    teams, roles = list(game.sides[side].teams), game.sides[side].roles
    if game.turn_based:
        mover = memory.acting[:steps].int().argmax(2)
        team = torch.tensor(game.team_of_seat, device=owner.device)[mover]
        on_side = torch.isin(team, torch.tensor(teams, device=owner.device)) & memory.acting[:steps].any(2)
        group_owner = torch.where(on_side, owner.expand(steps, -1, -1).gather(2, team.unsqueeze(2)).squeeze(2), EMPTY)
        state = memory.state[:steps].gather(2, team[..., None, None].expand(-1, -1, 1, memory.state.shape[-1]))
        place = torch.tensor(_places(game), device=owner.device)[mover].flatten()

        def of_seats(x: Tensor) -> Tensor:
            return x.gather(2, mover.unsqueeze(2)).flatten(0, 1)

        def of_role(x: Tensor, role: int) -> Tensor:
            return x[:steps].flatten(0, 1)
    else:
        seats = [seat for team in teams for seat in game.teams[team]]
        group_owner = owner[:, teams].expand(steps, -1, -1)
        state, place = memory.state[:steps, :, teams], None

        def of_seats(x: Tensor) -> Tensor:
            return x[:, :, seats].reshape(steps * copies * len(teams), -1)

        def of_role(x: Tensor, role: int) -> Tensor:
            return x[:steps].reshape(steps * copies * len(teams), game.roles[role].per_team, *x.shape[3:])

    learnt = of_seats(known)
    index, real = _lists(torch.where(learnt.any(1), group_owner.flatten(), EMPTY), players)
    if index.shape[1] == 0:
        return None
    return Batch(
        [of_role(memory.observation[role], role) for role in roles],
        [None if (legal := memory.legal[role]) is None else of_role(legal, role) for role in roles],
        [of_role(memory.action[role], role) for role in roles],
        [of_role(memory.likelihood[role], role) for role in roles],
        [of_role(slots_acting(game, role, memory.acting), role) for role in roles],
        state.reshape(-1, state.shape[-1]),
        place,
        of_seats(advantage),
        of_seats(advantage + value),
        of_seats(value),
        learnt,
        index,
        real,
    )


def shuffled(real: Tensor, minibatches: int, generator: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    """Deal each player's rows into minibatches at random.

    Args:
        real: bool [P, B], rows to deal.
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
    order = torch.rand(real.shape, generator=generator, device=real.device).masked_fill(~real, 2.0).argsort(dim=1)
    counts = real.sum(1, keepdim=True)
    ahead = torch.arange(-(-rows // parts), device=real.device)
    deals = []
    for part in range(parts):
        place = counts * part // parts + ahead
        deals.append((order.gather(1, place.clamp_max(rows - 1)), place < counts * (part + 1) // parts))
    return deals


def _lists(owner: Tensor, players: int) -> tuple[Tensor, Tensor]:
    """Each player's rows of a flat owner table, padded to the longest list."""
    rows = [(owner == player).nonzero().squeeze(1) for player in range(players)]
    index = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    counts = torch.tensor([len(row) for row in rows], device=owner.device)
    return index, torch.arange(index.shape[1], device=owner.device) < counts.unsqueeze(1)


def _places(game: Game) -> list[int]:
    place = {seat: position for seats in game.teams for position, seat in enumerate(seats)}
    return [place[seat] for seat in range(len(game.seats))]
