"""Requests that arrive while a player computes are its next batch."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from envs.faults import GameError
from league.errors import LeagueError
from league.serving.requests import Asked
from league.serving.served import Answer, Carried, ServedPlayer
from league.serving.sessions import Sessions

MOST_WAITING = 8192
"""Maximal number of decisions of a player that wait; further requests are refused."""

FAILURES = (GameError, LeagueError, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError)
"""What a player's decision can fail with: networks and aggregations may be a user's own."""


class Busy(LeagueError):
    """Too many decisions wait."""


@dataclass
class Order:
    """A request whose decisions may be in several batches.

    Attributes:
        answers: One place for every decision.
        done: Resolved when all places are filled, or with the first error.
        left: Number of places that are empty.
    """

    answers: list[Answer | None]
    done: asyncio.Future[list[Answer | None]]
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = len(self.answers)

    def fill(self, place: int, answer: Answer | Exception) -> None:
        """Fill a place, or report its error."""
        if self.done.done():  # the client has gone, or another of its decisions failed
            return
        if isinstance(answer, Exception):
            self.done.set_exception(answer)
            return
        self.answers[place] = answer
        self.left -= 1
        if not self.left:
            self.done.set_result(self.answers)


Waiting = tuple[Order, int, Asked]


class Batcher:
    """Collects the decisions that clients ask of one version of a player, and computes them in batches."""

    def __init__(self, player: ServedPlayer, pool: Executor, noted: Callable[[int], None]) -> None:
        """Prepare.

        Args:
            player: The player.
            pool: Computes the batches, outside of the event loop.
            noted: Receives the size of every batch.
        """
        self.player, self.sessions = player, Sessions(player)
        self._pool, self._noted = pool, noted
        self._waiting: deque[Waiting] = deque()
        self._running = False

    @property
    def waiting(self) -> int:
        """Number of decisions that wait."""
        return len(self._waiting)

    async def ask(self, asked: Sequence[Asked]) -> list[Answer | None]:
        """Return the answers, in the order of the questions.

        Raises:
            Busy: Too many decisions wait.
            GameError: The player failed.
        """
        if len(self._waiting) + len(asked) > MOST_WAITING:
            raise Busy(f"more than {MOST_WAITING} decisions of this player wait; try again later")
        loop = asyncio.get_running_loop()
        order = Order([None] * len(asked), loop.create_future())
        self._waiting.extend((order, place, each) for place, each in enumerate(asked))
        if not self._running:
            self._running = True
            loop.call_soon(self._start)  # after everything that has arrived by now
        return await order.done

    def _start(self) -> None:
        batch = self._next()
        carried = [self.sessions.of(asked) for _, _, asked in batch]
        self._noted(len(batch))
        work = asyncio.get_running_loop().run_in_executor(self._pool, self._work, batch, carried)
        work.add_done_callback(lambda done: self._deliver(batch, done))

    def _next(self) -> list[Waiting]:
        """Take the next batch. The decisions of a session follow each other, so they are in different batches."""
        batch: list[Waiting] = []
        later: list[Waiting] = []
        sessions: set[str] = set()
        while self._waiting and len(batch) < self.player.most:
            item = self._waiting.popleft()
            order, _, asked = item
            if order.done.done():
                continue
            if asked.session and asked.session in sessions:
                later.append(item)
                continue
            sessions.add(asked.session)
            batch.append(item)
        self._waiting.extendleft(reversed(later))
        return batch

    def _work(self, batch: Sequence[Waiting], carried: Sequence[Carried]) -> list[Answer | Exception]:
        if not batch:
            return []
        asked = [each for _, _, each in batch]
        try:
            return list(self.player.decide(asked, carried))
        except FAILURES as error:
            if len(batch) == 1:
                return [error]
        # One decision failed: the others must not fail with it.
        return [self._work([one], [own])[0] for one, own in zip(batch, carried, strict=True)]

    def _deliver(self, batch: Sequence[Waiting], done: asyncio.Future[list[Answer | Exception]]) -> None:
        if done.cancelled():
            return
        for (order, place, _), answer in zip(batch, done.result(), strict=True):
            order.fill(place, answer)
        if self._waiting:
            self._start()
        else:
            self._running = False
