"""The rows of an arena's tensors that each player of a stack reads and writes."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from agents.acting.routing import EMPTY, Routing, deciders, movers, route
from envs import compiling
from envs.arena import Timestep
from envs.compiling import Flags, Ints
from envs.game import Game


class Seating:
    """The seats of a stack in the copies of an arena. They never change."""

    def __init__(self, game: Game, owner: Tensor, players: int) -> None:
        """Seat `players` players. `owner`, int64 [N, K], has an index into the stack or `EMPTY`, per copy and team."""
        self.game = game
        self.owner = owner
        self.players = players
        self._team_of_seat = torch.tensor(game.team_of_seat, device=owner.device)
        self._seats_of_role = torch.tensor(game.role_of_seat, device=owner.device) == torch.arange(
            len(game.roles), device=owner.device
        ).unsqueeze(1)

    @cached_property
    def views(self) -> list[Routing]:
        """Per side, the teams that each player holds."""
        return [route(self.owner[:, list(side.teams)].flatten(), self.players) for side in self.game.sides]

    @property
    def held(self) -> Tensor:
        """Whether each seat is held by a player of the stack, bool [N, A]."""
        return self.owner[:, self._team_of_seat] != EMPTY

    def places(self, side: int, now: Timestep) -> list[tuple[Ints, Ints]]:
        """`deciding` for compiled loops: per role of a side, the index and the counts of the routing."""
        if self.game.turn_based:
            acting, roles = now.acting.contiguous().numpy(), self.game.sides[side].roles
            owner, team, mine = self._tables
            return [deciders(owner, acting, team, mine[role], self.players) for role in roles]
        return self._fixed[side]

    def seats(self, role: int, now: Timestep, rows: Ints) -> Ints:
        """The seats [N · A] of a role's rows [N · slots], int64 [P, W]; in turn-based games, of the movers."""
        seats = len(self.game.seats)
        if self.game.turn_based:
            return rows * seats + now.acting.numpy().argmax(1)[rows]
        mine = np.array(self.game.roles[role].seats)
        return rows // len(mine) * seats + mine[rows % len(mine)]

    def deciding(self, side: int, now: Timestep) -> list[Routing]:
        """Per role of a side, the rows [N * slots] of its tensors that each player decides for."""
        if self.game.turn_based:
            roles, team = self.game.sides[side].roles, self._team_of_seat
            holders = (movers(self.owner, now.acting, team, self._seats_of_role[role]) for role in roles)
            width = None if compiling.serve(self.owner.device) else self._most_copies
            return [route(holder, self.players, width) for holder in holders]
        return self._seats[side]

    def groups(self, x: Tensor, routing: Routing, role: int) -> Tensor:
        """A role's rows, gathered by team: [N, slots, …] → [P, B, a, …]."""
        seats = 1 if self.game.turn_based else self.game.roles[role].per_team
        return routing.gather(x.flatten(0, 1)).view(self.players, -1, seats, *x.shape[2:])

    def states(self, side: int, routing: Routing) -> Tensor:
        """The positions of the joint states of a routing's teams in [N * K], int64 [P, W]."""
        teams = torch.tensor(self.game.sides[side].teams, device=routing.index.device)
        return routing.index // len(teams) * len(self.game.teams) + teams[routing.index % len(teams)]

    def looked_at(self, side: int, role: int, routing: Routing) -> Routing:
        """The rows in [N * slots] of the observations that local critics read; in turn-based games, the mover's row."""
        if self.game.turn_based:
            return Routing(routing.index // len(self.game.sides[side].teams), routing.counts)
        return routing.of_seats(self.game.roles[role].per_team)

    @cached_property
    def _seats(self) -> list[list[Routing]]:
        """Per side and role, the rows of each player in a simultaneous game."""
        game = self.game
        return [
            [routing.of_seats(game.roles[role].per_team) for role in side.roles]
            for side, routing in zip(game.sides, self.views, strict=True)
        ]

    @cached_property
    def _tables(self) -> tuple[Ints, Ints, Flags]:
        """The owners [N, K], the team of each seat [A] and the seats of each role [roles, A] as arrays."""
        return self.owner.contiguous().numpy(), self._team_of_seat.numpy(), self._seats_of_role.numpy()

    @cached_property
    def _fixed(self) -> list[list[tuple[Ints, Ints]]]:
        """`_seats` as arrays."""
        return [[(routing.index.numpy(), routing.counts.numpy()) for routing in side] for side in self._seats]

    @cached_property
    def _most_copies(self) -> int:
        """The largest number of copies in which a player holds a team: its maximum number of decisions in a turn-based step."""
        return max(int((self.owner == player).any(1).sum()) for player in range(self.players))
