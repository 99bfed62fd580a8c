"""Output for people: a console that shows names of any origin as text."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

WIDE = 160
"""Width in characters of output that is not printed to a terminal."""

LONGEST_WORD, LONGEST_LINE = 400, 2000
"""Characters of a word and of a line of a sentence; what is longer is cut in the middle."""

STRANGE = "�"
"""Replaces characters that cannot be printed."""


def harmless(text: str) -> str:
    """Replace all characters that would control a terminal instead of being displayed, ends of lines among them."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else STRANGE for character in text)


def brief(sentence: str) -> str:
    """Cut the words and lines of a sentence that are too long to be read, such as a value of thousands of characters."""
    words = re.sub(rf"\S{{{LONGEST_WORD + 1},}}", lambda word: _cut(word[0], LONGEST_WORD), sentence)
    return "\n".join(_cut(line, LONGEST_LINE) for line in words.splitlines())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most * 2 // 3]} … {text[-most // 4 :]}"


class SafeConsole(Console):
    """A console that shows names of any origin as they are. All that the command line prints goes through one of these.

    Names are never read as markup or as emoji. Characters that would control the terminal are replaced, wherever they come
    from; the colours and movements of the program's own output are no characters here and stay.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        """Print on standard output or on standard error.

        Args:
            stderr: On standard error.
        """
        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() else WIDE
        super().__init__(stderr=stderr, soft_wrap=True, width=width, markup=False, emoji=False, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Turn something that can be printed into pieces of text, without characters that control a terminal."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment("\n".join(map(harmless, segment.text.split("\n"))), segment.style)
