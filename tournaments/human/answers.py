"""Parsing of the moves that a person types: a number, a name, or the unambiguous beginning of a name."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 60
"""Maximal number of moves in a list."""

AMONG = 7
"""Maximal number of names in an error message about an ambiguous answer."""


DIGITS = 9
"""Maximal number of digits in a move's number. Longer input is refused before it is converted."""


class Refused(ValueError):
    """The typed text is not a legal move; the message is one sentence."""


def parse_move(answer: str, legal: Sequence[int], names: Sequence[str]) -> int:
    """Find the move that a person means.

    Args:
        answer: The typed text.
        legal: The legal moves.
        names: Names of all moves; empty if moves have numbers only.

    Returns:
        One of the legal moves.

    Raises:
        Refused: The text matches no move or several, or the move is illegal.
    """
    typed = " ".join(answer.split()).casefold()
    if not typed:
        raise Refused("Type a move's number or name; ? shows help.")
    folded = [name.casefold() for name in names]
    if typed in folded:
        meant = [folded.index(typed)]
    elif typed.isdecimal():
        number = int(typed[-DIGITS:]) if len(typed.lstrip("0")) <= DIGITS else -1
        meant = [number] if number in legal or 0 <= number < len(names) else []
    else:
        meant = [number for number, name in enumerate(folded) if name.startswith(typed)]
    allowed = [number for number in meant if number in legal]
    if len(allowed) == 1:
        return allowed[0]
    if len(allowed) > 1:
        fits = [repr(names[number]) for number in allowed[:AMONG]] + ["others"] * (len(allowed) > AMONG)
        raise Refused(f"{answer.strip()!r} fits {', '.join(fits[:-1])} and {fits[-1]}: type more letters.")
    if meant:
        raise Refused(f"{' and '.join(move_name(number, names) for number in meant[:AMONG])} cannot be played now.")
    raise Refused(f"There is no move {answer.strip()!r} here; type a number or a name from the list.")


def move_name(number: int, names: Sequence[str]) -> str:
    """Return a move's name, or its number if it has none."""
    return names[number] if names else str(number)


def move_list(legal: Sequence[int], names: Sequence[str], width: int) -> list[str]:
    """List the legal moves with their numbers in columns.

    Args:
        legal: The legal moves.
        names: Names of all moves; empty if moves have numbers only.
        width: Width of the screen in characters.
    """
    wide = len(str(max(legal)))
    cells = [f"{number:>{wide}} {names[number] if names else ''}".rstrip() for number in legal[:SHOWN]]
    size = max(map(len, cells)) + 3
    across = max(1, (width - 2) // size)
    down = -(-len(cells) // across)
    lines = ["  " + "".join(cell.ljust(size) for cell in cells[row::down]).rstrip() for row in range(down)]
    return [*lines, *[f"  and {len(legal) - SHOWN} others"] * (len(legal) > SHOWN)]
