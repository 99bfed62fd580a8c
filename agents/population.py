"""A population as one stack of tensors, and how its players are seated in an arena.

`Stack` holds the weights of P players of one blueprint. `SeatedStack` is an `Actor`: it knows which copies and teams each
player holds, gathers their rows, decides for all of them in one batched pass and scatters the actions back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import torch
from torch import Tensor

from agents.policy import Blueprint, actor, critic, masked, sample
from envs.arena import Insight, Timestep
from envs.game import Game, Role

EMPTY = -1
"""In an `owner` table: a team that no player of this stack holds."""


@dataclass
class Stack:
    """Players of one blueprint, stacked.

    Attributes:
        blueprint: Game and architecture.
        parameters: float32 [P, D].
        statistics: float32 [P, E].
    """

    blueprint: Blueprint
    parameters: Tensor
    statistics: Tensor

    @classmethod
    def of(cls, blueprint: Blueprint, players: Sequence[Mapping[str, np.ndarray]], device: torch.device) -> Stack:
        """Stack players given as named arrays."""
        parameters = torch.stack([blueprint.parameters.from_arrays(player) for player in players])
        statistics = torch.stack([blueprint.statistics.from_arrays(player) for player in players])
        return cls(blueprint, parameters.to(device), statistics.to(device))

    def player(self, index: int) -> dict[str, np.ndarray]:
        """One player's weights and statistics as named arrays."""
        layouts = self.blueprint.parameters, self.blueprint.statistics
        return {**layouts[0].to_arrays(self.parameters[index]), **layouts[1].to_arrays(self.statistics[index])}

    @property
    def size(self) -> int:
        """Number of players, P."""
        return self.parameters.shape[0]


@dataclass(frozen=True)
class Route:
    """Where a stack's players sit on one side of the game.

    A *group* is one team in one copy: row `copy * teams_of_side + place`. Where seats act in turns, a group is a copy.

    Attributes:
        index: int64 [P, G], groups of each player, padded with 0.
        rows: int64 [R], places in the flattened `[P * G]` that are no padding.
        groups: int64 [R], the group of each of them.
    """

    index: Tensor
    rows: Tensor
    groups: Tensor


def route(game: Game, side: int, owner: Tensor, players: int, *, by_copy: bool) -> Route | None:
    """Route the groups of one side to their players; None where this stack holds nothing on that side.

    Args:
        game: The game.
        side: Index of the side.
        owner: int64 [N, K], the player of each team in each copy, or `EMPTY`.
        players: P.
        by_copy: A group is a whole copy (acting in turns) rather than one team in it.
    """
    held = owner[:, list(game.sides[side].teams)]
    if by_copy:
        member = torch.stack([(held == player).any(1) for player in range(players)])
    else:
        member = torch.stack([(held == player).flatten() for player in range(players)])
    counts = member.sum(1)
    width = int(counts.max()) if players else 0
    if width == 0:
        return None
    index = torch.zeros(players, width, dtype=torch.int64, device=owner.device)
    real = torch.arange(width, device=owner.device) < counts.unsqueeze(1)
    groups = member.nonzero()[:, 1]
    index[real] = groups
    return Route(index, real.flatten().nonzero().squeeze(1), groups)


class SeatedStack:
    """A stack of players that holds some teams of an arena's copies. Seats do not change while it lives."""

    def __init__(self, stack: Stack, owner: Tensor, temperature: float = 1.0) -> None:
        """Seat the players.

        Args:
            stack: The players.
            owner: int64 [N, K], an index into the stack or `EMPTY`, per copy and team.
            temperature: Logits are divided by it, and deviations of continuous actions multiplied: 1 acts as trained (what a
                learner must do), towards 0 everybody takes its favourite action.
        """
        self.stack = stack
        self.owner = owner
        self.temperature = temperature
        game = stack.blueprint.game
        sides = range(len(game.sides))
        self.routes = [route(game, side, owner, stack.size, by_copy=game.turn_based) for side in sides]
        self.views = [route(game, side, owner, stack.size, by_copy=False) for side in sides]
        self._team_of_seat = torch.tensor(game.team_of_seat, device=owner.device)

    def decide(self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> list[Tensor]:
        """Choose for every seat held, writing raw (unbounded, if continuous) actions.

        Args:
            now: What the arena shows.
            noise: Per role, uniform [N, slots, n].
            actions: Per role, [N, slots] or [N, slots, n]; rows held are written, the others left alone.

        Returns:
            Per role, the log-likelihood of what was chosen, float32 [N, slots]; 0 where this stack holds nothing.
        """
        likelihoods = [torch.zeros(tensor.shape[:2], device=tensor.device) for tensor in noise]
        for role, seats, chosen, likelihood in self._choices(now, noise):
            seats.scatter(chosen, actions[role])
            seats.scatter(likelihood, likelihoods[role])
        return likelihoods

    def act(self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        for role, seats, chosen, _ in self._choices(now, noise):
            seats.scatter(bounded(seats.role, chosen), actions[role])

    def explain(self, now: Timestep, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        game = self.stack.blueprint.game
        pieces = self.stack.blueprint.parameters.split(self.stack.parameters)
        for side in range(len(game.sides)):
            preferences, said = self._preferences(side, now, pieces)
            for role_index, preference, seats in preferences:
                discrete = seats.role.actions.kind == "discrete"
                expected = preference.softmax(-1) if discrete else bounded(seats.role, preference)
                seats.scatter(expected, insight.probabilities[role_index])
            if said is not None:
                self._note_messages(side, said, insight)
        values = self.values(now.state, now.observation)
        mine = self.owner[:, self._team_of_seat] != EMPTY
        insight.value[...] = torch.where(mine & now.acting, values, insight.value)

    def values(self, state: Tensor, observation: Sequence[Tensor]) -> Tensor:
        """What the critics expect for every seat held, in units of reward.

        Args:
            state: float [N, K, S].
            observation: Per role, float [N, slots, F]; read by local critics only.

        Returns:
            float [N, A]; 0 for seats this stack does not hold.
        """
        blueprint = self.stack.blueprint
        game, copies = blueprint.game, state.shape[0]
        pieces = blueprint.parameters.split(self.stack.parameters)
        statistics = blueprint.statistics.split(self.stack.statistics)
        out = state.new_zeros(copies, len(game.seats))
        for number, (side, way) in enumerate(zip(game.sides, self.views, strict=True)):
            if way is None:
                continue
            teams = len(side.teams)
            seen = [gather_views(observation[role], way, teams, turn_based=game.turn_based) for role in side.roles]
            view = state[:, list(side.teams)].flatten(0, 1).index_select(0, way.index.flatten()).view(*way.index.shape, -1)
            value = critic(blueprint, pieces, statistics, number, view, seen)
            deviation, mean = return_scale(statistics, side.name)
            value = value * deviation.view(-1, 1, 1) + mean.view(-1, 1, 1)
            filled = state.new_zeros(copies * teams, side.seats_per_team)
            filled.index_copy_(0, way.groups, value.flatten(0, 1).index_select(0, way.rows))
            out[:, [seat for team in side.teams for seat in game.teams[team]]] = filled.view(copies, -1)
        return out

    def _choices(self, now: Timestep, noise: Sequence[Tensor]) -> Iterator[tuple[int, Seats, Tensor, Tensor]]:
        """Per role that this stack holds seats of: raw actions [P, G, a(, n)] and their log-likelihoods [P, G, a]."""
        pieces = self.stack.blueprint.parameters.split(self.stack.parameters)
        for side in range(len(self.routes)):
            for role, preference, seats in self._preferences(side, now, pieces)[0]:
                spread = pieces.get(f"spread.{seats.role.name}")
                if spread is not None:
                    spread = spread + log(self.temperature)
                yield role, seats, *sample(seats.role, preference, spread, seats.gather(noise[role]))

    def _preferences(
        self, side: int, now: Timestep, pieces: Mapping[str, Tensor]
    ) -> tuple[list[tuple[int, Tensor, Seats]], Tensor | None]:
        """Masked preferences [P, G, a, n] of one side's roles, and what was said."""
        way = self.routes[side]
        if way is None:
            return [], None
        blueprint = self.stack.blueprint
        game = blueprint.game
        statistics = blueprint.statistics.split(self.stack.statistics)
        seats = [self._seats(side, way, role, now) for role in game.sides[side].roles]
        observations = [s.gather(now.observation[role]) for s, role in zip(seats, game.sides[side].roles, strict=True)]
        present = []
        if blueprint.speaks(side):
            acting = [slots_acting(game, role, now.acting) for role in game.sides[side].roles]
            present = [s.gather(here) for s, here in zip(seats, acting, strict=True)]
        preferences, said = actor(blueprint, pieces, statistics, side, observations, present)
        result = []
        for seat, role, preference in zip(seats, game.sides[side].roles, preferences, strict=True):
            legal = now.legal[role]
            if legal is not None:
                preference = masked(preference / self.temperature, seat.gather(legal))
            result.append((role, preference, seat))
        return result, said

    def _seats(self, side: int, way: Route, role: int, now: Timestep) -> Seats:
        game = self.stack.blueprint.game
        mover = None
        if game.turn_based:
            seat = now.acting.int().argmax(1)
            mover = self.owner.gather(1, self._team_of_seat[seat].unsqueeze(1)).squeeze(1)
            mover = torch.where(slots_acting(game, role, now.acting).squeeze(1), mover, EMPTY)
        return Seats(way, len(game.sides[side].teams), game.roles[role], mover)

    def _note_messages(self, side: int, said: Tensor, insight: Insight) -> None:
        game, way = self.stack.blueprint.game, self.routes[side]
        assert way is not None
        copies = self.owner.shape[0]
        if insight.messages is None:
            insight.messages = said.new_full((copies, len(game.seats), said.shape[-1]), float("nan"))
        seats = torch.tensor([game.teams[team] for team in game.sides[side].teams], device=said.device)
        teams = len(game.sides[side].teams)
        flat = said.flatten(0, 1)[way.rows]
        insight.messages[(way.groups // teams).unsqueeze(1), seats[way.groups % teams]] = flat


@dataclass(frozen=True)
class Seats:
    """Moves one role's rows between the arena's `[N, slots, …]` and the stack's `[P, G, a, …]`.

    Attributes:
        way: The side's route.
        teams: Teams on the side.
        role: The role.
        mover: Turn-based: int64 [N], the player to move in each copy, or `EMPTY`; else None.
    """

    way: Route
    teams: int
    role: Role
    mover: Tensor | None

    def gather(self, x: Tensor) -> Tensor:
        """`[N, slots, …]` → `[P, G, a, …]`."""
        rows = x if self.mover is not None else x.reshape(x.shape[0] * self.teams, self.role.per_team, *x.shape[2:])
        return rows.index_select(0, self.way.index.flatten()).view(*self.way.index.shape, *rows.shape[1:])

    def scatter(self, source: Tensor, target: Tensor) -> None:
        """`[P, G, a, …]` → `[N, slots, …]`, in place, rows held only."""
        if self.mover is None:
            rows = target.view(target.shape[0] * self.teams, self.role.per_team, *target.shape[2:])
            rows.index_copy_(0, self.way.groups, source.flatten(0, 1).index_select(0, self.way.rows).to(rows.dtype))
            return
        copies = torch.arange(target.shape[0], device=target.device)
        by_player = target.new_zeros(source.shape[0], *target.shape)
        players = self.way.rows // self.way.index.shape[1]
        by_player[players, self.way.groups] = source.flatten(0, 1).index_select(0, self.way.rows).to(target.dtype)
        chosen = by_player[self.mover.clamp_min(0), copies]
        held = (self.mover != EMPTY).view(-1, *(1,) * (target.dim() - 1))
        target.copy_(torch.where(held, chosen, target))


def slots_acting(game: Game, role: int, acting: Tensor) -> Tensor:
    """Which of a role's slots act: bool [..., A] → [..., slots]."""
    seats = acting[..., list(game.roles[role].seats)]
    return seats.any(-1, keepdim=True) if game.turn_based else seats


def gather_views(observation: Tensor, way: Route, teams: int, *, turn_based: bool) -> Tensor:
    """Observations as the teams' critics need them, [P, G, a, F]; acting in turns, all teams get the mover's."""
    copies, slots = observation.shape[:2]
    if turn_based:
        rows, groups = observation, way.index // teams
    else:
        rows, groups = observation.reshape(copies * teams, slots // teams, -1), way.index
    return rows.index_select(0, groups.flatten()).view(*way.index.shape, *rows.shape[1:])


def bounded(role: Role, raw: Tensor) -> Tensor:
    """Raw actions as the game takes them: continuous ones are stretched over their range and cut at its bounds."""
    if role.actions.kind == "discrete":
        return raw
    low, high = raw.new_tensor(role.actions.low), raw.new_tensor(role.actions.high)
    return torch.minimum(torch.maximum((low + high) / 2 + raw * (high - low) / 2, low), high)


def return_scale(statistics: Mapping[str, Tensor], side: str) -> tuple[Tensor, Tensor]:
    """Deviation and mean of a side's returns, [P] each: a critic's output times the first plus the second is in reward."""
    deviation = (statistics[f"return.{side}.variance"].squeeze(1) + 1e-8).sqrt()
    return deviation, statistics[f"return.{side}.mean"].squeeze(1)
