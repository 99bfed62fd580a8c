"""Stages by name, and the stages of a style."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from envs.faults import environment_code
from league.config.plugins import load
from league.config.styles import STYLES
from league.errors import LeagueError
from league.stages.averaging import average
from league.stages.commit import commit
from league.stages.draft import Draft, StageFunction
from league.stages.evolution import evolve
from league.stages.freezing import freeze
from league.stages.matchmaking import matchmake
from league.stages.meta_game import fill
from league.stages.promotion import rate_and_promote
from league.stages.report import report
from league.stages.responses import respond_anew
from league.stages.roles import live
from league.stages.tournament import tournament
from league.stages.training import train

STAGES: dict[str, StageFunction] = {
    "matchmaking": matchmake,
    "training": train,
    "freezing": freeze,
    "tournament": tournament,
    "rating": rate_and_promote,
    "evolution": evolve,
    "commit": commit,
    "report": report,
    "meta-game": fill,
    "responses": respond_anew,
    "roles": live,
    "averaging": average,
}

Entry = str | StageFunction
"""An entry of a style: the name of a stage, or a user's own stage."""


@dataclass(frozen=True)
class Stage:
    """A stage with its name, under which its time is stored and shown.

    Attributes:
        name: A name of `STAGES`, or the name of a user's own function.
        run: The function.
    """

    name: str
    run: StageFunction

    def __call__(self, draft: Draft) -> Draft:
        """Notify the watcher, run the stage, and add its seconds to `draft.phases`."""
        draft.context.watcher.phase(self.name)
        start = time.monotonic()
        done = self.run(draft)
        seconds = time.monotonic() - start
        return replace(done, phases={**done.phases, self.name: done.phases.get(self.name, 0.0) + seconds})


def stages_of(style: str) -> list[Stage]:
    """The stages of a style, in order.

    Args:
        style: A name of `league.config.styles.STYLES`, or a user's own function, written as `module:callable` or
            `path/to/file.py:callable`. The function has no arguments and returns a sequence of names of `STAGES` and functions.

    Raises:
        LeagueError: There is no such style, or it names a stage that does not exist.
    """
    named: Sequence[Entry] = STYLES[style].stages if style in STYLES else load(style, "style")()
    if not isinstance(named, (list, tuple)) or not all(callable(entry) or isinstance(entry, str) for entry in named):
        raise LeagueError(f"the style {style!r} gave {named!r:.80}, not a list of stages and names of stages")
    return [_stage(style, entry) for entry in named]


def _stage(style: str, entry: Entry) -> Stage:
    if callable(entry):
        return Stage(getattr(entry, "__name__", "stage"), _guarded(style, entry))
    if entry not in STAGES:
        raise LeagueError(f"the style {style!r} names a stage {entry!r} that does not exist (known: {', '.join(STAGES)})")
    return Stage(entry, STAGES[entry])


def _guarded(style: str, own: Callable[[Draft], object]) -> StageFunction:
    """A user's own stage. If it fails, the error message names it."""
    name = getattr(own, "__name__", "stage")

    def run(draft: Draft) -> Draft:
        with environment_code(f"the stage {name} of the style {style} failed"):
            done = own(draft)
        if not isinstance(done, Draft):
            raise LeagueError(f"the stage {name} of the style {style} returned a {type(done).__name__}, not the draft")
        return done

    return run
