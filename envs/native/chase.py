"""Chase: chasers have to surround an evader that runs away. Only the capture is rewarded, so a large field is hard to learn.

An evader is caught when all chasers are next to it at the same time, diagonally too. Between the walls of the field there are
pillars on cells whose row and column are both odd, so that every free cell can be reached from every other. The chasers form
one team. Field, pillars, speed of the evader and number of chasers are options, so that a curriculum can begin with easy games:
the observation has the same length in all of them, except for another number of chasers.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from envs.native.painting import blank, disc, square

MOVES = ((0, 0), (-1, 0), (0, 1), (1, 0), (0, -1))
"""Stay, up, right, down, left: rows and columns."""

SMALLEST, LARGEST = 4, 15
"""Rows of the smallest and of the largest field."""

FAR = 10.0
"""The distance that counts as 1 in observations."""

CAUGHT = 1.0
"""Reward of each chaser for the capture, the only reward of the game."""

CELL = 24
"""Pixels of a cell of the picture."""


def parallel_env(
    size: int = 11,
    obstacles: float = 0.5,
    speed: float = 0.5,
    chasers: int = 2,
    steps: int = 50,
    render_mode: str | None = None,
) -> Chase:
    """Make the game.

    Args:
        size: Rows and columns of the field, from 4 to 15.
        obstacles: Probability of each pillar, from 0 to 1.
        speed: Probability that the evader moves in a step, from 0 to 1.
        chasers: Number of chasers, from 1 to 4.
        steps: Number of steps after which the evader has escaped, at least 1.
        render_mode: "rgb_array" or None.

    Raises:
        ValueError: A number is out of bounds.
    """
    return Chase(size, obstacles, speed, chasers, steps, render_mode)


class Chase(ParallelEnv):
    """Chasers with the actions stay, up, right, down and left. A move into a wall or a pillar has no effect.

    Observation of a chaser, 8 + 5 · (chasers − 1) numbers: rows and columns to the evader, in units of 10 cells; the signs of
    both; whether the neighbouring cell up, right, down and left is blocked; for each other chaser, rows and columns to it, in
    units of 10 cells, the signs of both, and whether it is next to the evader.

    In every step the chasers move first. Then the evader moves with probability `speed`, to the free cell next to it, or its
    own, that is farthest from the nearest chaser. The distance is that of moves without pillars.

    The `infos` have the chaser's `position`, its `distance` to the evader in moves, and whether it `bumped` into a wall or a
    pillar in this step. Those of the last step say `success`: whether the evader was caught.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "chase",
        "render_modes": ["rgb_array"],
        "is_parallelizable": True,
        "render_fps": 5,
    }

    def __init__(
        self, size: int, obstacles: float, speed: float, chasers: int, steps: int, render_mode: str | None = None
    ) -> None:
        if not SMALLEST <= size <= LARGEST:
            raise ValueError(f"chase needs a size from {SMALLEST} to {LARGEST}, not {size}")
        if not (0.0 <= obstacles <= 1.0 and 0.0 <= speed <= 1.0):
            raise ValueError(f"chase needs obstacles and a speed in [0, 1], not {obstacles} and {speed}")
        if not 1 <= chasers <= 4 or steps < 1:
            raise ValueError(f"chase needs 1 to 4 chasers and at least 1 step, not {chasers} and {steps}")
        self.size, self.obstacles, self.speed, self.steps = size, obstacles, speed, steps
        self.render_mode = render_mode
        self.possible_agents = [f"chaser_{number}" for number in range(chasers)]
        self.agents: list[str] = []
        far = LARGEST / FAR
        bounds = np.array([far, far, 1, 1, 1, 1, 1, 1, *[far, far, 1, 1, 1] * (chasers - 1)], np.float32)
        self._seen = spaces.Box(-bounds, bounds, dtype=np.float32)
        self._acts = spaces.Discrete(len(MOVES))
        self.pillars = np.zeros((size, size), bool)
        self.at = np.zeros((chasers, 2), np.int64)
        self.evader = np.zeros(2, np.int64)
        self.bumped = np.zeros(chasers, bool)
        self.played = 0

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The space of a chaser's observations."""
        return self._seen

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """The space of a chaser's actions."""
        return self._acts

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, dict[str, Any]]]:
        """Place pillars, chasers and evader; the evader is not next to the first chaser.

        All random numbers of the game are drawn here: one for each place of a pillar, row by row; one for each chaser and for
        the evader; and two for each step: whether the evader moves, and which of equally good cells it prefers.
        """
        places, count = pillar_places(self.size), len(self.possible_agents)
        drawn = np.random.default_rng(seed).random(draws(self.size, count, self.steps))
        self.pillars[:] = False
        for (row, column), number in zip(places, drawn, strict=False):
            self.pillars[row, column] = number < self.obstacles
        drawn = drawn[len(places) :]
        free = [cell for cell in np.ndindex(self.size, self.size) if not self.pillars[cell]]
        self.at = np.array([free.pop(int(number * len(free))) for number in drawn[:count]])
        away = [cell for cell in free if np.abs(cell - self.at[0]).max() > 1]
        self.evader = np.array(away[int(drawn[count] * len(away))])
        self.drawn = drawn[count + 1 :].reshape(self.steps, 2)
        self.played, self.bumped[:] = 0, False
        self.agents = list(self.possible_agents)
        return self._observations(), self._infos()

    def step(
        self, actions: dict[str, int]
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Move the chasers, then the evader, unless it is caught before."""
        moves, preference = self.drawn[self.played]
        self.played += 1
        for chaser, agent in enumerate(self.possible_agents):
            there = self.at[chaser] + MOVES[int(actions[agent])]
            self.bumped[chaser] = self._blocked(there)
            if not self.bumped[chaser]:
                self.at[chaser] = there
        caught = self._caught()
        if not caught and moves < self.speed:
            self._flee(int(preference * len(MOVES)))
            caught = self._caught()
        over, everybody = caught or self.played == self.steps, self.possible_agents
        if over:
            self.agents = []
        return (
            self._observations(),
            dict.fromkeys(everybody, CAUGHT * caught),
            dict.fromkeys(everybody, caught),
            dict.fromkeys(everybody, over and not caught),
            {agent: {**info, "success": caught} if over else info for agent, info in self._infos().items()},
        )

    def state(self) -> NDArray[np.float32]:
        """Row and column of each chaser and of the evader, in [0, 1]; float32 [2 · (chasers + 1)]."""
        return (np.concatenate([self.at, self.evader[None]]) / (self.size - 1)).astype(np.float32).reshape(-1)

    def render(self) -> NDArray[np.uint8] | None:
        """The field with dark pillars, the evader in green and the chasers as discs; uint8 [height, width, 3], or None."""
        if self.render_mode is None:
            return None
        picture = blank(self.size, self.size, CELL)
        for row, column in np.argwhere(self.pillars).tolist():
            square(picture, row, column, CELL, "road")
        disc(picture, int(self.evader[0]), int(self.evader[1]), CELL, "goal")
        paints = ("first", "second", "third", "fourth")
        for paint, (row, column) in zip(paints, self.at.tolist(), strict=False):
            disc(picture, row, column, CELL, paint)
        return picture

    def close(self) -> None:
        """Free nothing."""

    def _blocked(self, cell: NDArray[np.int64]) -> bool:
        """Return whether a cell is a pillar or outside the field."""
        return bool((cell < 0).any() or (cell >= self.size).any() or self.pillars[tuple(cell)])

    def _caught(self) -> bool:
        return bool((np.abs(self.at - self.evader) <= 1).all())

    def _flee(self, first: int) -> None:
        """Move the evader. Of equally good cells it takes the first, in the order of `MOVES` from number `first` on."""
        best = -1
        for number in range(len(MOVES)):
            there = self.evader + MOVES[(first + number) % len(MOVES)]
            if self._blocked(there):
                continue
            nearest = int(np.abs(self.at - there).sum(1).min())
            if nearest > best:
                best, chosen = nearest, there
        self.evader = chosen

    def _observations(self) -> dict[str, NDArray[np.float32]]:
        beside = (np.abs(self.at - self.evader) <= 1).all(1)
        seen = {}
        for chaser, agent in enumerate(self.possible_agents):
            here = self.at[chaser]
            walls = [float(self._blocked(here + move)) for move in MOVES[1:]]
            numbers = [*_towards(self.evader - here), *walls]
            for other in range(len(self.at)):
                if other != chaser:
                    numbers += [*_towards(self.at[other] - here), float(beside[other])]
            seen[agent] = np.array(numbers, np.float32)
        return seen

    def _infos(self) -> dict[str, dict[str, Any]]:
        told = zip(self.possible_agents, self.at, self.bumped, strict=True)
        return {
            agent: {"position": here.tolist(), "distance": int(np.abs(self.evader - here).sum()), "bumped": bool(bumped)}
            for agent, here, bumped in told
        }


def pillar_places(size: int) -> list[tuple[int, int]]:
    """The cells on which pillars can be, row by row: those with an odd row and an odd column."""
    return [(row, column) for row in range(1, size, 2) for column in range(1, size, 2)]


def draws(size: int, chasers: int, steps: int) -> int:
    """The number of random numbers of a game; see `Chase.reset`."""
    return len(pillar_places(size)) + chasers + 1 + 2 * steps


def _towards(offset: NDArray[np.int64]) -> list[float]:
    """Rows and columns to a place, in units of `FAR`, and their signs."""
    return [*(offset / FAR).tolist(), *np.sign(offset).tolist()]
