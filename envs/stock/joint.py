"""The joint state of a game, which critics of whole teams see in training."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from envs.description import EnvironmentSpec
from envs.faults import GameError, attempt, shortened, told
from envs.own_states import own_state
from envs.spaces import write_array
from envs.states import Span, Views


def views_of(spec: EnvironmentSpec, wanted: bool) -> Views:
    """How the teams see what is kept of the joint state: the environment's own `state()`, or the observations of all seats.

    Args:
        spec: The game.
        wanted: Whether anybody asks for the state; if not, nothing is kept.
    """
    game = spec.game
    teams = range(len(game.teams))
    if not wanted or spec.state == "none":
        return Views.apart(len(teams), 0)
    if spec.own_state is not None:
        places = torch.zeros(len(teams), game.state_size - spec.own_state)
        for side in game.sides if places.numel() else ():
            for place, team in enumerate(side.teams if len(side.teams) > 1 else ()):
                places[team, place] = 1.0
        return Views(spec.own_state, (((0, spec.own_state),),) * len(teams), places)
    spans, zeros = _spans(spec), 0
    rows: list[list[Span]] = []
    for team in teams:
        others = teams if spec.state == "joint" else (0,)
        seats = [seat for shift in others for seat in game.teams[(team + shift) % len(teams)]]
        missing = game.state_size - sum(spans[seat][1] - spans[seat][0] for seat in seats)
        end = spans[-1][1]  # zeros are kept behind the observations, for teams that see less than those of another side
        rows.append([*(spans[seat] for seat in seats), (end, end + missing)])
        zeros = max(zeros, missing)
    return Views(spans[-1][1] + zeros, tuple(map(_merged, rows)), torch.zeros(len(teams), 0))


class JointState:
    """The joint state of a game, made of the environment's own `state()` or of the observations of seats.

    Attributes:
        wanted: False if nobody asks for it: then it is empty, and no seat is asked for a view out of its turn.
        made_of_views: True if it is made of the observations.
    """

    def __init__(self, spec: EnvironmentSpec, wanted: bool) -> None:
        own = spec.own_state if wanted else None
        self.own_size = own
        self._name = spec.setup.name
        self.wanted = wanted and spec.state != "none"
        self.made_of_views = self.wanted and (own is None or spec.viewed)
        self._spans = _spans(spec) if self.made_of_views else []

    def put_together(self, views: Sequence[NDArray[Any]], state: NDArray[Any]) -> None:
        """Assemble a state that is made of observations; leave any other state as it is.

        Args:
            views: Per seat, [..., F], flattened or not; zeros for seats that are not in the game.
            state: [..., Z], written in place.
        """
        for seat, (first, end) in enumerate(self._spans):
            target = state[..., first:end]
            target[...] = views[seat].reshape(target.shape)

    def seat_at(self, place: int) -> int | None:
        """Return the seat whose observation has a place in what is kept; None in a state of the environment's own."""
        return next((seat for seat, (first, end) in enumerate(self._spans) if first <= place < end), None)

    def read(self, environment: Any, state: NDArray[Any]) -> None:
        """Write the environment's own state into [Z], if the joint state is made of it.

        Raises:
            GameError: The environment cannot say its state.
        """
        if self.own_size is None or self.made_of_views:
            return
        answer, error = attempt(own_state, self._name, environment)
        own = np.asarray(answer)
        if error is None and (answer is None or own.size != self.own_size):
            error = ValueError(f"it is {shortened(repr(answer), 80)} instead of {self.own_size} numbers")
        if error is None:
            _, error = attempt(write_array, own, state.reshape(own.shape))  # own may not be contiguous (pictures)
        if error is not None:
            raise UnknownState(told(error)) from error


def _spans(spec: EnvironmentSpec) -> list[Span]:
    """The place of each seat's observation in what is kept."""
    sizes = [spec.game.roles[role].features for role in spec.game.role_of_seat]
    return [(end - size, end) for size, end in zip(sizes, accumulate(sizes), strict=True)]


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Join spans that follow each other, and leave empty ones out."""
    found: list[Span] = []
    for first, end in spans:
        if found and found[-1][1] == first:
            found[-1] = found[-1][0], end
        elif first < end:
            found.append((first, end))
    return tuple(found)


class UnknownState(GameError):
    """The environment cannot say its state."""
