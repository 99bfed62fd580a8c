"""The roads of traffic junction: lanes, the points at which cars arrive, and the routes from each point.

Cars keep right. A lane is a row or a column of the grid with one direction. At a crossing of two roads a car goes straight on
or turns into the lane that leads to its right or to its left. A route chooses at its first two crossings and then goes
straight on.

Reference:
    Sukhbaatar, Szlam and Fergus (2016), section 4.3 and figure 3; Singh, Jain and Sukhbaatar (2019), appendix 6.4.1, for the
    sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

Cell = tuple[int, int]
"""Row and column."""

DOWN, UP, RIGHT, LEFT = (1, 0), (-1, 0), (0, 1), (0, -1)
CHOICES = 2
"""Number of crossings at which a route chooses."""


@dataclass(frozen=True)
class Difficulty:
    """A published size of the game.

    Attributes:
        cars: Largest number of cars on the roads at once.
        size: Rows and columns of the grid.
        steps: Steps of a game.
        arrival: Probability that a car arrives at a point in a step, at the begin and at the end of the published curriculum.
    """

    cars: int
    size: int
    steps: int
    arrival: tuple[float, float]


DIFFICULTIES = {
    "easy": Difficulty(5, 7, 20, (0.1, 0.3)),
    "medium": Difficulty(10, 14, 40, (0.05, 0.2)),
    "hard": Difficulty(20, 18, 80, (0.02, 0.05)),
}


@dataclass(frozen=True)
class Roads:
    """A junction.

    Attributes:
        size: Rows and columns of the grid.
        cells: The cells of the roads, row by row.
        routes: Per arrival point, the cells of each route in the order of driving.
    """

    size: int
    cells: tuple[Cell, ...]
    routes: tuple[tuple[tuple[Cell, ...], ...], ...]

    @property
    def total(self) -> int:
        """Number of routes of all arrival points."""
        return sum(map(len, self.routes))


@cache
def roads(difficulty: str) -> Roads:
    """Make the junction of a difficulty.

    Raises:
        ValueError: There is no such difficulty.
    """
    if difficulty not in DIFFICULTIES:
        raise ValueError(f"traffic_junction has no difficulty {difficulty!r} (known: {', '.join(DIFFICULTIES)})")
    size = DIFFICULTIES[difficulty].size
    if difficulty == "easy":
        columns, rows = {size // 2: DOWN}, {size // 2: RIGHT}
    else:
        starts = (size // 2 - 1,) if difficulty == "medium" else (size // 3 - 2, 2 * size // 3)
        columns = {start + lane: way for start in starts for lane, way in enumerate((DOWN, UP))}
        rows = {start + lane: way for start in starts for lane, way in enumerate((LEFT, RIGHT))}
    arrivals = [((0 if way == DOWN else size - 1, column), way) for column, way in columns.items()]
    arrivals += [((row, 0 if way == RIGHT else size - 1), way) for row, way in rows.items()]
    cells = tuple((row, column) for row in range(size) for column in range(size) if row in rows or column in columns)
    turns = {} if difficulty == "easy" else _lanes(rows, columns)
    return Roads(size, cells, tuple(tuple(_routes(size, turns, start, way, CHOICES)) for start, way in sorted(arrivals)))


def _lanes(rows: dict[int, Cell], columns: dict[int, Cell]) -> dict[Cell, tuple[Cell, Cell]]:
    """For each cell on two lanes, the directions of the two."""
    return {(row, column): (across, along) for row, across in rows.items() for column, along in columns.items()}


def _routes(
    size: int, turns: dict[Cell, tuple[Cell, Cell]], cell: Cell, way: Cell, choices: int, free: bool = True
) -> Iterator[tuple[Cell, ...]]:
    """Yield the routes that go on from a cell in a direction.

    Args:
        size: Rows and columns of the grid.
        turns: Directions of the two lanes of each crossing cell.
        cell: Where the car is.
        way: Its direction.
        choices: Number of crossings at which it may still turn.
        free: Whether the car may turn here. It may not while it leaves the crossing in which it has just turned.
    """
    driven: list[Cell] = []
    crossing = False
    while 0 <= cell[0] < size and 0 <= cell[1] < size:
        driven.append(cell)
        other = next((lane for lane in turns.get(cell, ()) if lane not in (way, (-way[0], -way[1]))), None)
        if other is None:
            if crossing:
                choices -= 1
            crossing, free = False, True
        elif free:
            crossing = True
            if choices:
                onward = (cell[0] + other[0], cell[1] + other[1])
                for rest in _routes(size, turns, onward, other, choices - 1, free=False):
                    yield (*driven, *rest)
        cell = (cell[0] + way[0], cell[1] + way[1])
    yield tuple(driven)
