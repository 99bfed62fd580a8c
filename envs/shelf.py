"""Environments that are slow to make are kept and reset, where a reset gives what a new environment gives.

A league makes an environment for every copy of every task and, so that replays verify, one for every match. Most are made in
less than a millisecond. Those that take longer are put back on a shelf of this process instead of being closed, once
`envs.stock.renewal` has found that they may be. The shelf holds environments of one setup and is emptied when the process ends.
"""

from __future__ import annotations

from multiprocessing.util import Finalize
from time import perf_counter

from envs.game import GameSetup
from envs.registry import Environment, construct, dispose

SLOW = 0.002
"""Seconds from which the making of an environment counts as slow."""

MOST = 1024
"""Most environments that are kept."""


class Shelf:
    """What this process keeps.

    Attributes:
        slow: The setups (by `key`) whose environments were slow to make, every time.
        resets: For each setup that was examined, whether a reset gives what a new environment gives.
    """

    def __init__(self) -> None:
        self.slow: dict[str, bool] = {}
        self.resets: dict[str, bool] = {}
        self._kept: list[tuple[Environment, GameSetup]] = []
        self._key = ""

    def take(self, setup: GameSetup) -> Environment:
        """Return an environment, one that was kept if there is one; it has to be reset."""
        here = key(setup)
        if here == self._key and self._kept:
            return self._kept.pop()[0]
        begun = perf_counter()
        environment = construct(setup)
        self.slow[here] = self.slow.get(here, True) and perf_counter() - begun >= SLOW
        return environment

    def put_back(self, environment: Environment, setup: GameSetup) -> None:
        """Keep an environment that is no longer needed, or close it."""
        here = key(setup)
        if not self.resets.get(here, False):
            dispose(environment, setup)
            return
        if here != self._key:
            self.clear()
            self._key = here
        if len(self._kept) < MOST:
            self._kept.append((environment, setup))
        else:
            dispose(environment, setup)

    def clear(self) -> None:
        """Close everything that is kept."""
        kept, self._kept = self._kept, []
        for environment, setup in kept:
            dispose(environment, setup)


def key(setup: GameSetup) -> str:
    """Return a text that is equal for setups that make equal environments."""
    return repr((setup.name, setup.options, setup.wrappers))


SHELF = Shelf()
take, put_back = SHELF.take, SHELF.put_back
Finalize(None, SHELF.clear, exitpriority=1)  # also runs in worker processes, where atexit does not
