"""One copy of a stock PettingZoo game, which writes its outputs into its row of the buffers.

This module holds what PettingZoo's two interfaces share; `turn_based` and `simultaneous` hold the differences.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.arena import RESTS
from envs.description import EnvironmentSpec
from envs.faults import GameError
from envs.registry import construct, dispose
from envs.spaces import decoder, encoder, masker, write_array
from envs.stock.buffers import Buffers


class JointState:
    """The joint state of a game, made of the environment's own `state()` or of the observations of all seats.

    Attributes:
        made_of_views: True if it is made of the observations.
        places: float32 [K, ·], the part after the environment's own state: each team's index among the teams of its side,
            one-hot; zeros if its side has one team only.
    """

    def __init__(self, spec: EnvironmentSpec) -> None:
        game, own = spec.game, spec.own_state
        self.own_size = own
        self.made_of_views = own is None or spec.viewed
        sizes = [game.roles[role].features for role in game.role_of_seat]
        teams = range(len(game.teams))
        # The position of each observation in the state: (team that sees the state, span of the state, seat observed).
        self._spans: list[tuple[int, slice, int]] = []
        for team in teams if self.made_of_views else ():
            seats = [seat for shift in teams for seat in game.teams[(team + shift) % len(teams)]]
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

    def read(self, environment: Any, state: NDArray[np.float32]) -> None:
        """Write the environment's own state into float32 [K, S], if the state is made of it."""
        if not self.made_of_views:
            own, first = np.asarray(environment.state()), state[0, : self.own_size]
            first.reshape(own.shape)[...] = own  # own may not be contiguous (pictures); flattening it would copy it once more
            state[1:, : self.own_size] = first


class Copy(ABC):
    """One copy: its environment, its game in progress, and its row of the buffers."""

    def __init__(
        self,
        spec: EnvironmentSpec,
        joint: JointState,
        row: Buffers,
        views: Sequence[NDArray[np.float32]],
        fresh: bool,
        render: bool,
    ):
        """Make the environment.

        Args:
            spec: The game.
            joint: How to make its joint state.
            row: The buffers of this copy, without the axis N.
            views: Per seat, float32 [F], the observations that make the joint state; empty if it is made of something else.
            fresh: Make a new environment for every game.
            render: Ask the environment for pictures.
        """
        self.spec, self.game, self.joint, self.row = spec, spec.game, joint, row
        self.fresh, self.render = fresh, render
        self.environment: Any = construct(spec.setup, render)
        self.used = False
        self.seed = RESTS
        self.agents = spec.agents
        self.seats = {agent: seat for seat, agent in enumerate(spec.agents)}
        self.encode = [encoder(space) for space in spec.observation_spaces]
        self.mask = [masker(space) for space in spec.observation_spaces]
        self.decode = [decoder(space) for space in spec.action_spaces]
        self.role_of_seat = self.game.role_of_seat
        places = list(zip(self.role_of_seat, _slots(spec), strict=True))
        # Views of the buffers for each seat. Observations have their original shape, not the flattened one.
        shapes = [self.game.roles[role].observation_shape for role in self.role_of_seat]
        self.shown = [row.observation[role][slot].reshape(shapes[seat]) for seat, (role, slot) in enumerate(places)]
        self.final = [row.final_observation[role][slot].reshape(shapes[seat]) for seat, (role, slot) in enumerate(places)]
        self.views = [view.reshape(shape) for view, shape in zip(views, shapes, strict=False)]
        self.rules = [None if (legal := row.legal[role]) is None else legal[slot] for role, slot in places]
        self.told = [row.actions[role][slot, ...] for role, slot in places]
        self.living: list[int] = []
        self.ended: set[int] = set()

    @property
    def next_seed(self) -> int:
        """The next game's seed in the buffers."""
        return int(self.row.seeds)

    def step(self) -> None:
        """Make one move, and start the next game if this one ends with it."""
        if self.seed != RESTS and self._move():
            self.row.over.fill(True)
            self.begin()

    def begin(self) -> None:
        """Clear the outputs, then start the next game unless the copy has to rest."""
        row = self.row
        for observation, legal in zip(row.observation, row.legal, strict=True):
            observation.fill(0.0)
            if legal is not None:
                legal.fill(True)
        row.acting.fill(False)
        row.state.fill(0.0)
        for view in self.views:
            view.fill(0.0)
        self.living, self.ended = [], set()
        self.seed = self.next_seed
        if self.seed == RESTS:
            return
        if self.fresh and self.used:
            dispose(self.environment, self.spec.setup)
            self.environment = construct(self.spec.setup, self.render)
        self.used = True
        self.joint.mark_places(row.state)
        self._open()
        if not row.acting.any():
            raise GameError(f"{self.game.name} is over before the first move with seed {self.seed}.")

    @abstractmethod
    def _open(self) -> None:
        """Reset the environment and write the first observations."""

    @abstractmethod
    def _move(self) -> bool:
        """Make one move and write its results. Return True if the game ended with it; then also write its last view."""

    def _seat(self, agent: Any) -> int:
        """Return the seat of an agent."""
        seat = self.seats.get(agent)
        if seat is None:
            raise GameError(f"{self.game.name} names the agent {agent!r}, which is not among its possible_agents.")
        return seat

    def _end(self, seat: int, terminated: bool, truncated: bool) -> None:
        """Record the end of a seat's game; terminated takes precedence over truncated."""
        self.ended.add(seat)
        self.row.terminated[seat] = terminated
        self.row.truncated[seat] = truncated and not terminated

    def _show_legal(self, seat: int, observation: Any, info: Mapping[str, Any] | None) -> None:
        """Write the legal actions of an acting seat."""
        rules = self.rules[seat]
        if rules is None:
            return
        mask = self.mask[seat](observation, info)
        if mask is None:
            rules.fill(True)
        else:
            write_array(mask, rules)


def _slots(spec: EnvironmentSpec) -> tuple[int, ...]:
    """Return each seat's index on the slot axis of its role."""
    if spec.game.turn_based:
        return (0,) * len(spec.agents)
    roles = spec.game.roles
    return tuple(roles[role].seats.index(seat) for seat, role in enumerate(spec.game.role_of_seat))
