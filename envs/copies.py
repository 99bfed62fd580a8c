"""Copies of a stock PettingZoo game, each stepped on its own and writing what it shows into its row of the buffers.

This file holds PettingZoo's two ways of playing (agents in turn, or all at once) and nothing about tensors or processes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.arena import RESTS
from envs.buffers import Buffers
from envs.describe import Blueprint
from envs.faults import GameError, environment_code
from envs.registry import construct, dispose
from envs.spaces import decoder, encoder, masker


class Copies:
    """Some copies of a game, stepped one after the other in this process."""

    def __init__(self, blueprint: Blueprint, buffers: Buffers, first: int = 0, fresh: bool = False, render: bool = False):
        """Make the environments.

        Args:
            blueprint: The game.
            buffers: Where to read and write; their N is the number of copies.
            first: Number of the first copy in the whole arena, for messages.
            fresh: Make a new environment for every game.
            render: Ask the environments for pictures.
        """
        kind = TurnBasedCopy if blueprint.game.turn_based else SimultaneousCopy
        self.first = first
        self.copies = [kind(blueprint, buffers.part((row, ...)), fresh, render) for row in range(len(buffers.seeds))]

    def restart(self) -> None:
        """Begin a new game in every copy, with the seeds in the buffers."""
        self._open()
        for number, copy in enumerate(self.copies, self.first):
            with environment_code(f"{copy.game.name} failed at its start in copy {number} with seed {copy.next_seed}"):
                copy.restart()

    def step(self) -> None:
        """Make one move in every copy, with the actions and seeds in the buffers."""
        self._open()
        for number, copy in enumerate(self.copies, self.first):
            with environment_code(f"{copy.game.name} failed in copy {number} with seed {copy.seed}"):
                copy.step()

    def close(self) -> None:
        """Close the environments."""
        for copy in self.copies:
            dispose(copy.environment, copy.blueprint.setup)
        self.copies = []

    def _open(self) -> None:
        """Refuse to go on after `close`."""
        if not self.copies:
            raise GameError("The arena is closed.")


class Copy(ABC):
    """One copy: its environment, the game being played in it, and its row of the buffers."""

    def __init__(self, blueprint: Blueprint, row: Buffers, fresh: bool, render: bool):
        self.blueprint, self.game, self.row = blueprint, blueprint.game, row
        self.fresh, self.render = fresh, render
        self.environment: Any = construct(blueprint.setup, render)
        self.used = False
        self.seed = RESTS
        self.agents = blueprint.agents
        self.seats = {agent: seat for seat, agent in enumerate(blueprint.agents)}
        self.encode = [encoder(space) for space in blueprint.observation_spaces]
        self.mask = [masker(space) for space in blueprint.observation_spaces]
        self.decode = [decoder(space) for space in blueprint.action_spaces]
        self.role_of_seat = self.game.role_of_seat
        self.slot_of_seat = _slots(blueprint)
        self.joint, self.joint_parts, self.joint_order = _joint(blueprint)
        self.places = _places(blueprint)
        self.living: list[int] = []
        self.ended = np.zeros(len(self.agents), np.bool_)

    @property
    def next_seed(self) -> int:
        """The seed that the buffers give the next game."""
        return int(self.row.seeds)

    def restart(self) -> None:
        """Leave the present game and begin the next, or rest."""
        self._clear()
        self._begin()

    def step(self) -> None:
        """Make one move, and begin the next game if this one ends with it."""
        self._clear()
        if self.seed == RESTS:
            return
        self._move()
        if self.row.over:
            self._begin()

    def _clear(self) -> None:
        """Forget what the last move brought."""
        row = self.row
        row.reward.fill(0.0)
        row.terminated.fill(False)
        row.truncated.fill(False)
        row.over.fill(False)

    def _begin(self) -> None:
        """Show nothing, then begin the next game unless the copy is to rest."""
        for observation, legal in zip(self.row.observation, self.row.legal, strict=True):
            observation.fill(0.0)
            if legal is not None:
                legal.fill(True)
        self.row.acting.fill(False)
        self.row.state.fill(0.0)
        self.ended.fill(False)
        self.seed = self.next_seed
        if self.seed == RESTS:
            return
        if self.fresh and self.used:
            dispose(self.environment, self.blueprint.setup)
            self.environment = construct(self.blueprint.setup, self.render)
        self.used = True
        self._open()
        if not self.row.acting.any():
            raise GameError(f"{self.game.name} is over before the first move with seed {self.seed}.")

    @abstractmethod
    def _open(self) -> None:
        """Reset the environment and show where the game begins."""

    @abstractmethod
    def _move(self) -> None:
        """Make one move and show what comes of it."""

    def _seat(self, agent: Any) -> int:
        """The seat of an agent."""
        seat = self.seats.get(agent)
        if seat is None:
            raise GameError(f"{self.game.name} speaks of the agent {agent!r}, which is not among its possible_agents.")
        return seat

    def _action(self, seat: int) -> Any:
        """The action that the buffers give a seat, as its environment takes it."""
        return self.decode[seat](self.row.actions[self.role_of_seat[seat]][self.slot_of_seat[seat]])

    def _end(self, seat: int, terminated: bool, truncated: bool) -> None:
        """Note that a seat's part in the game ended; terminated wins over truncated."""
        self.ended[seat] = True
        self.row.terminated[seat] = terminated
        self.row.truncated[seat] = truncated and not terminated

    def _show_legal(self, seat: int, observation: Any, info: Mapping[str, Any] | None) -> None:
        """Write the legal actions of an acting seat."""
        legal = self.row.legal[self.role_of_seat[seat]]
        if legal is None:
            return
        mask = self.mask[seat](observation, info)
        if mask is None:
            legal[self.slot_of_seat[seat]] = True
            return
        target = legal[self.slot_of_seat[seat]]
        target[:] = np.asarray(mask).reshape(target.shape)
        if not target.any():
            raise GameError(
                f"{self.game.name} leaves the acting seat {self.game.seats[seat]} no legal action (seed {self.seed})."
            )

    def _show_state(self, target: NDArray[np.float32], observations: Mapping[Any, Any]) -> None:
        """Write the joint state from each team's view: the environment's own, else these observations."""
        if self.blueprint.own_state is not None:
            own = np.asarray(self.environment.state(), np.float32).reshape(self.blueprint.own_state)
            target[:, : len(own)] = own
            target[:, len(own) :] = self.places
            return
        self.joint.fill(0.0)
        for agent, observation in observations.items():
            seat = self._seat(agent)
            self.encode[seat](observation, self.joint_parts[seat])
        target[:] = self.joint[self.joint_order]


class TurnBasedCopy(Copy):
    """An AEC environment: one seat acts at a time, and learns its rewards when its turn comes again or it leaves."""

    def _open(self) -> None:
        self.turn = 0
        self.environment.reset(seed=self.seed)
        agent = self.environment.agent_selection
        observation, _, terminated, truncated, info = self.environment.last()  # the rewards shown are the last game's
        if not (terminated or truncated):
            self._show(agent, self._seat(agent), observation, info)

    def _move(self) -> None:
        self.environment.step(self._action(self.turn))
        self._advance()

    def _advance(self) -> None:
        """Go on to the seat that acts next; seats that are out of the game take their leave on the way."""
        environment, first = self.environment, True
        while environment.agents:
            agent = environment.agent_selection
            seat = self._seat(agent)
            observation, reward, terminated, truncated, info = environment.last()
            self.row.reward[seat] = reward
            if not (terminated or truncated):
                self._show(agent, seat, observation, info)
                return
            if first:
                self._show_final(seat, observation)
                first = False
            self._end(seat, terminated, truncated)
            environment.step(None)
            if agent in environment.agents:
                raise GameError(f"{self.game.name} keeps {agent} in the game after its dead step (seed {self.seed}).")
        for seat in self.living:
            if not self.ended[seat]:  # the environment dropped it without a word
                self._end(seat, terminated=True, truncated=False)
        self.row.over.fill(True)

    def _show(self, agent: Any, seat: int, observation: Any, info: Mapping[str, Any] | None) -> None:
        """Show the game to the seat whose turn it is."""
        if self.ended[seat]:
            raise GameError(f"{self.game.name} lets {agent} act again after it had ended (seed {self.seed}).")
        row, role = self.row, self.role_of_seat[seat]
        before = self.role_of_seat[self.turn]
        if before != role:
            row.observation[before].fill(0.0)
            legal = row.legal[before]
            if legal is not None:
                legal.fill(True)
        row.acting[self.turn] = False
        row.acting[seat] = True
        self.turn = seat
        self.encode[seat](observation, row.observation[role][0])
        self._show_legal(seat, observation, info)
        living = self._living()
        self.living = [self._seat(each) for each in living]
        self._show_state(row.state, self._observe(living, agent, observation))

    def _show_final(self, seat: int, observation: Any) -> None:
        """Keep the last view of a game, as seen by the seat that would have acted next."""
        for kept in self.row.final_observation:
            kept.fill(0.0)
        self.encode[seat](observation, self.row.final_observation[self.role_of_seat[seat]][0])
        agent = self.agents[seat]
        self._show_state(self.row.final_state, self._observe(self.environment.agents, agent, observation))

    def _living(self) -> list[Any]:
        """Agents still in the game."""
        environment = self.environment
        dead, cut = environment.terminations, environment.truncations
        return [agent for agent in environment.agents if not (dead[agent] or cut[agent])]

    def _observe(self, agents: Iterable[Any], known: Any, observation: Any) -> dict[Any, Any]:
        """What each of these agents observes, where the joint state is made of it; one observation is known already."""
        if self.blueprint.own_state is not None:
            return {}
        return {agent: observation if agent == known else self.environment.observe(agent) for agent in agents}


class SimultaneousCopy(Copy):
    """A parallel environment: all living seats act at once."""

    def _open(self) -> None:
        observations, infos = self.environment.reset(seed=self.seed)
        self.living = [self._seat(agent) for agent in self.environment.agents]
        self._show(observations, infos)

    def _move(self) -> None:
        environment, row = self.environment, self.row
        actions = {self.agents[seat]: self._action(seat) for seat in self.living}
        observations, rewards, terminations, truncations, infos = environment.step(actions)
        for agent, reward in rewards.items():
            row.reward[self._seat(agent)] = reward
        remaining = {self._seat(agent) for agent in environment.agents}
        for seat in self.living:
            agent = self.agents[seat]
            terminated, truncated = terminations.get(agent, False), truncations.get(agent, False)
            if terminated or truncated or seat not in remaining:  # one that leaves without a word has terminated
                self._end(seat, terminated or not truncated, truncated)
        self.living = [seat for seat in sorted(remaining) if not self.ended[seat]]
        if self.living:
            self._show(observations, infos)
        else:
            self._show_final(observations)
            row.over.fill(True)

    def _show(self, observations: Mapping[Any, Any], infos: Mapping[Any, Any]) -> None:
        """Show the game to all living seats."""
        row = self.row
        for gone in np.flatnonzero(row.acting):
            self._hide(int(gone))
        for seat in self.living:
            agent = self.agents[seat]
            if agent not in observations:
                raise GameError(f"{self.game.name} gives the living seat {agent} no observation (seed {self.seed}).")
            self.encode[seat](observations[agent], row.observation[self.role_of_seat[seat]][self.slot_of_seat[seat]])
            self._show_legal(seat, observations[agent], infos.get(agent))
            row.acting[seat] = True
        self._show_state(row.state, {self.agents[seat]: observations[self.agents[seat]] for seat in self.living})

    def _hide(self, seat: int) -> None:
        """Blank a seat that may have left the game."""
        self.row.acting[seat] = False
        self.row.observation[self.role_of_seat[seat]][self.slot_of_seat[seat]] = 0.0
        legal = self.row.legal[self.role_of_seat[seat]]
        if legal is not None:
            legal[self.slot_of_seat[seat]] = True

    def _show_final(self, observations: Mapping[Any, Any]) -> None:
        """Keep the last view of a game."""
        for kept in self.row.final_observation:
            kept.fill(0.0)
        for agent, observation in observations.items():
            seat = self._seat(agent)
            self.encode[seat](observation, self.row.final_observation[self.role_of_seat[seat]][self.slot_of_seat[seat]])
        self._show_state(self.row.final_state, observations)


def _slots(blueprint: Blueprint) -> tuple[int, ...]:
    """Each seat's place on the slot axis of its role."""
    if blueprint.game.turn_based:
        return (0,) * len(blueprint.agents)
    roles = blueprint.game.roles
    return tuple(roles[role].seats.index(seat) for seat, role in enumerate(blueprint.game.role_of_seat))


def _joint(blueprint: Blueprint) -> tuple[NDArray[np.float32], list[NDArray[np.float32]], NDArray[np.intp]]:
    """Room for the observations of all seats, and in which order each team sees them: its own, then the next teams', in turn.

    Returns:
        A row of numbers, one view of it for each seat, and [K, S] indices into it.
    """
    game = blueprint.game
    ends = np.cumsum([game.roles[role].features for role in game.role_of_seat])
    starts = [0, *ends[:-1].tolist()]
    joint = np.zeros(ends[-1], np.float32)
    spans = [np.arange(start, end) for start, end in zip(starts, ends, strict=True)]
    teams = range(len(game.teams))
    order = [
        np.concatenate([spans[seat] for shift in teams for seat in game.teams[(team + shift) % len(teams)]]) for team in teams
    ]
    return joint, [joint[start:end] for start, end in zip(starts, ends, strict=True)], np.stack(order)


def _places(blueprint: Blueprint) -> NDArray[np.float32]:
    """[K, ·] each team's place among the teams of its side, one-hot; zeros where its side has no other."""
    game = blueprint.game
    places = np.zeros((len(game.teams), game.state_size - (blueprint.own_state or 0)), np.float32)
    for side in game.sides:
        for place, team in enumerate(side.teams if len(side.teams) > 1 else ()):
            places[team, place] = 1.0
    return places
