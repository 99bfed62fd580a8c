"""Matrix: two seats choose an action at the same time, and a table says what the first wins from the second.

Without a table of its own the game is full of cycles: the actions stand in a circle in a random order, and each beats the half
that follows it, by random amounts. No tournament of as many actions has more circular triads, so whoever learns only against
its latest self runs in a circle. With three actions of equal amounts it is rock, paper, scissors.

Reference:
    Kendall and Babington Smith (1940): circular triads. Balduzzi et al. (2019), section 2: cyclic games.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

AGENTS = ("player_0", "player_1")


def parallel_env(
    actions: int = 5, payoff_seed: int = 0, payoff: Sequence[Sequence[float]] | None = None, render_mode: str | None = None
) -> Matrix:
    """Make the game.

    Args:
        actions: Number of actions of each seat, odd and at least 3.
        payoff_seed: What the order of the actions and the amounts are drawn from.
        payoff: What the first seat wins, by its own action and the other's: rows of numbers, used in place of `actions` and
            `payoff_seed`.
        render_mode: "ansi" or None.

    Raises:
        ValueError: The number of actions is even or too small, or the rows are not equally long.
    """
    return Matrix(table(actions, payoff_seed, payoff), render_mode)


def table(actions: int, payoff_seed: int, payoff: Sequence[Sequence[float]] | None) -> NDArray[np.float64]:
    """What the first seat wins, float64 [R, C]; the arguments are those of the game.

    Raises:
        ValueError: The number of actions is even or too small, or the rows are not equally long.
    """
    if payoff is None:
        return circle(actions, payoff_seed)
    if not payoff or not payoff[0] or len({len(row) for row in payoff}) > 1:
        raise ValueError("matrix needs a payoff of rows that are equally long")
    found = np.array(payoff, np.float64)
    if found.ndim != 2 or not np.isfinite(found).all():
        raise ValueError("matrix needs a payoff of finite numbers")
    return found


def circle(actions: int, payoff_seed: int) -> NDArray[np.float64]:
    """A payoff with as many circular triads as possible, float64 [n, n], antisymmetric, with amounts between ¼ and 1.

    Raises:
        ValueError: The number of actions is even or too small.
    """
    if actions < 3 or actions % 2 == 0:
        raise ValueError(f"matrix needs an odd number of actions, at least 3, not {actions}")
    generator = np.random.default_rng(payoff_seed)
    place = generator.permutation(actions)
    ahead = (place[:, None] - place) % actions
    amounts = np.triu(generator.uniform(0.25, 1.0, (actions, actions)), 1)
    amounts = amounts + amounts.T
    return np.where(ahead == 0, 0.0, np.where(ahead <= actions // 2, -amounts, amounts))


class Matrix(ParallelEnv):
    """Both seats observe the number 1. The game is over after one move of both."""

    metadata: ClassVar[dict[str, Any]] = {
        "name": "matrix",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
        "render_fps": 1,
    }

    def __init__(self, payoff: NDArray[np.float64], render_mode: str | None = None) -> None:
        self.payoff, self.render_mode = payoff, render_mode
        self.possible_agents = list(AGENTS)
        self.agents: list[str] = []
        self.observation_spaces = {agent: spaces.Box(0.0, 1.0, (1,), np.float32) for agent in AGENTS}
        self.action_spaces = {agent: spaces.Discrete(size) for agent, size in zip(AGENTS, payoff.shape, strict=True)}
        self.taken: tuple[int, int] | None = None

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The space of an agent's observations."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """The space of an agent's actions."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, dict[str, Any]]]:
        """Begin a game. There is no chance in it."""
        self.agents, self.taken = list(AGENTS), None
        return self._observations(), {agent: {} for agent in AGENTS}

    def step(
        self, actions: dict[str, int]
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Make both moves."""
        self.taken = (int(actions[AGENTS[0]]), int(actions[AGENTS[1]]))
        won = float(self.payoff[self.taken])
        self.agents = []
        return (
            self._observations(),
            {AGENTS[0]: won, AGENTS[1]: 0.0 - won},
            dict.fromkeys(AGENTS, True),
            dict.fromkeys(AGENTS, False),
            {agent: {} for agent in AGENTS},
        )

    def render(self) -> str | None:
        """The payoff in characters, with the moves that were made; None without a render mode."""
        if self.render_mode is None:
            return None
        cells = [[f" {value:5.2f} " for value in line] for line in self.payoff]
        if self.taken is not None:
            row, column = self.taken
            cells[row][column] = f"[{self.payoff[row, column]:5.2f}]"
        return "\n".join(" ".join(line) for line in cells)

    def close(self) -> None:
        """Free nothing."""

    def _observations(self) -> dict[str, NDArray[np.float32]]:
        return {agent: np.ones(1, np.float32) for agent in AGENTS}
