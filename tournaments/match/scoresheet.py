"""The record of running matches: one entry per step for all copies at once, cut into matches from time to time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs.game import Game
from tournaments.match.encoding import encode_all

PAGES = 256
"""Minimal number of recorded steps after which finished matches are cut out and unneeded steps are deleted."""

Ints = NDArray[np.int64]


class Scoresheet:
    """Records who acted and how, on the arena's device, until the matches are over.

    Attributes:
        step: Number of steps recorded so far.
    """

    def __init__(self, game: Game) -> None:
        self.step = 0
        self._game = game
        self._first = 0
        self._acting: list[Tensor] = []
        self._actions: list[tuple[Tensor, ...]] = []
        self._over: list[tuple[Ints, Ints, Ints, Ints, int]] = []
        self._pages = PAGES

    def write(self, acting: Tensor, actions: tuple[Tensor, ...]) -> None:
        """Record a step.

        Args:
            acting: bool [N, A]. Must not be modified later.
            actions: As `Arena.step` takes them. Must not be modified later.
        """
        self.step += 1
        self._acting.append(acting)
        self._actions.append(actions)

    def close(self, tickets: Ints, copies: Ints, begun: Ints, openings: Ints) -> None:
        """Note matches that ended with the last step: their tickets, copies, first steps, and the moves of their openings."""
        self._over.append((tickets, copies, begun, openings, self.step))

    @property
    def full(self) -> bool:
        """True when `cut` is due."""
        return len(self._acting) >= self._pages and bool(self._over)

    def cut(self, running_since: int) -> tuple[Ints, Ints, list[bytes]]:
        """Cut out the finished matches and delete the steps that no running match needs.

        Args:
            running_since: The first step of the oldest running match; earlier steps are deleted.

        Returns:
            For each finished match: its ticket, its number of steps, and its actions as `tournaments.match.moves` encodes them.
        """
        if not self._over:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), []
        tickets, copies, begun, openings = (np.concatenate(column) for column in list(zip(*self._over, strict=True))[:4])
        lengths = np.concatenate([end - begun for _, _, begun, _, end in self._over])
        before = np.cumsum(lengths) - lengths
        rows = np.arange(lengths.sum()) + np.repeat(begun - self._first - before, lengths)
        columns = np.repeat(copies, lengths)
        acting = _stacked(self._acting)[rows, columns]
        actions = [_stacked(role)[rows, columns] for role in zip(*self._actions, strict=True)]
        self._over = []
        forgotten = min(running_since, self.step) - self._first
        del self._acting[:forgotten], self._actions[:forgotten]
        self._first += forgotten
        # One very long match keeps all steps since its start. Doubling keeps the total cost of copying linear.
        self._pages = max(PAGES, 2 * len(self._acting))
        return tickets, lengths, encode_all(self._game, acting, actions, lengths, openings)


def _stacked(steps: Sequence[Tensor]) -> NDArray[np.generic]:
    """Stack T tensors [N, …] into one array [T, N, …]."""
    array: NDArray[np.generic] = torch.stack(list(steps)).cpu().numpy()
    return array
