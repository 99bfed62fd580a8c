"""A copy of a parallel game: all living seats act at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.stock.one_copy import Copy

ACTS, ENDS = "acts", "ends"
"""Keys of `infos` by which an agent that stays in `agents` says that it does not act now, and that a life of it has ended."""


def waits(info: Mapping[str, Any] | None) -> bool:
    """Return whether an agent's info says `acts: False`: it stays in the game, but does not act, and sees nothing."""
    return info is not None and not info.get(ACTS, True)


def ends(info: Mapping[str, Any] | None) -> bool:
    """Return whether an agent's info says `ends: True`: what it earns later, it does not owe to what it did before."""
    return info is not None and bool(info.get(ENDS, False))


class SimultaneousCopy(Copy):
    """A parallel environment. Every seat has a slot of its own.

    A seat that is missing from `agents` without having been ended pauses: it does not act, and goes on when it is back. An
    agent that stays in `agents` can pause, too, and can end one of several lives; its `infos` say so, see `waits` and `ends`.
    """

    def _open(self) -> bool:
        self.last: dict[int, NDArray[Any]] = {}
        self.idle: dict[int, Any] = {}
        """Seats in `agents` that wait → an action that the environment ignores."""
        observations, infos = self.environment.reset(seed=self.seed)
        living = [self._seat(agent) for agent in self.environment.agents]
        if living:
            self._show(living, observations, infos)
        return bool(living)

    def _move(self) -> bool:
        environment, agents, ended = self.environment, self.agents, self.ended
        actions = {agents[seat]: self.decode[seat](self.told[seat]) for seat in self.living}
        actions |= {agents[seat]: ignored for seat, ignored in self.idle.items()}
        observations, rewards, terminations, truncations, infos = environment.step(actions)
        for agent, reward in rewards.items():
            self._pay(agent, reward)
        cut = []
        for seat in self.playing:
            agent = agents[seat]
            terminated, truncated = terminations.get(agent, False), truncations.get(agent, False)
            if terminated or truncated:
                terminated = terminated or ends(infos.get(agent))
                self._end(seat, terminated, truncated)
                if not terminated:
                    cut.append(seat)
            elif ends(infos.get(agent)):
                self.row.terminated[seat] = True
        living = sorted({self._seat(agent) for agent in environment.agents} - ended)
        if not living:
            self._end_of_all()
            self._succeed(infos.values())
            self._show_final(cut, observations)
            self._tell(infos, self.row.final_facts)
            return True
        self._show(living, observations, infos)
        if cut:
            self._show_cut(cut, observations)
            self._tell(infos, self.row.final_facts)
        return False

    def _show(self, living: list[int], observations: Mapping[Any, Any], infos: Mapping[Any, Any]) -> None:
        """Write the observations and legal actions of all living seats that act."""
        everybody = living
        waiting = [seat for seat in living if waits(infos.get(self.agents[seat]))]
        if waiting or self.idle:
            living = [seat for seat in living if seat not in waiting]
            self.idle = {seat: self.decode[seat](np.zeros_like(self.told[seat])) for seat in waiting}
        if living != self.living or waiting:
            for gone in set(self.living).difference(living):
                self._hide(gone)
            self.row.acting[living] = True
            self.living = living
            self.playing = sorted({*self.playing, *everybody} - self.ended)
        for seat in living:
            agent = self.agents[seat]
            if agent not in observations:
                raise self.fault(f"gives the living seat {agent} no observation")
            self._encode(seat, observations[agent], self.shown[seat])
            self._show_legal(seat, observations[agent], infos.get(agent))
        self._locate(living, infos)
        self._tell(infos, self.row.facts)
        self._read_state()

    def _hide(self, seat: int) -> None:
        """Clear a seat that has left the game, but remember what it saw last."""
        self.row.acting[seat] = False
        self.last[seat] = self.shown[seat].copy()
        self.shown[seat].fill(0.0)
        rules = self.rules[seat]
        if rules is not None:
            rules.fill(True)

    def _show_final(self, cut: list[int], observations: Mapping[Any, Any]) -> None:
        """Write the last view of a game."""
        row = self.row
        for kept in row.final_observation:
            kept.fill(0.0)
        for seat in cut:
            self.final[seat][...] = self.shown[seat] if seat in self.living else self.last[seat]
        for agent, observation in observations.items():
            seat = self._seat(agent)
            if observation is not None:
                self._encode(seat, observation, self.final[seat])
        self.joint.put_together(self.final, row.final_state)
        self._read_final_state()

    def _show_cut(self, cut: list[int], observations: Mapping[Any, Any]) -> None:
        """Write the present view of a game that goes on, with the last views of seats that were cut off."""
        row = self.row
        for kept, shown in zip(row.final_observation, row.observation, strict=True):
            kept[...] = shown
        for seat in cut:
            observation = observations.get(self.agents[seat])
            if observation is None:
                self.final[seat][...] = self.last[seat]
            else:
                self._encode(seat, observation, self.final[seat])
        row.final_state[...] = row.state
        self.joint.put_together(self.final, row.final_state)
