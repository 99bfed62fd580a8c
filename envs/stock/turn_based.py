"""A copy of an AEC game: one seat acts at a time, and gets its rewards at its next turn or when it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.faults import GameError
from envs.stock.one_copy import Copy


class TurnBasedCopy(Copy):
    """An AEC environment. All seats of a role share one slot, which shows the seat whose turn it is."""

    turn = 0

    def _open(self) -> None:
        self.turn = 0
        self.environment.reset(seed=self.seed)
        agent = self.environment.agent_selection
        # The reward of `last` is ignored: the buffers still hold those of the game before.
        observation, _, terminated, truncated, info = self.environment.last()
        if not (terminated or truncated):
            self._show(agent, self._seat(agent), observation, info)

    def _move(self) -> bool:
        """Make a move, and advance to the seat that acts next. Dead seats on the way get the step that PettingZoo requires."""
        environment, first = self.environment, True
        environment.step(self.decode[self.turn](self.told[self.turn]))
        while environment.agents:
            agent = environment.agent_selection
            seat = self._seat(agent)
            observation, reward, terminated, truncated, info = environment.last()
            self.row.reward[seat] = reward
            if not (terminated or truncated):
                self._show(agent, seat, observation, info)
                return False
            if first:
                self._show_final(seat, observation)
                first = False
            self._end(seat, terminated, truncated)
            environment.step(None)
            if agent in environment.agents:
                raise GameError(f"{self.game.name} keeps {agent} in the game after its dead step (seed {self.seed}).")
        for seat in self.living:
            if seat not in self.ended:  # the environment removed it without a flag
                self._end(seat, terminated=True, truncated=False)
        return True

    def _show(self, agent: Any, seat: int, observation: Any, info: Mapping[str, Any] | None) -> None:
        """Write the observation and legal actions of the seat whose turn it is."""
        if seat in self.ended:
            raise GameError(f"{self.game.name} lets {agent} act again after it had ended (seed {self.seed}).")
        row, before = self.row, self.turn
        if self.role_of_seat[before] != self.role_of_seat[seat]:
            self.shown[before].fill(0.0)
            rules = self.rules[before]
            if rules is not None:
                rules.fill(True)
        row.acting[before] = False
        row.acting[seat] = True
        self.turn = seat
        self.encode[seat](observation, self.shown[seat])
        self._show_legal(seat, observation, info)
        environment = self.environment
        dead, cut = environment.terminations, environment.truncations
        self._look([each for each in environment.agents if not (dead[each] or cut[each])], seat, self.shown[seat])
        self.joint.read(environment, row.state)

    def _show_final(self, seat: int, observation: Any) -> None:
        """Write the last view of a game, as seen by the seat that would have acted next."""
        row, living = self.row, self.living
        for kept in row.final_observation:
            kept.fill(0.0)
        self.encode[seat](observation, self.final[seat])
        self._look(self.environment.agents, seat, self.final[seat])
        self.living = living
        self.joint.put_together(self.views, row.final_state)
        self.joint.mark_places(row.final_state)
        self.joint.read(self.environment, row.final_state)

    def _look(self, agents: Iterable[Any], known: int, shown: NDArray[np.float32]) -> None:
        """Note the living seats, and their observations if the joint state is made of them; the one of `known` is `shown`."""
        living = [self._seat(agent) for agent in agents]
        if self.views:
            if living != self.living:
                for view in self.views:
                    view.fill(0.0)
            for seat in living:
                if seat == known:
                    self.views[seat][...] = shown
                else:
                    self.encode[seat](self.environment.observe(self.agents[seat]), self.views[seat])
        self.living = living
