"""The interface of observers that show the progress of a league."""

from __future__ import annotations

from typing import Protocol

from league.storage.generation import GenerationRow
from tournaments.rating.elo import Ratings


class Watcher(Protocol):
    """An observer that is notified of the progress of a league."""

    def generation(self, number: int, total: int) -> None:
        """A generation begins; the league should have `total` generations."""

    def phase(self, name: str) -> None:
        """A phase of the generation begins."""

    def progress(self, done: int, total: int) -> None:
        """`done` of the phase's `total` tasks are finished."""

    def trained(self, decisions: int) -> None:
        """`decisions` decisions were learnt from in this generation."""

    def committed(self, row: GenerationRow, ratings: Ratings) -> None:
        """The generation is committed."""

    def warn(self, sentence: str) -> None:
        """A problem occurred that does not stop the league."""


class Silent:
    """An observer that shows nothing."""

    def generation(self, number: int, total: int) -> None:
        """See `Watcher`."""

    def phase(self, name: str) -> None:
        """See `Watcher`."""

    def progress(self, done: int, total: int) -> None:
        """See `Watcher`."""

    def trained(self, decisions: int) -> None:
        """See `Watcher`."""

    def committed(self, row: GenerationRow, ratings: Ratings) -> None:
        """See `Watcher`."""

    def warn(self, sentence: str) -> None:
        """See `Watcher`."""

    def stop(self) -> None:
        """Do nothing: nothing is shown that could be taken away."""
