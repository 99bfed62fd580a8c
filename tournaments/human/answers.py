"""What a person types for a move: a number, a name, or the beginning of one that fits no other."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 60
"""Maximal number of moves in a list."""

AMONG = 7
"""Names that are given at most where an answer fits several."""


DIGITS = 9
"""Digits of a number at most; no game has so many moves."""


class Refused(ValueError):
    """What was typed is no move; the message is one sentence."""


def parse_move(answer: str, legal: Sequence[int], names: Sequence[str]) -> int:
    """Find the move that is meant.

    Args:
        answer: What was typed.
        legal: The moves that are allowed.
        names: Names of all moves; empty if moves have numbers only.

    Returns:
        One of the allowed moves.

    Raises:
        Refused: None is meant, several are, or it is not allowed.
    """
    typed = " ".join(answer.split()).casefold()
    if not typed:
        raise Refused("Type a move's number or name; ? says what else there is.")
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
        raise Refused(f"{answer.strip()!r} fits {', '.join(fits[:-1])} and {fits[-1]}: type more of it.")
    if meant:
        raise Refused(f"{' and '.join(move_name(number, names) for number in meant[:AMONG])} cannot be played now.")
    raise Refused(f"There is no move {answer.strip()!r} here; type a number or a name from the list.")


def move_name(number: int, names: Sequence[str]) -> str:
    """A move's name, or its number where it has none."""
    return names[number] if names else str(number)


def move_list(legal: Sequence[int], names: Sequence[str], width: int) -> list[str]:
    """The allowed moves with their numbers, side by side in columns.

    Args:
        legal: The moves.
        names: Names of all moves; empty if moves have numbers only.
        width: Columns of the screen.
    """
    wide = len(str(max(legal)))
    cells = [f"{number:>{wide}} {names[number] if names else ''}".rstrip() for number in legal[:SHOWN]]
    size = max(map(len, cells)) + 3
    across = max(1, (width - 2) // size)
    down = -(-len(cells) // across)
    lines = ["  " + "".join(cell.ljust(size) for cell in cells[row::down]).rstrip() for row in range(down)]
    return [*lines, *[f"  and {len(legal) - SHOWN} others"] * (len(legal) > SHOWN)]
