"""Traffic junction, equal to `native/traffic_junction` step for step; see there for the rules and their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from envs.game import Game
from envs.native.roads import DIFFICULTIES, Roads, roads
from envs.native.traffic_junction import BRAKE, COLLISION, DELAY, GAS
from envs.twins.options import UnsupportedOptions, check_options, count, ratio
from envs.twins.rounds import RoundsArena
from envs.twins.seeding import integers_then_uniforms

DRAWS = 3
"""Random numbers of each step and arrival point: whether a car arrives, its route, its number."""


class Tables:
    """The roads as tensors. R road cells have the numbers 0 to R − 1; the number R means a place without a road.

    Attributes:
        places: Number of road cells, R.
        cell: int64 [routes, longest + 1], the cell's number along each route; R after its end.
        length: int64 [routes].
        share: float32 [routes], the route's number divided by (routes − 1).
        first: Number of the first route of each arrival point.
        choices: Number of routes of each arrival point.
        near: int64 [R + 1, W], the numbers of the cells of the window around each cell; R outside the roads.
        position: float32 [R + 1, 2], row and column of each cell, in [0, 1].
        spot: float32 [R + 1, 2], row and column of each cell; zeros for the place without a road.
    """

    def __init__(self, junction: Roads, vision: int, device: torch.device) -> None:
        number = {cell: place for place, cell in enumerate(junction.cells)}
        routes = [route for point in junction.routes for route in point]
        self.places = len(number)
        longest = max(map(len, routes))
        padded = [[*(number[cell] for cell in route), *[self.places] * (longest + 1 - len(route))] for route in routes]
        around = [(down, right) for down in range(-vision, vision + 1) for right in range(-vision, vision + 1)]
        near = [[number.get((row + down, column + right), self.places) for down, right in around] for row, column in number]
        edge = junction.size - 1
        self.cell = torch.tensor(padded, device=device)
        self.length = torch.tensor([len(route) for route in routes], device=device)
        self.share = torch.arange(len(routes), dtype=torch.float64, device=device).div(len(routes) - 1).float()
        self.first = np.cumsum([0, *map(len, junction.routes)]).tolist()
        self.choices = [len(point) for point in junction.routes]
        self.near = torch.tensor([*near, [self.places] * len(around)], device=device)
        self.position = torch.tensor(
            [[row / edge, column / edge] for row, column in [*number, (0, 0)]], dtype=torch.float32, device=device
        )
        self.spot = torch.tensor([*number, (0, 0)], dtype=torch.float32, device=device)


class TrafficArena(RoundsArena):
    """N copies. Cars that are off the road do not act; a car that has just left it is `terminated`."""

    def __init__(self, game: Game, difficulty: str, arrival: float, vision: int, copies: int, device: torch.device) -> None:
        size, junction = DIFFICULTIES[difficulty], roads(difficulty)
        self._tables, self._arrival = Tables(junction, vision, device), arrival
        self._cars, self._points = size.cars, len(junction.routes)
        self._off = torch.full((copies, self._cars), -1, device=device)
        self._route = self._off
        self._driven = self._age = self._chosen = torch.zeros_like(self._off)
        self._drawn = torch.zeros(copies, size.steps, self._points, DRAWS, dtype=torch.float64, device=device)
        super().__init__(game, size.steps, copies, device)
        self._collided = self._never

    def _start(self, seeds: Tensor) -> None:
        _, drawn = integers_then_uniforms(seeds.clamp(min=0).numpy(), (), self._rounds * self._points * DRAWS)
        self._collided = self._never
        self._drawn = torch.from_numpy(drawn).to(self.device).view(self.copies, self._rounds, self._points, DRAWS)
        self._route = self._off
        self._driven = self._age = self._chosen = torch.zeros_like(self._off)
        self._arrive(0)

    def _play(self, actions: Sequence[Tensor]) -> Tensor:
        tables, before = self._tables, self._route >= 0
        gas = before & (actions[0] == GAS)
        self._age = self._age + before
        self._chosen = torch.where(before, actions[0], self._chosen)
        self._driven = self._driven + gas
        self._lives_ended = before & (self._driven == tables.length[self._route.clamp(min=0)])
        self._route = torch.where(self._lives_ended, -1, self._route)
        on, cell, crowd = self._traffic()
        crashed = on & (crowd.gather(1, cell) > 1)
        self._collided = self._collided | crashed.any(1)
        reward = (DELAY * self._age.double() + COLLISION * crashed) * on
        if self._round + 1 < self._rounds:
            self._arrive(self._round + 1)
        return reward.float()

    def _arrive(self, step: int) -> None:
        """At each point in order, let a car arrive; see `envs.native.traffic_junction.TrafficJunction`."""
        tables = self._tables
        for point in range(self._points):
            comes, which, number = self._drawn[:, step, point].unbind(1)
            free = self._route < 0
            place = free.cumsum(1)
            room = place[:, -1]
            chosen = (number * room).long() + 1
            new = free & (place == chosen[:, None]) & ((comes < self._arrival) & self._playing)[:, None]
            route = tables.first[point] + (which * tables.choices[point]).long()
            self._route = torch.where(new, route[:, None], self._route)
            self._driven, self._age = self._driven.masked_fill(new, 0), self._age.masked_fill(new, 0)
            self._chosen = self._chosen.masked_fill(new, BRAKE)
        self._acting = self._route >= 0

    def _traffic(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return who is on the road, bool [N, C]; each car's cell, int64 [N, C]; cars on each cell, float32 [N, R + 1]."""
        on, tables, cell = self._route >= 0, self._tables, self._cells()
        crowd = torch.zeros(self.copies, tables.places + 1, device=self.device)
        crowd.scatter_add_(1, cell, on.float())
        return on, cell, crowd

    def _cells(self) -> Tensor:
        """Return each car's cell, int64 [N, C]; R off the road."""
        on, tables = self._route >= 0, self._tables
        return tables.cell[self._route.clamp(min=0), self._driven * on].where(on, tables.places)

    def _succeeded(self) -> Tensor:
        return (~self._collided).float()

    def _located(self) -> Tensor:
        return self._tables.spot[self._cells()]

    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        tables = self._tables
        on, cell, crowd = self._traffic()
        present, entries = on.float(), tables.places + 2
        near = tables.near[cell]
        window = torch.arange(near.shape[2], device=self.device) * entries + 2
        seen = torch.zeros(self.copies, self._cars, 2 + near.shape[2] * entries, device=self.device)
        seen.scatter_(2, near + window, present[..., None].expand_as(near))
        crowd[:, -1] = 0.0
        around = crowd.gather(1, near.flatten(1)).view(near.shape) * present[..., None]
        seen.scatter_(2, (window + tables.places + 1).expand_as(near), around)
        share = tables.share[self._route.clamp(min=0)] * present
        seen[..., 0], seen[..., 1] = self._chosen * present, share
        progress = (self._driven.double() / tables.length[self._route.clamp(min=0)]).float() * present
        known = torch.stack([present, share, progress], dim=2)
        state = torch.cat([known, tables.position[cell] * present[..., None]], dim=2)
        return (seen,), state.view(self.copies, 1, -1)


def traffic_junction(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> TrafficArena:
    """Make copies of traffic junction.

    Raises:
        UnsupportedOptions: An option is not supported, or a value is one that the environment refuses.
    """
    check_options(game.name, options, ("difficulty", "arrival", "vision"))
    difficulty = options.get("difficulty", "easy")
    if difficulty not in DIFFICULTIES:
        raise UnsupportedOptions(f"the twin of {game.name} knows no difficulty {difficulty!r}")
    usual = DIFFICULTIES[difficulty].arrival[1]
    arrival = usual if options.get("arrival") is None else ratio(game.name, options, "arrival", usual)
    vision = count(game.name, {"vision": options.get("vision", 0) + 1}, "vision", 1) - 1
    return TrafficArena(game, difficulty, arrival, vision, copies, device)
