"""The interface of observers that show the progress of a league."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from league.storage.generation import GenerationRow
from tournaments.rating.elo import Ratings
from tournaments.rating.standings import SideReturn


@dataclass(frozen=True)
class Progress:
    """The champion of a generation, in figures that can be compared over the generations of one league.

    Elo is none of them: with every generation all results are fitted anew, and every rating changes.

    Attributes:
        champion: The champion.
        points: Its progress, as it was published when it was frozen (`tournaments.rating.chain`); None if it is not known.
        bots: Its mean score against the scripted players, each with the same weight; None if it met none.
        previous: The champion of the generation before; "" if there was none.
        against_previous: The champion's score against it; None if they never met or are the same player.
        returns: The champion's mean episode return on each side.
        cooperative: Whether the game is cooperative, so that the return is the result.
        curriculum: Where the league is in its curriculum, in words; "" without a curriculum.
    """

    champion: str
    points: float | None
    bots: float | None
    previous: str
    against_previous: float | None
    returns: tuple[SideReturn, ...]
    cooperative: bool
    curriculum: str = ""


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

    def committed(self, row: GenerationRow, ratings: Ratings, progress: Progress) -> None:
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

    def committed(self, row: GenerationRow, ratings: Ratings, progress: Progress) -> None:
        """See `Watcher`."""

    def warn(self, sentence: str) -> None:
        """See `Watcher`."""

    def stop(self) -> None:
        """Do nothing: nothing is shown that could be taken away."""
