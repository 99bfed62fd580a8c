"""The joint state of a game, which critics of whole teams see in training."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.description import EnvironmentSpec
from envs.faults import GameError, attempt, shortened, told


class JointState:
    """The joint state of a game, made of the environment's own `state()` or of the observations of seats.

    Attributes:
        wanted: False if nobody asks for it: then it is empty, and no seat is asked for a view out of its turn.
        made_of_views: True if it is made of the observations.
        places: float32 [K, ·], the part after the environment's own state: each team's index among the teams of its side,
            one-hot; zeros if its side has one team only.
    """

    def __init__(self, spec: EnvironmentSpec, wanted: bool) -> None:
        game, own = spec.game, spec.own_state if wanted else None
        self.own_size = own
        self.wanted = wanted and spec.state != "none"
        self.made_of_views = self.wanted and (own is None or spec.viewed)
        sizes = [game.roles[role].features for role in game.role_of_seat]
        teams = range(len(game.teams))
        # The position of each observation in the state: (team that sees the state, span of the state, seat observed).
        self._spans: list[tuple[int, slice, int]] = []
        for team in teams if self.made_of_views else ():
            others = teams if spec.state == "joint" else (0,)
            seats = [seat for shift in others for seat in game.teams[(team + shift) % len(teams)]]
            order = sorted(seats) if spec.viewed else seats
            ends = accumulate(sizes[seat] for seat in order)
            self._spans += [(team, slice(end - sizes[seat], end), seat) for seat, end in zip(order, ends, strict=True)]
        self.places = np.zeros((len(game.teams), 0 if own is None else game.state_size - own), np.float32)
        for side in game.sides if self.places.size else ():
            for place, team in enumerate(side.teams if len(side.teams) > 1 else ()):
                self.places[team, place] = 1.0

    def put_together(self, views: Sequence[NDArray[np.float32]], state: NDArray[np.float32]) -> None:
        """Assemble a state that is made of observations; leave any other state as it is.

        Args:
            views: Per seat, float32 [..., F], flattened or not; zeros for seats that are not in the game.
            state: float32 [..., K, S], written in place except for the places.
        """
        for team, span, seat in self._spans:
            target = state[..., team, span]
            target[...] = views[seat].reshape(target.shape)

    def mark_places(self, state: NDArray[np.float32]) -> None:
        """Write the teams' places into float32 [K, S]."""
        if self.places.size:
            state[:, self.own_size :] = self.places

    def seat_at(self, team: int, place: int) -> int | None:
        """Return the seat whose observation is at a place of a team's state; None in a state of the environment's own."""
        return next((seat for who, span, seat in self._spans if who == team and span.start <= place < span.stop), None)

    def read(self, environment: Any, state: NDArray[np.float32]) -> None:
        """Write the environment's own state into float32 [K, S], if the state is made of it.

        Raises:
            GameError: The environment cannot say its state.
        """
        if self.own_size is None or self.made_of_views:
            return
        answer, error = attempt(environment.state)
        own, first = np.asarray(answer), state[0, : self.own_size]
        if error is None and (answer is None or own.size != self.own_size):
            error = ValueError(f"it is {shortened(repr(answer), 80)} instead of {self.own_size} numbers")
        if error is not None:
            raise UnknownState(told(error)) from error
        first.reshape(own.shape)[...] = own  # own may not be contiguous (pictures); flattening it would copy it once more
        state[1:, : self.own_size] = first


class UnknownState(GameError):
    """The environment cannot say its state."""
