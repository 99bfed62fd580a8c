"""One copy of a stock PettingZoo game, which writes its outputs into its row of the buffers.

This module holds what PettingZoo's two interfaces share; `turn_based` and `simultaneous` hold the differences.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.arena import RESTS
from envs.description import EnvironmentSpec
from envs.faults import GameError, shortened, told
from envs.positions import POSITION, adapter_of
from envs.registry import construct, dispose
from envs.shelf import put_back, take
from envs.spaces import MISFITS, decoder, encoder, masker, write_mask
from envs.stock.buffers import Buffers
from envs.stock.joint import JointState, UnknownState

SEEDS = 2**31
"""Seeds lie in [0, SEEDS)."""

EMPTY_GAMES = 100
"""Games in a row that may be over before anybody can act, before the copy gives up."""


@dataclass(frozen=True)
class Making:
    """How the copies of an arena get their environments.

    Attributes:
        fresh: Every game has a new environment.
        render: Environments are asked for pictures.
        kept: Environments come from the shelf and go back to it (`envs.shelf`); never together with the others.
    """

    fresh: bool = False
    render: bool = False
    kept: bool = False


class Copy(ABC):
    """One copy: its environment, its game in progress, and its row of the buffers."""

    def __init__(
        self,
        spec: EnvironmentSpec,
        joint: JointState,
        row: Buffers,
        views: Sequence[NDArray[Any]],
        making: Making,
        number: int,
    ):
        """Make the environment.

        Args:
            spec: The game.
            joint: How to make its joint state.
            row: The buffers of this copy, without the axis N.
            views: Per seat, [F], the observations that make the joint state; empty if it is made of something else.
            making: How it gets its environments.
            number: Its number in the whole arena, for messages.
        """
        self.spec, self.game, self.joint, self.row = spec, spec.game, joint, row
        self.making, self.number = making, number
        self.environment: Any = take(spec.setup) if making.kept else construct(spec.setup, making.render)
        self.used = False
        self.seed, self.moves = RESTS, 0
        self.past = self.seed, self.moves
        self.agents = spec.agents
        self.seats = {agent: seat for seat, agent in enumerate(spec.agents)}
        self.encode = [encoder(space) for space in spec.observation_spaces]
        self.mask = [masker(*both) for both in zip(spec.observation_spaces, spec.action_spaces, strict=True)]
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
        self.adapter = adapter_of(spec.setup.name)
        self.living: list[int] = []  # seats that can act, or would be shown if it were their turn
        self.playing: list[int] = []  # seats that have joined and not ended; some may pause
        self.ended: set[int] = set()

    @property
    def next_seed(self) -> int:
        """The next game's seed in the buffers."""
        return int(self.row.seeds)

    def step(self) -> None:
        """Make one move, and start the next game if this one ends with it."""
        if self.seed != RESTS:
            self.moves += 1
            if self._move():
                self.row.over.fill(True)
                self.begin()

    def begin(self) -> None:
        """Clear the outputs, then start the next game unless the copy has to rest.

        A game that is over before anybody can act is no game: the one with the next seed is played instead.
        """
        row = self.row
        for observation, legal in zip(row.observation, row.legal, strict=True):
            observation.fill(0.0)
            if legal is not None:
                legal.fill(True)
        row.acting.fill(False)
        row.state.fill(0.0)
        row.positions.fill(0.0)
        row.facts.fill(np.nan)
        for view in self.views:
            view.fill(0.0)
        self.past = self.seed, self.moves
        self.seed, self.moves = self.next_seed, 0
        if self.seed == RESTS:
            return
        for _ in range(EMPTY_GAMES):
            self.living, self.playing, self.ended = [], [], set()
            self._renew()
            if self._open():
                return
            self.seed = (self.seed + 1) % SEEDS
        others = f"the {EMPTY_GAMES - 1} seeds after it"
        raise GameError(f"{self.game.name} is over before the first move with seed {self.next_seed} and with {others}.")

    def close(self, sound: bool) -> None:
        """Close the environment, or keep it for others if it is `sound`."""
        (put_back if self.making.kept and sound else dispose)(self.environment, self.spec.setup)

    def fault(self, what: str, past: bool = False) -> GameError:
        """Make an error that says which game did it, and when.

        Args:
            what: What the game did, as in "gives p_0 no observation".
            past: Whether it was in the last step of the game before the present one.
        """
        seed, moves = self.past if past else (self.seed, self.moves)
        when = f"at move {moves}" if moves else "at its start"
        return GameError(f"{self.game.name} {what} ({when}, seed {seed}, copy {self.number})")

    def _renew(self) -> None:
        """Make a new environment if the one at hand has been used and every game has to have a new one."""
        if self.making.fresh and self.used:
            dispose(self.environment, self.spec.setup)
            self.environment = construct(self.spec.setup, self.making.render)
        self.used = True

    @abstractmethod
    def _open(self) -> bool:
        """Reset the environment and write the first observations. Return False if nobody can act."""

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

    def _end_of_all(self) -> None:
        """Record the end of the game for seats that have no end of their own: the environment let them go without a flag."""
        for seat in self.playing:
            if seat not in self.ended:
                self._end(seat, terminated=True, truncated=False)

    def _pay(self, agent: Any, reward: Any) -> None:
        """Write the reward of an agent."""
        seat = self._seat(agent)
        try:
            if reward is None:  # numpy would write NaN
                raise TypeError("there is none")
            self.row.reward[seat] = reward
        except MISFITS as error:
            raise self.fault(f"pays {agent} {shortened(repr(reward))}, which is no number: {told(error)}") from error

    def _encode(self, seat: int, observation: Any, target: NDArray[Any]) -> None:
        """Write the observation of a seat."""
        try:
            self.encode[seat](observation, target)
        except MISFITS as error:
            seen, space = shortened(repr(observation), 200), shortened(str(self.spec.observation_spaces[seat]), 200)
            raise self.fault(
                f"gives {self.game.seats[seat]} the observation {seen}, which does not fit {space}: {told(error)}"
            ) from error

    def _show_legal(self, seat: int, observation: Any, info: Mapping[str, Any] | None) -> None:
        """Write the legal actions of an acting seat."""
        rules = self.rules[seat]
        if rules is None:
            return
        try:
            mask = self.mask[seat](observation, info)
            if mask is None:
                rules.fill(True)
            else:
                write_mask(mask, rules)
        except MISFITS as error:
            raise self.fault(
                f"gives {self.game.seats[seat]} an action mask that does not fit its {rules.size} actions: {told(error)}"
            ) from error

    def _locate(self, acting: Sequence[int], infos: Mapping[Any, Any]) -> None:
        """Write the positions of all seats, if the game gives them. A seat that acts has to have one.

        Args:
            acting: The seats that act.
            infos: The agents' infos.
        """
        positions = self.row.positions
        if not positions.shape[-1]:
            return
        if self.adapter is not None:
            positions[...] = self.adapter(self.environment)
            return
        for seat, agent in enumerate(self.agents):
            given = (infos.get(agent) or {}).get(POSITION)
            try:
                if given is None and seat in acting:
                    raise TypeError("there is none")
                positions[seat] = 0.0 if given is None else np.asarray(given, np.float32).reshape(positions.shape[-1])
            except MISFITS as error:
                said = shortened(repr(given))
                raise self.fault(
                    f"gives {agent} the position {said}, which is not {positions.shape[-1]} numbers: {told(error)}"
                ) from error

    def _tell(self, infos: Mapping[Any, Any], target: NDArray[np.float32]) -> None:
        """Write the facts that are asked for, [A, number], as the infos of the agents say them; NaN where they do not."""
        if not self.spec.facts:
            return
        target.fill(np.nan)
        for seat, agent in enumerate(self.agents):
            info = infos.get(agent) or {}
            for place, key in enumerate(self.spec.facts):
                if key not in info:
                    continue
                try:
                    target[seat, place] = float(info[key])
                except MISFITS as error:
                    said = shortened(repr(info[key]))
                    raise self.fault(f"tells {agent} {key}: {said}, which is no number: {told(error)}") from error

    def _succeed(self, infos: Iterable[Mapping[str, Any] | None]) -> None:
        """Write whether the game that ends was a success: the mean of what the infos of its agents say."""
        key = self.spec.success
        said = [info[key] for info in infos if info and key in info]
        if not said:
            return
        try:
            self.row.success[...] = np.mean([float(each) for each in said])
        except MISFITS as error:
            raise self.fault(f"says {key}: {shortened(repr(said[0]))}, which is no number: {told(error)}") from error

    def _read_state(self) -> None:
        """Write the environment's own state into the buffers, if the joint state is made of it."""
        try:
            self.joint.read(self.environment, self.row.state)
        except UnknownState as error:
            raise self.fault(
                f"cannot say its state(): {error}; with `arena.state: own` critics see the observations of their team instead, "
                "with `arena.state: none` and local critics no state at all"
            ) from error

    def _read_final_state(self) -> None:
        """Write the environment's own state after the last move; where it has none any more, the state before that move."""
        try:
            self.joint.read(self.environment, self.row.final_state)
        except UnknownState:
            self.row.final_state[...] = self.row.state


def _slots(spec: EnvironmentSpec) -> tuple[int, ...]:
    """Return each seat's index on the slot axis of its role."""
    if spec.game.turn_based:
        return (0,) * len(spec.agents)
    roles = spec.game.roles
    return tuple(roles[role].seats.index(seat) for seat, role in enumerate(spec.game.role_of_seat))
