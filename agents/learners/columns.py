"""The rows that off-policy learners keep: one team at one step, or the mover alone in turn-based games.

The columns of a row are, for the role at place k on the side: `k.observation`, `k.legal` and `k.action` of the decision, and
`k.then` and `k.then_legal`, what the same seat sees and may do at a later decision. `reward`, `discount` and `known` have one
value per seat; see `agents.learners.transitions.Chains`. `state` and `then_state` exist if a critic reads joint states.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from agents.acting.rollout import Experience
from agents.acting.routing import EMPTY
from agents.learners.replay import Shapes
from agents.learners.transitions import UNKNOWN, Chains
from envs.game import Game
from envs.states import joined


def seats_per_row(game: Game, side: int) -> list[int]:
    """Number of seats of each role of a side in a row."""
    return [1 if game.turn_based else game.roles[number].per_team for number in game.sides[side].roles]


def shapes(game: Game, side: int, state_size: int) -> Shapes:
    """The columns of a side's rows, with their types and shapes; without joint states if `state_size` is 0."""
    found: dict[str, tuple[torch.dtype, tuple[int, ...]]] = {}
    for place, (number, seats) in enumerate(zip(game.sides[side].roles, seats_per_row(game, side), strict=True)):
        role = game.roles[number]
        discrete, size = role.actions.kind == "discrete", role.actions.size
        for name in ("observation", "then"):
            found[f"{place}.{name}"] = torch.float32, (seats, role.features)
        found[f"{place}.action"] = (torch.int64, (seats,)) if discrete else (torch.float32, (seats, size))
        if discrete:
            for name in ("legal", "then_legal"):
                found[f"{place}.{name}"] = torch.bool, (seats, size)
    every = (sum(seats_per_row(game, side)),)
    found |= {"reward": (torch.float32, every), "discount": (torch.float32, every), "known": (torch.bool, every)}
    if state_size:
        found |= dict.fromkeys(("state", "then_state"), (torch.float32, (state_size,)))
    return found


def rows_of(
    game: Game, side: int, experience: Experience, owner: Tensor, found: Chains, *, joint: bool
) -> tuple[dict[str, Tensor], Tensor]:
    """Make the rows of one side.

    Args:
        game: The game.
        side: Index of the side.
        experience: T steps of C copies.
        owner: int64 [C, K], the learner that holds each team, or `EMPTY`.
        found: What follows each decision.
        joint: Whether the rows have joint states.

    Returns:
        The columns [R, …]; and int64 [R], the player that learns from each row, or `EMPTY` for rows without a known decision.
    """
    teams = list(game.sides[side].teams)
    holder, team, mover = _holders(game, side, experience, owner)
    columns: dict[str, Tensor] = {}
    reward, discount, known = list[Tensor](), list[Tensor](), list[Tensor]()
    for place, number in enumerate(game.sides[side].roles):
        index = mover if mover is not None else torch.tensor(game.roles[number].seats).expand(*found.follows.shape[:2], -1)
        follows = found.follows.gather(2, index)
        known_here = follows != UNKNOWN
        if mover is not None:
            known_here &= torch.tensor(game.role_of_seat)[mover] == number
        groups = (holder.numel(), 1 if mover is not None else game.roles[number].per_team)
        for name, source in _columns_of(experience, number, follows).items():
            columns[f"{place}.{name}"] = source.reshape(*groups, *source.shape[3:])
        for kept, source in ((reward, found.reward), (discount, found.discount)):
            kept.append(source.gather(2, index).reshape(groups))
        known.append(known_here.reshape(groups))
    columns |= {"reward": torch.cat(reward, 1), "discount": torch.cat(discount, 1), "known": torch.cat(known, 1)}
    if joint:
        seats = torch.tensor([seat for number in teams for seat in game.teams[number]])
        latest = found.follows[:, :, seats].view(*team.shape, -1).amax(3) if mover is None else found.follows.gather(2, mover)
        columns |= _states(experience, latest, team)
    return columns, torch.where(columns["known"].any(1), holder.flatten(), EMPTY)


def _holders(game: Game, side: int, experience: Experience, owner: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
    """The learner and the team of each row, [T, C, G]; and in turn-based games the mover, [T, C, 1]."""
    steps, copies, _ = experience.reward.shape
    teams = torch.tensor(game.sides[side].teams)
    if not game.turn_based:
        return owner[:, teams].expand(steps, -1, -1), teams.expand(steps, copies, -1), None
    acting = experience.acting[:steps]
    mover = acting.int().argmax(2, keepdim=True)
    team = torch.tensor(game.team_of_seat)[mover]
    moves = torch.isin(team, teams) & acting.any(2, keepdim=True)
    return torch.where(moves, owner.expand(steps, -1, -1).gather(2, team), EMPTY), team, mover


def _columns_of(experience: Experience, role: int, follows: Tensor) -> Mapping[str, Tensor]:
    """A role's columns, [T, C, slots, …]."""
    steps, seen, legal = len(follows), experience.observation[role], experience.legal[role]
    found = {"observation": seen[:steps], "action": experience.action[role]}
    last = None if experience.last is None else experience.last.observation[role]
    found["then"] = _then(seen, last, follows)
    if legal is not None:
        everything = torch.ones_like(legal[:steps])
        found |= {"legal": legal[:steps], "then_legal": _then(legal, everything, follows)}
    return found


def _then(source: Tensor, last: Tensor | None, follows: Tensor) -> Tensor:
    """What follows each decision, [T, C, slots, …], of a source [T + 1, C, slots, …] and the last views [T, C, slots, …]."""
    views = source if last is None else torch.cat([source, last])
    _, copies, slots = (torch.arange(size) for size in follows.shape)
    return views[follows.clamp_min(0), copies.unsqueeze(1), slots]


def _states(experience: Experience, latest: Tensor, team: Tensor) -> Mapping[str, Tensor]:
    """The joint states of rows before their decisions and at the latest view that follows, both [T, C, G], as [R, S] each."""
    seen = experience.states if experience.last is None else joined([experience.states, experience.last.states])
    steps, copies = team.shape[:2]
    here, before = torch.arange(copies).unsqueeze(1), torch.arange(steps).view(-1, 1, 1)

    def at(step: Tensor) -> Tensor:
        return seen.flat().rows(((step * copies + here) * seen.views.teams + team).flatten())

    return {"state": at(before), "then_state": at(latest.clamp_min(0))}
