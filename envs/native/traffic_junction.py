"""Traffic junction: cars drive along fixed routes, see hardly anything, and must not collide.

In every step each car on the road brakes or drives on by one cell. Then new cars arrive. Cars that collide drive on. A game
succeeds if no two cars ever share a cell. All cars have the same aim and form one team.

A car that leaves the road can come back later as a new car under the same number. Agents of PettingZoo cannot come back, so all
of them stay in the game. The `infos` of a car that is off the road say `acts: False`: it sees zeros, its action counts for
nothing, and it neither speaks nor learns. When a car has left the road they also say `ends: True`: what the next car of this
number earns is not owed to what this one did.

Reference:
    Sukhbaatar, Szlam and Fergus (2016), section 4.3; Singh, Jain and Sukhbaatar (2019), section 4.2.2, for sizes and rewards.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from envs.native.painting import COLOURS, blank, disc, square
from envs.native.roads import DIFFICULTIES, roads

BRAKE, GAS = 0, 1
DELAY, COLLISION = -0.01, -10.0
"""Reward for each step that a car has been on the road, and for sharing a cell."""

CELL = 20
"""Pixels of a cell of the picture."""


def parallel_env(
    difficulty: str = "easy", arrival: float | None = None, vision: int = 0, render_mode: str | None = None
) -> TrafficJunction:
    """Make the game.

    Args:
        difficulty: "easy" (5 cars, two one-way roads), "medium" (10 cars, two roads) or "hard" (20 cars, four roads).
        arrival: Probability that a car arrives at a point in a step. None is the value at the end of the published curriculum.
        vision: Number of cells that a car sees in each direction. With 0 it sees its own cell.
        render_mode: "rgb_array" or None.

    Raises:
        ValueError: There is no such difficulty, or a number is out of bounds.
    """
    return TrafficJunction(difficulty, arrival, vision, render_mode)


class TrafficJunction(ParallelEnv):
    """Cars with the actions brake (0) and gas (1).

    Observation of a car on the road: its last action; its route's number divided by (number of routes − 1); and for each cell
    of the window of (2 · vision + 1)² cells around it, row by row, a one-hot place (one entry for each cell of the roads and
    one for everything else) and the number of cars there.

    Reward of a car on the road: −0.01 for each step since it arrived, and −10 if it shares a cell with another car. The `infos`
    have the car's `position`, row and column, zeros off the road. Those of the last step say `success`.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "traffic_junction",
        "render_modes": ["rgb_array"],
        "is_parallelizable": True,
        "render_fps": 5,
    }

    def __init__(
        self,
        difficulty: str = "easy",
        arrival: float | None = None,
        vision: int = 0,
        render_mode: str | None = None,
    ) -> None:
        self.roads = roads(difficulty)
        size = DIFFICULTIES[difficulty]
        self.cars, self.steps = size.cars, size.steps
        self.arrival = size.arrival[1] if arrival is None else arrival
        self.vision, self.render_mode = vision, render_mode
        if not 0.0 <= self.arrival <= 1.0 or vision < 0:
            raise ValueError(
                f"traffic_junction needs an arrival rate in [0, 1] and a vision of at least 0, not {arrival} and {vision}"
            )
        self.routes = [route for point in self.roads.routes for route in point]
        self.first_route = np.cumsum([0, *map(len, self.roads.routes)])
        self.place = {cell: number for number, cell in enumerate(self.roads.cells)}
        self.possible_agents = [f"car_{number}" for number in range(self.cars)]
        self.agents: list[str] = []
        features = 2 + (2 * vision + 1) ** 2 * (len(self.place) + 2)
        self._seen = spaces.Box(0.0, float(self.cars), (features,), np.float32)
        self._acts = spaces.Discrete(2)
        self._clear()

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The space of a car's observations."""
        return self._seen

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """The space of a car's actions: brake or gas."""
        return self._acts

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, dict[str, Any]]]:
        """Clear the roads, and let the first cars arrive.

        All random numbers of the game are drawn here, three for each step and arrival point: whether a car arrives, which route
        it takes, and which number it gets.
        """
        self.agents = list(self.possible_agents)
        self._clear()
        points = len(self.roads.routes)
        self.drawn = np.random.default_rng(seed).random((self.steps, points, 3))
        self._arrive()
        return self._observations(), self._infos()

    def step(
        self, actions: dict[str, int]
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Move the cars on the road, pay them, and let new cars arrive."""
        self.played += 1
        before = self.route >= 0
        for car, agent in enumerate(self.possible_agents):
            if self.route[car] >= 0:
                self._drive(car, int(actions[agent]))
        rewards = self._rewards()
        left = before & (self.route < 0)
        last = self.played == self.steps
        if not last:
            self._arrive()
        infos = self._infos()
        for car in np.flatnonzero(left).tolist():
            infos[self.possible_agents[car]]["ends"] = True
        if last:
            infos = {agent: {**info, "success": not self.collided} for agent, info in infos.items()}
            self.agents = []
        everybody = self.possible_agents
        return (
            self._observations(),
            rewards,
            dict.fromkeys(everybody, False),
            dict.fromkeys(everybody, last),
            infos,
        )

    def state(self) -> NDArray[np.float32]:
        """Per car: on the road or not, its route's share, its progress along it, its row, its column; float32 [5 · cars].

        All values are in [0, 1], and zeros off the road.
        """
        found = np.zeros((self.cars, 5), np.float32)
        for car in range(self.cars):
            if self.route[car] >= 0:
                row, column = self._cell(car)
                length, edge = len(self.routes[self.route[car]]), self.roads.size - 1
                found[car] = (1.0, self._share(car), self.driven[car] / length, row / edge, column / edge)
        return found.reshape(-1)

    def render(self) -> NDArray[np.uint8] | None:
        """The roads and the cars, with collisions in red; uint8 [height, width, 3], or None."""
        if self.render_mode is None:
            return None
        picture = blank(self.roads.size, self.roads.size, CELL)
        for row, column in self.roads.cells:
            square(picture, row, column, CELL, "road")
        at: dict[tuple[int, int], list[int]] = {}
        for car in range(self.cars):
            if self.route[car] >= 0:
                at.setdefault(self._cell(car), []).append(car)
        paints = [colour for colour in COLOURS if colour in ("first", "second", "third", "fourth")]
        for (row, column), cars in at.items():
            if len(cars) > 1:
                square(picture, row, column, CELL, "harm")
            disc(picture, row, column, CELL, paints[cars[0] % len(paints)])
        return picture

    def close(self) -> None:
        """Free nothing."""

    def _clear(self) -> None:
        self.played, self.collided = 0, False
        self.route = np.full(self.cars, -1)
        """Number of each car's route; −1 off the road."""
        self.driven = np.zeros(self.cars, np.int64)
        """Index of each car's cell along its route."""
        self.age = np.zeros(self.cars, np.int64)
        """Steps since each car arrived."""
        self.chosen = np.zeros(self.cars, np.int64)
        """Each car's last action; brake when it arrives."""

    def _arrive(self) -> None:
        """At each point in order, while there are fewer cars than allowed, let a car arrive with the arrival probability."""
        for point, (comes, which, number) in enumerate(self.drawn[self.played]):
            free = np.flatnonzero(self.route < 0)
            if len(free) and comes < self.arrival:
                car = free[int(number * len(free))]
                self.route[car] = self.first_route[point] + int(which * len(self.roads.routes[point]))
                self.driven[car], self.age[car], self.chosen[car] = 0, 0, BRAKE

    def _drive(self, car: int, action: int) -> None:
        self.age[car] += 1
        self.chosen[car] = action
        if action == GAS:
            self.driven[car] += 1
            if self.driven[car] == len(self.routes[self.route[car]]):
                self.route[car] = -1

    def _rewards(self) -> dict[str, float]:
        on = [car for car in range(self.cars) if self.route[car] >= 0]
        cells = [self._cell(car) for car in on]
        paid = dict.fromkeys(self.possible_agents, 0.0)
        for car, cell in zip(on, cells, strict=True):
            crashed = cells.count(cell) > 1
            self.collided |= crashed
            paid[self.possible_agents[car]] = DELAY * float(self.age[car]) + COLLISION * crashed
        return paid

    def _observations(self) -> dict[str, NDArray[np.float32]]:
        size, places = self.roads.size, len(self.place)
        cars = np.zeros((size, size), np.float32)
        on = np.flatnonzero(self.route >= 0).tolist()
        for car in on:
            cars[self._cell(car)] += 1.0
        seen = {agent: np.zeros(self._seen.shape, np.float32) for agent in self.possible_agents}
        around = range(-self.vision, self.vision + 1)
        for car in on:
            view = seen[self.possible_agents[car]]
            view[0], view[1] = self.chosen[car], self._share(car)
            row, column = self._cell(car)
            window = view[2:].reshape(-1, places + 2)
            cells = ((row + down, column + right) for down in around for right in around)
            for entry, cell in zip(window, cells, strict=True):
                entry[self.place.get(cell, places)] = 1.0
                if cell in self.place:
                    entry[places + 1] = cars[cell]
        return seen

    def _infos(self) -> dict[str, dict[str, Any]]:
        on = [car for car in range(self.cars) if self.route[car] >= 0]
        infos: dict[str, dict[str, Any]] = {agent: {"acts": False, "position": (0, 0)} for agent in self.possible_agents}
        return infos | {self.possible_agents[car]: {"acts": True, "position": self._cell(car)} for car in on}

    def _cell(self, car: int) -> tuple[int, int]:
        return self.routes[self.route[car]][self.driven[car]]

    def _share(self, car: int) -> float:
        return float(self.route[car]) / (len(self.routes) - 1)
