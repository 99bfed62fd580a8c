"""A copy of a parallel game: all living seats act at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envs.faults import GameError
from envs.stock.one_copy import Copy


class SimultaneousCopy(Copy):
    """A parallel environment. Every seat has a slot of its own."""

    def _open(self) -> None:
        observations, infos = self.environment.reset(seed=self.seed)
        self._show([self._seat(agent) for agent in self.environment.agents], observations, infos)

    def _move(self) -> bool:
        environment, row, agents = self.environment, self.row, self.agents
        actions = {agents[seat]: self.decode[seat](self.told[seat]) for seat in self.living}
        observations, rewards, terminations, truncations, infos = environment.step(actions)
        for agent, reward in rewards.items():
            row.reward[self._seat(agent)] = reward
        remaining = {self._seat(agent) for agent in environment.agents}
        for seat in self.living:
            agent = agents[seat]
            terminated, truncated = terminations.get(agent, False), truncations.get(agent, False)
            if terminated or truncated or seat not in remaining:  # leaving without a flag counts as terminating
                self._end(seat, terminated or not truncated, truncated)
        living = sorted(remaining - self.ended)
        if living:
            self._show(living, observations, infos)
        else:
            self._show_final(observations)
        return not living

    def _show(self, living: list[int], observations: Mapping[Any, Any], infos: Mapping[Any, Any]) -> None:
        """Write the observations and legal actions of all living seats."""
        if living != self.living:
            for gone in set(self.living).difference(living):
                self._hide(gone)
            self.row.acting[living] = True
            self.living = living
        for seat in living:
            agent = self.agents[seat]
            if agent not in observations:
                raise GameError(f"{self.game.name} gives the living seat {agent} no observation (seed {self.seed}).")
            self.encode[seat](observations[agent], self.shown[seat])
            self._show_legal(seat, observations[agent], infos.get(agent))
        self.joint.read(self.environment, self.row.state)

    def _hide(self, seat: int) -> None:
        """Clear a seat that has left the game."""
        self.row.acting[seat] = False
        self.shown[seat].fill(0.0)
        rules = self.rules[seat]
        if rules is not None:
            rules.fill(True)

    def _show_final(self, observations: Mapping[Any, Any]) -> None:
        """Write the last view of a game."""
        row = self.row
        for kept in row.final_observation:
            kept.fill(0.0)
        for agent, observation in observations.items():
            seat = self._seat(agent)
            self.encode[seat](observation, self.final[seat])
        self.joint.put_together(self.final, row.final_state)
        self.joint.mark_places(row.final_state)
        self.joint.read(self.environment, row.final_state)
