"""Predator and prey on a grid: predators that see little search for a prey that does not move.

A predator that has reached the prey stays there. The game ends when all have reached it, or after a number of steps. The
published measure is the mean number of steps until the end. All predators form one team.

Reference:
    Singh, Jain and Sukhbaatar (2019), section 4.2.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from envs.native.painting import blank, disc, square

MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1), (0, 0))
"""Up, right, down, left, stay: rows and columns."""

SEARCHING = -0.05
"""Reward of a predator that has not reached the prey, for each step."""

PAYS = ("mixed", "cooperative", "competitive")
"""What a predator on the prey earns in each step: nothing, 0.05 times the predators there, or 0.05 divided by them."""

CELL = 24
"""Pixels of a cell of the picture."""


@dataclass(frozen=True)
class Difficulty:
    """A published size of the game: number of predators, rows and columns, largest number of steps, cells seen each way."""

    predators: int
    size: int
    steps: int
    vision: int


DIFFICULTIES = {"easy": Difficulty(3, 5, 20, 0), "medium": Difficulty(5, 10, 40, 1), "hard": Difficulty(10, 20, 80, 1)}


def parallel_env(
    difficulty: str = "easy", mode: str = "mixed", vision: int | None = None, render_mode: str | None = None
) -> PredatorPrey:
    """Make the game.

    Args:
        difficulty: "easy" (3 predators, 5 × 5 cells), "medium" (5, 10 × 10) or "hard" (10, 20 × 20).
        mode: What predators on the prey earn, see `PAYS`.
        vision: Number of cells that a predator sees in each direction. None is the published value.
        render_mode: "rgb_array" or None.

    Raises:
        ValueError: There is no such difficulty or mode, or the vision is negative.
    """
    return PredatorPrey(difficulty, mode, vision, render_mode)


class PredatorPrey(ParallelEnv):
    """Predators with the actions up, right, down, left and stay. A move out of the grid has no effect.

    Observation: for each cell of the window of (2 · vision + 1)² cells around the predator, row by row, a one-hot place (one
    entry for each cell of the grid and one for outside), the number of predators there, and whether the prey is there. The
    `infos` have the predator's `position`, row and column. Those of the last step say `success`: whether all have reached the
    prey.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "predator_prey",
        "render_modes": ["rgb_array"],
        "is_parallelizable": True,
        "render_fps": 5,
    }

    def __init__(
        self, difficulty: str = "easy", mode: str = "mixed", vision: int | None = None, render_mode: str | None = None
    ) -> None:
        if difficulty not in DIFFICULTIES:
            raise ValueError(f"predator_prey has no difficulty {difficulty!r} (known: {', '.join(DIFFICULTIES)})")
        if mode not in PAYS:
            raise ValueError(f"predator_prey has no mode {mode!r} (known: {', '.join(PAYS)})")
        chosen = DIFFICULTIES[difficulty]
        self.size, self.steps, self.mode = chosen.size, chosen.steps, mode
        self.vision = chosen.vision if vision is None else vision
        if self.vision < 0:
            raise ValueError(f"predator_prey needs a vision of at least 0, not {vision}")
        self.render_mode = render_mode
        self.possible_agents = [f"predator_{number}" for number in range(chosen.predators)]
        self.agents: list[str] = []
        window = (2 * self.vision + 1) ** 2
        self._seen = spaces.Box(0.0, float(chosen.predators), (window * (self.size**2 + 3),), np.float32)
        self._acts = spaces.Discrete(len(MOVES))
        self.at = np.zeros((chosen.predators, 2), np.int64)
        self.prey = np.zeros(2, np.int64)
        self.played = 0

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The space of a predator's observations."""
        return self._seen

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """The space of a predator's actions."""
        return self._acts

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, dict[str, Any]]]:
        """Put predators and prey on different cells, each choice of cells equally likely."""
        drawn = np.random.default_rng(seed).random(len(self.possible_agents) + 1)
        free = list(range(self.size**2))
        cells = [free.pop(int(number * len(free))) for number in drawn]
        places = np.stack(np.divmod(cells, self.size), axis=1)
        self.at, self.prey, self.played = places[:-1], places[-1], 0
        self.agents = list(self.possible_agents)
        return self._observations(), self._infos()

    def step(
        self, actions: dict[str, int]
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Move the predators that have not reached the prey."""
        self.played += 1
        reached = self._reached()
        moves = np.array([MOVES[int(actions[agent])] for agent in self.possible_agents])
        self.at = np.where(reached[:, None], self.at, np.clip(self.at + moves, 0, self.size - 1))
        reached = self._reached()
        found, last = bool(reached.all()), self.played == self.steps
        on_prey = self._pay(int(reached.sum()))
        everybody = self.possible_agents
        over = found or last
        if over:
            self.agents = []
        return (
            self._observations(),
            {agent: on_prey if there else SEARCHING for agent, there in zip(everybody, reached, strict=True)},
            dict.fromkeys(everybody, found),
            dict.fromkeys(everybody, last and not found),
            {agent: {**info, "success": found} if over else info for agent, info in self._infos().items()},
        )

    def state(self) -> NDArray[np.float32]:
        """Row and column of each predator and of the prey, in [0, 1]; float32 [2 · (predators + 1)]."""
        return (np.concatenate([self.at, self.prey[None]]) / (self.size - 1)).astype(np.float32).reshape(-1)

    def render(self) -> NDArray[np.uint8] | None:
        """The grid with the prey's cell in green and the predators as discs; uint8 [height, width, 3], or None."""
        if self.render_mode is None:
            return None
        picture = blank(self.size, self.size, CELL)
        square(picture, int(self.prey[0]), int(self.prey[1]), CELL, "goal")
        cells: dict[tuple[int, int], int] = {}
        for row, column in self.at.tolist():
            cells[row, column] = cells.get((row, column), 0) + 1
        for (row, column), number in cells.items():
            disc(picture, row, column, CELL, "first" if number == 1 else "third")
        return picture

    def close(self) -> None:
        """Free nothing."""

    def _infos(self) -> dict[str, dict[str, Any]]:
        return {agent: {"position": place} for agent, place in zip(self.possible_agents, self.at.tolist(), strict=True)}

    def _reached(self) -> NDArray[np.bool_]:
        return np.asarray((self.at == self.prey).all(axis=1))

    def _pay(self, there: int) -> float:
        """The reward of a predator on the prey if `there` predators are on it."""
        if self.mode == "mixed" or there == 0:
            return 0.0
        return -SEARCHING * there if self.mode == "cooperative" else -SEARCHING / there

    def _observations(self) -> dict[str, NDArray[np.float32]]:
        cells, reach = self.size**2, range(-self.vision, self.vision + 1)
        crowd = np.zeros((self.size, self.size), np.float32)
        np.add.at(crowd, tuple(self.at.T), 1.0)
        seen = {}
        for agent, (row, column) in zip(self.possible_agents, self.at.tolist(), strict=True):
            window = np.zeros((len(reach) ** 2, cells + 3), np.float32)
            around = ((row + down, column + right) for down in reach for right in reach)
            for entry, (y, x) in zip(window, around, strict=True):
                inside = 0 <= y < self.size and 0 <= x < self.size
                entry[y * self.size + x if inside else cells] = 1.0
                if inside:
                    entry[cells + 1] = crowd[y, x]
                    entry[cells + 2] = float((y, x) == tuple(self.prey))
            seen[agent] = window.reshape(-1)
        return seen
