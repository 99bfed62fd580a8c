"""Who is told what a league is doing."""

from __future__ import annotations

from typing import Protocol

from league.storage.generation import GenerationRow
from tournaments.rating.elo import Ratings


class Watcher(Protocol):
    """Told what goes on in a league."""

    def generation(self, number: int, total: int) -> None:
        """A generation begins; `total` of them are wanted."""

    def phase(self, name: str) -> None:
        """A phase of the generation begins."""

    def progress(self, done: int, total: int) -> None:
        """So many of the phase's tasks are done."""

    def trained(self, decisions: int) -> None:
        """So many decisions were learnt from in this generation."""

    def committed(self, row: GenerationRow, ratings: Ratings) -> None:
        """The generation is safe."""

    def warn(self, sentence: str) -> None:
        """Something went wrong that does not stop the league."""


class Silent:
    """Says nothing."""

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
