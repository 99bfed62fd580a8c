"""Errors of games: a game cannot be found, made, described or played."""

from __future__ import annotations

import difflib
import sysconfig
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from envs.sources import OURS

LONGEST = 400
"""Longest text of a foreign error or value that is quoted in a sentence, in characters."""

_PROJECT = Path(__file__).parents[1]
_OURS = tuple(f"{_PROJECT / room}/" for room in OURS)
_PYTHON = tuple(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib"))
_LIBRARIES = ("/numpy/", "/gymnasium/", "/pettingzoo/utils/", "/supersuit/", "/importlib/", "<frozen ", "<__array_function__")
"""Parts of the paths of code that is neither ours nor an environment's own."""


class GameError(ValueError):
    """A game cannot be found, made, described or played; the message is one clear sentence."""


class GameWarning(UserWarning):
    """A game can be played, but something of it is left out; the message is one clear sentence."""


class IllegalAction(ValueError):
    """An acting seat chose an action that its mask forbids."""


@contextmanager
def environment_code(what: str | Callable[[], str]) -> Iterator[None]:
    """Run foreign code; if it fails or wants to end the program, raise an error that says what was being done.

    Args:
        what: The beginning of the sentence: the game and what was being done, or a function that returns it.

    Raises:
        GameError: Any exception raised inside, in one sentence and chained, with file and line of the foreign code. Ctrl-C
            is no fault of the code and passes.
    """
    try:
        yield
    except GameError:
        raise
    except Exception as error:  # foreign code may raise anything; this module is the only place that catches everything
        raise GameError(f"{_said(what)}: {told(error)}") from error
    except SystemExit as error:
        raise GameError(f"{_said(what)}: it called sys.exit({error.code!r}){place_of(error)}") from error


def attempt(ask: Callable[..., Any], *arguments: Any) -> tuple[Any, Exception | None]:
    """Ask foreign code a question that it need not be able to answer.

    Returns:
        The answer and None, or None and the exception that was raised instead.
    """
    try:
        return ask(*arguments), None
    except Exception as error:
        return None, error


def told(error: BaseException) -> str:
    """An exception of foreign code in one line: its type, its text, and file and line of the foreign code that raised it."""
    text = shortened(str(error))
    return f"{type(error).__name__}{': ' if text else ''}{text}{place_of(error)}"


def place_of(error: BaseException) -> str:
    """Where the environment's own code raised an exception: ` (in games/mine.py, line 40)`; "" if it is not in its traceback.

    The innermost frame counts that belongs neither to this project nor to Python nor to an installed package. Where there is
    none, it is that of an installed package other than the libraries below an environment.
    """
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    foreign = [at for at in frames if not at[0].startswith(_OURS) and not any(part in at[0] for part in _LIBRARIES)]
    foreign = [at for at in foreign if "-packages/" in at[0] or not at[0].startswith(_PYTHON)]
    own = [at for at in foreign if "-packages/" not in at[0]]
    path, line = (own or foreign or [("", 0)])[-1]
    return f" (in {_near(path)}, line {line})" if path else ""


def shortened(text: str, longest: int = LONGEST) -> str:
    """A text in one line, cut where it is longer than `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest]}…"


def nearest(word: str, known: Iterable[str]) -> str:
    """Complete a sentence with the most similar known word: `; did you mean 'x'?`, or with a full stop if none is similar."""
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.4)
    return f"; did you mean {match[0]!r}?" if match else "."


def _said(what: str | Callable[[], str]) -> str:
    return what if isinstance(what, str) else what()


def _near(path: str) -> str:
    """A path from the working directory, or from the folder of installed packages, where it lies in one of them."""
    for folder in (f"{Path.cwd()}/", "/site-packages/", "/dist-packages/"):
        before, found, after = path.partition(folder)
        if found and (folder.endswith("-packages/") or not before):
            path = after
    return path
