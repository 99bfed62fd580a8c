"""Errors of games: a game cannot be found, made, described or played."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager


class GameError(ValueError):
    """A game cannot be found, made, described or played; the message is one clear sentence."""


class IllegalAction(ValueError):
    """An acting seat chose an action that its mask forbids."""


@contextmanager
def environment_code(what: str | Callable[[], str]) -> Iterator[None]:
    """Run foreign code; if it fails, raise an error that says what was being done.

    Args:
        what: The beginning of the sentence: the game and what was being done, or a function that returns it.

    Raises:
        GameError: Any exception raised inside, in one sentence and chained.
    """
    try:
        yield
    except GameError:
        raise
    except Exception as error:  # foreign code may raise anything; this is the only place that catches everything
        said = what if isinstance(what, str) else what()
        raise GameError(f"{said}: {type(error).__name__}: {error}") from error


def nearest(word: str, known: Iterable[str]) -> str:
    """Complete a sentence with the most similar known word: `; did you mean 'x'?`, or with a full stop if none is similar."""
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.4)
    return f"; did you mean {match[0]!r}?" if match else "."
