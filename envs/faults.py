"""What is said when a game cannot be found, built, described or played."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager


class GameError(ValueError):
    """A game cannot be found, built, described or played; the message is one clear sentence."""


class IllegalAction(ValueError):
    """An acting seat chose an action that its mask forbids."""


@contextmanager
def environment_code(what: str | Callable[[], str]) -> Iterator[None]:
    """Run code that is not ours, and say what was being done when it fails.

    Args:
        what: The beginning of the sentence: the game and what was being done, or a function that says it when it is needed.

    Raises:
        GameError: Whatever was raised inside, in one sentence and chained.
    """
    try:
        yield
    except GameError:
        raise
    except Exception as error:  # an environment's code may raise anything; only here is it caught, to name the game
        said = what if isinstance(what, str) else what()
        raise GameError(f"{said}: {type(error).__name__}: {error}") from error


def nearest(word: str, known: Iterable[str]) -> str:
    """End a sentence with the known word most like the given one: `; did you mean 'x'?`, or a full stop if none is."""
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.4)
    return f"; did you mean {match[0]!r}?" if match else "."
