"""The trees of games in which two seats choose at the same time: the second chooses without knowing what the first did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.faults import GameError
from envs.native.matrix import AGENTS, table
from envs.trees.tree import OVER, GameTree, Position, write_out

View = Callable[[tuple[int, ...], int], NDArray[np.float32]]
"""(moves of both seats in turn, seat) → what the seat observes."""


def matrix_tree(options: Mapping[str, Any]) -> GameTree:
    """The tree of `native/matrix`.

    Raises:
        GameError: The two seats have different numbers of actions, or the options are wrong.
    """
    try:
        payoff = table(options.get("actions", 5), options.get("payoff_seed", 0), options.get("payoff"))
    except (ValueError, TypeError) as error:
        raise GameError(f"native/matrix cannot be made: {error}") from error
    if payoff.shape[0] != payoff.shape[1]:
        raise GameError("native/matrix is written out as a tree only if both seats have as many actions")
    seen = np.ones(1, np.float32)
    return write_out("native/matrix", AGENTS, len(payoff), Rounds((), payoff, 1, lambda moves, seat: seen))


def rps_tree(options: Mapping[str, Any]) -> GameTree:
    """The tree of `classic/rps_v2`. Seats observe only the other's last action, but remember all moves.

    Raises:
        GameError: The game has too many rounds.
    """
    actions, rounds = int(options.get("num_actions", 3)), int(options.get("max_cycles", 15))
    number = np.arange(actions)
    difference = number[:, None] - number
    payoff = np.sign(np.where(difference % 2 == 0, -difference, difference)).astype(np.float64)

    def view(moves: tuple[int, ...], seat: int) -> NDArray[np.float32]:
        last = moves[len(moves) // 2 * 2 - 2 :][1 - seat] if len(moves) > 1 else actions
        return np.eye(actions + 1, dtype=np.float32)[last]

    return write_out("classic/rps_v2", AGENTS, actions, Rounds((), payoff, rounds, view))


@dataclass(frozen=True)
class Rounds:
    """A position of a game of several rounds, in each of which both seats choose at the same time.

    Attributes:
        moves: The moves so far: the first seat's and the second's in turn.
        payoff: float64 [n, n], what the first seat wins in a round.
        rounds: Number of rounds.
        views: What seats observe.
    """

    moves: tuple[int, ...]
    payoff: NDArray[np.float64]
    rounds: int
    views: View

    def seat(self) -> int:
        """See `Position`."""
        return OVER if len(self.moves) == 2 * self.rounds else len(self.moves) % 2

    def children(self) -> Iterable[tuple[int, float, Callable[[], Position]]]:
        """See `Position`."""
        if self.seat() != OVER:
            for action in range(len(self.payoff)):
                yield action, 1.0, self._after(action)

    def _after(self, action: int) -> Callable[[], Position]:
        return lambda: Rounds((*self.moves, action), self.payoff, self.rounds, self.views)

    def returns(self) -> Sequence[float]:
        """See `Position`."""
        if self.seat() != OVER:
            return [0.0, 0.0]
        won = float(self.payoff[list(self.moves[::2]), list(self.moves[1::2])].sum())
        return [won, 0.0 - won]

    def key(self, seat: int) -> str:
        """The moves of the rounds that are over."""
        return f"{seat}:{self.moves[: len(self.moves) // 2 * 2]}"

    def view(self, seat: int) -> NDArray[np.float32]:
        """See `Position`."""
        return self.views(self.moves, seat)
