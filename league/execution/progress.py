"""The output while a league runs: in a terminal also a line that is updated, elsewhere plain lines."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.status import Status
from rich.text import Text

from league.execution.terminal import SafeConsole, brief
from league.execution.watcher import Progress, Silent
from league.storage.generation import GenerationRow
from tournaments.rating.elo import Ratings


def display_for(progress: bool | None) -> Lines | Silent:
    """The observer of a league that is run from Python.

    Args:
        progress: Whether the progress is printed; None for in a terminal and in a notebook.
    """
    shown = sys.stderr.isatty() or "ipykernel" in sys.modules if progress is None else progress
    return Lines(SafeConsole(stderr=True)) if shown else Silent()


class Lines:
    """Prints one line per generation. In a terminal, a line below it is updated with the current phase."""

    def __init__(self, console: Console) -> None:
        """Write to `console`."""
        self.console = console
        self._status: Status | None = None
        self._number, self._total = 0, 0
        self._done, self._begun = 0, time.monotonic()
        self._started = 0.0
        self._phase, self._rate = "", 0.0

    def generation(self, number: int, total: int) -> None:
        """See `Watcher`."""
        self._number, self._total = number, total
        if not self._done:
            self._begun = time.monotonic()

    def phase(self, name: str) -> None:
        """See `Watcher`."""
        self._phase, self._started = name, time.monotonic()
        self._show("")

    def progress(self, done: int, total: int) -> None:
        """See `Watcher`."""
        self._show(f" {done}/{total} {'replays' if self._phase == 'report' else 'tasks'}")

    def trained(self, decisions: int) -> None:
        """See `Watcher`."""
        self._rate = decisions / max(time.monotonic() - self._started, 1e-9)

    def committed(self, row: GenerationRow, ratings: Ratings, progress: Progress) -> None:
        """See `Watcher`."""
        self.stop()
        self._done += 1
        self.console.print(
            f"generation {row.number:3d}/{self._total - 1}  champion {row.champion}  {progress_told(progress)}  "
            f"{_success(row)}"
            f"{progress.curriculum and progress.curriculum + '  '}"
            f"{self._rate:,.0f} agent-steps/s  {row.seconds:.1f} s{self._left()}",
            highlight=False,
        )

    def warn(self, sentence: str) -> None:
        """See `Watcher`."""
        self.console.print(Text.assemble(("warning: ", "yellow"), brief(sentence)))

    def foreign(self, line: str) -> None:
        """Print a line of the output of foreign code, above the live line; may be called from another thread."""
        self.console.print(line, style="dim", highlight=False, markup=False)

    def stop(self) -> None:
        """Remove the updated line."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _show(self, detail: str) -> None:
        if not self.console.is_terminal:
            return
        rate = f" · {self._rate:,.0f} agent-steps/s" if self._rate else ""
        text = f"generation {self._number}/{self._total - 1} · {self._phase}{detail}{rate}{self._left()}"
        if self._status is None:
            self._status = self.console.status(Text(text))
            self._status.start()
        else:
            self._status.update(Text(text))

    def _left(self) -> str:
        ahead = self._total - self._number - (self._phase == "report")
        if not self._done or not ahead:
            return ""
        seconds = (time.monotonic() - self._begun) / self._done * ahead
        return f" · {seconds / 60:.0f} min left" if seconds > 90 else f" · {seconds:.0f} s left"


def _success(row: GenerationRow) -> str:
    """The share of a generation's training games that were a success; empty if the game does not say."""
    return f"success {100 * row.figures['success']:3.0f} %  " if "success" in row.figures else ""


def progress_told(found: Progress) -> str:
    """The champion's figures: its return in cooperative games, its progress, and its scores.

    Elo is not among them, because the ratings of two generations are two fits, which cannot be compared.
    """
    returns = [f"return {side.text}" for side in found.returns] if found.cooperative else []
    points = [] if found.points is None else [f"progress {found.points:4.0f}"]
    bots = [] if found.bots is None or found.cooperative else [f"bots {100 * found.bots:3.0f} %"]
    before = ["first" if not found.previous else "still" if found.previous == found.champion else "not met"]
    if found.against_previous is not None:
        before = [f"{100 * found.against_previous:3.0f} %"]
    return "  ".join([*returns, *points, *bots, f"previous {before[0]:>7}" if found.previous else " " * 16])
