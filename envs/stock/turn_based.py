"""A copy of an AEC game: one seat acts at a time, and gets its rewards at its next turn or when it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from envs.dead_steps import dead_step
from envs.faults import attempt
from envs.stock.one_copy import Copy


class TurnBasedCopy(Copy):
    """An AEC environment. All seats of a role share one slot, which shows the seat whose turn it is."""

    turn = 0

    def _open(self) -> bool:
        self.turn, self.pictured = 0, list[int]()
        self.environment.reset(seed=self.seed)
        return not self._advance(opening=True)

    def _move(self) -> bool:
        self.environment.step(self.decode[self.turn](self.told[self.turn]))
        return self._advance(opening=False)

    def _advance(self, opening: bool) -> bool:
        """Go on to the seat that acts next. Dead seats on the way get the step that PettingZoo requires.

        Args:
            opening: Whether the game has just begun: the buffers still hold the rewards and the last view of the game before.

        Returns:
            True if the game is over.
        """
        environment, first, said = self.environment, not opening, list[Any]()
        while environment.agents:
            agent = environment.agent_selection
            seat = self._seat(agent)
            observation, reward, terminated, truncated, info = environment.last()
            if not opening:
                self._pay(agent, reward)
            if not (terminated or truncated):
                self._show(agent, seat, observation, info)
                return False
            if first:
                self._show_final(seat, observation)
                first = False
            said.append(info)
            if opening:
                self.ended.add(seat)
            else:
                self._end(seat, terminated, truncated)
            dead_step(environment)
            if agent in environment.agents:
                raise self.fault(f"keeps {agent} in the game after its dead step")
        self._end_of_all()
        if not opening:
            self._succeed(said)
        return True

    def _show(self, agent: Any, seat: int, observation: Any, info: Mapping[str, Any] | None) -> None:
        """Write the observation and legal actions of the seat whose turn it is."""
        if seat in self.ended:
            raise self.fault(f"lets {agent} act again after it had ended")
        row, before = self.row, self.turn
        if self.role_of_seat[before] != self.role_of_seat[seat]:
            self.shown[before].fill(0.0)
            rules = self.rules[before]
            if rules is not None:
                rules.fill(True)
        row.acting[before] = False
        row.acting[seat] = True
        self.turn = seat
        self._encode(seat, observation, self.shown[seat])
        self._show_legal(seat, observation, info)
        environment = self.environment
        dead, cut = environment.terminations, environment.truncations
        living = [self._seat(each) for each in environment.agents if not (dead[each] or cut[each])]
        self._look(living, seat, self.shown[seat])
        if living != self.living:
            self.living = living
            self.playing = sorted({*self.playing, *living})
        self._locate([seat], environment.infos)
        self._tell(environment.infos, row.facts)
        self._read_state()

    def _show_final(self, seat: int, observation: Any) -> None:
        """Write the last view of a game, as seen by the seat that would have acted next."""
        row = self.row
        for kept in row.final_observation:
            kept.fill(0.0)
        self._encode(seat, observation, self.final[seat])
        self._tell(self.environment.infos, row.final_facts)
        self._look([self._seat(agent) for agent in self.environment.agents], seat, self.final[seat])
        self.joint.put_together(self.views, row.final_state)
        self._read_final_state()

    def _look(self, living: list[int], known: int, shown: NDArray[Any]) -> None:
        """Write the observations of the living if the joint state is made of them; the one of `known` is `shown`.

        A seat that cannot be asked while it waits stands there with what it saw last.
        """
        if not self.views:
            return
        if living != self.pictured:
            for gone in set(self.pictured).difference(living):
                self.views[gone].fill(0.0)
            self.pictured = living
        for seat in living:
            if seat == known:
                self.views[seat][...] = shown
                continue
            observation, _ = attempt(self.environment.observe, self.agents[seat])
            if observation is not None:
                self._encode(seat, observation, self.views[seat])
