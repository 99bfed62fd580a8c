"""The trees of OpenSpiel's games."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.openspiel.environment import agents_of, load, observation
from envs.trees.tree import CHANCE, OVER, GameTree, Position, write_out


def openspiel_tree(name: str, options: Mapping[str, Any]) -> GameTree:
    """Write out a game of OpenSpiel.

    Args:
        name: Its name, as OpenSpiel calls it.
        options: Its parameters.

    Raises:
        GameError: The game is too large, does not fit, or OpenSpiel is not installed.
    """
    game = load(name, options)
    return write_out(f"openspiel/{name}", agents_of(game), game.num_distinct_actions(), _Position(game.new_initial_state()))


@dataclass(frozen=True)
class _Position:
    """A position of OpenSpiel's."""

    state: Any

    def seat(self) -> int:
        """See `envs.trees.tree.Position`."""
        if self.state.is_terminal():
            return OVER
        return CHANCE if self.state.is_chance_node() else int(self.state.current_player())

    def children(self) -> Iterable[tuple[int, float, Callable[[], Position]]]:
        """See `envs.trees.tree.Position`."""
        if self.state.is_terminal():
            return
        if self.state.is_chance_node():
            for number, (outcome, likely) in enumerate(self.state.chance_outcomes()):
                yield number, likely, self._after(outcome)
            return
        for action in self.state.legal_actions():
            yield action, 1.0, self._after(action)

    def _after(self, action: int) -> Callable[[], Position]:
        return lambda: _Position(self.state.child(action))

    def returns(self) -> Sequence[float]:
        """See `envs.trees.tree.Position`."""
        return list(self.state.returns()) if self.state.is_terminal() else [0.0] * self.state.num_players()

    def key(self, seat: int) -> str:
        """See `envs.trees.tree.Position`."""
        return str(self.state.information_state_string(seat))

    def view(self, seat: int) -> NDArray[np.float32]:
        """See `envs.trees.tree.Position`."""
        return observation(self.state, seat)
