"""A program or a service in all the matches that it plays: a session for every seat of every match."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import cast

from torch import Tensor

from envs.bots.turn import Turn
from envs.game import Game
from envs.programs import processes, web
from envs.programs.limits import Limits
from envs.programs.protocol import Fault, Session, act_message, action_of, object_in, start_message

FORGOTTEN = 4
"""Number of steps after which the session of a seat that did not occur in them is closed: its match is over. The parts of an
arena take turns, so the seats of a running match occur in every second step."""

PROGRAM, SERVICES = "command:", ("http://", "https://")
"""How the names of programs and of services begin."""


def is_visitor(name: str) -> bool:
    """Whether a player's name is that of a program or of a service: `command:./bot --flag`, `http://localhost:8000/`."""
    return name.startswith((PROGRAM, *SERVICES))


class Visitor:
    """A program or a service that plays. Nothing is started before its first move."""

    def __init__(self, name: str, game: Game, limits: Limits) -> None:
        """Prepare.

        Args:
            name: `command:` and a command, or an address.
            game: The game.
            limits: What it may take.
        """
        self.name, self.game, self.limits = name, game, limits
        self._sessions: dict[int, tuple[str, Session]] = {}
        self._seen: dict[int, int] = {}
        self._steps, self._made = 0, 0

    def answer(self, turn: Turn, seats: Sequence[str], carried: Tensor) -> list[Tensor | Fault]:
        """Choose the actions of some seats of some matches. All are asked at the same time.

        Args:
            turn: Their decisions, B rows.
            seats: The seat of each row.
            carried: float32 [B], the number of each seat's session, 0 at the start of a match; written in place.

        Returns:
            The action or the fault of each row. The session of a row with a fault is closed.
        """
        found: dict[int, Tensor | Fault] = self._start(turn, seats, carried)
        rows = [row for row in range(len(seats)) if row not in found]
        sessions = [self._sessions[int(carried[row])] for row in rows]
        messages = [act_message(turn, row, match) for row, (match, _) in zip(rows, sessions, strict=True)]
        answers = self._ask([each for _, each in sessions], messages, self.limits.move)
        for row, answer in zip(rows, answers, strict=True):
            found[row] = answer if isinstance(answer, Fault) else action_of(answer, turn, row)
            self._seen[int(carried[row])] = self._steps
        for row, decided in found.items():
            if isinstance(decided, Fault):
                self._drop(int(carried[row]))
        return [found[row] for row in range(len(seats))]

    def keep(self, carried: Tensor) -> None:
        """Close the sessions of matches that are over.

        Args:
            carried: The numbers of all seats that it holds, whether or not they act. To be called at every step.
        """
        self._steps += 1
        for number in set(map(int, carried.tolist())) & self._sessions.keys():
            self._seen[number] = self._steps
        for number in [number for number, last in self._seen.items() if last < self._steps - FORGOTTEN]:
            self._drop(number)

    def close(self) -> None:
        """Close all sessions."""
        for number in list(self._sessions):
            self._drop(number)

    def _start(self, turn: Turn, seats: Sequence[str], carried: Tensor) -> dict[int, Tensor | Fault]:
        """Start the sessions of seats whose matches begin; row → fault of those that cannot be started."""
        faults: dict[int, Tensor | Fault] = {}
        begun: list[int] = []
        messages = []
        for row, seat in enumerate(seats):
            if int(carried[row]) in self._sessions:
                continue
            self._made = self._made % 2**20 + 1  # float32 holds these numbers exactly
            carried[row] = float(self._made)
            match = uuid.uuid4().hex
            try:
                session = self._open()
            except (OSError, ValueError) as error:
                faults[row] = Fault("start", f"it cannot be started: {error}")
                continue
            self._sessions[self._made], self._seen[self._made] = (match, session), self._steps
            seed = int(float(turn.noise[row].flatten()[0]) * 2**31)
            begun.append(row)
            messages.append(start_message(self.game, turn.role, seat, match, seed, self.limits))
        answers = self._ask([self._sessions[int(carried[row])][1] for row in begun], messages, self.limits.start)
        for row, answer in zip(begun, answers, strict=True):
            ready = answer if isinstance(answer, Fault) else object_in(answer)
            if isinstance(ready, Fault):
                late = f"it did not start within {self.limits.start:g} seconds"
                faults[row] = Fault("start", late) if ready.kind == "late" else ready
        return faults

    def _open(self) -> Session:
        if self.name.startswith(PROGRAM):
            return processes.Process(self.name.removeprefix(PROGRAM))
        return web.Connection(self.name)

    def _ask(self, sessions: Sequence[Session], messages: Sequence[bytes], seconds: float) -> list[bytes | Fault]:
        if not sessions:
            return []
        if self.name.startswith(PROGRAM):
            running = cast(Sequence[processes.Process], sessions)
            return processes.ask(list(zip(running, messages, strict=True)), seconds, self.limits)
        connected = cast(Sequence[web.Connection], sessions)
        return web.ask(list(zip(connected, messages, strict=True)), seconds, self.limits)

    def _drop(self, number: int) -> None:
        self._seen.pop(number, None)
        found = self._sessions.pop(number, None)
        if found is not None:
            found[1].close()
