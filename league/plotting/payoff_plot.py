"""The payoff table as a heat map."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from league.plotting.canvas import SOFT, Box, Mark, Picture, Text, fitting, width
from league.plotting.palette import LARGE, NEVER, SMALL, STEPS, TITLE, ink_on, shade
from league.population.player import is_bot
from tournaments.rating.payoff import Payoff

ROOM = 20
"""Maximum number of players in a payoff table on a wide screen."""


def legible(ranked: Sequence[str], newest: Sequence[str], room: int = ROOM, champion: str = "") -> list[str]:
    """Choose the players of a picture: the champion, scripted players, the newest players, then the highest rated.

    Args:
        ranked: All players, the highest rating first.
        newest: The players of the last generation.
        room: Maximum number of players; at least 1.
        champion: A player that is never left out, or "" for none.

    Returns:
        The chosen players, the highest rating first.
    """
    first = [name for name in ranked if name == champion]
    wanted = dict.fromkeys([*first, *(name for name in ranked if is_bot(name)), *newest, *ranked])
    kept = set(list(wanted)[:room])
    return [name for name in ranked if name in kept]


def payoff_picture(table: Payoff, elo: Mapping[str, float], title: str, *, small: bool = False) -> Picture:
    """Draw the payoff table as a heat map. A cell is the row's score against the column, or grey if the two never met.

    Args:
        table: The table, with its players in the order of the picture.
        elo: Rating of each player.
        title: Heading of the picture. With "" there is no heading and no explanation of the numbers.
        small: Whether to draw for a narrow screen, with smaller cells and without the colour legend.
    """
    count, scores, games = len(table.players), table.scores(), table.games
    np.fill_diagonal(scores, np.nan)
    size = LARGE if count <= 16 and not small else SMALL
    cell = 29.0 if small else max(34.0, 200 / count)
    names = [fitting(player, size, 92.0 if small else 200.0) for player in table.players]
    name = max(width(player, size) for player in names)
    left, top, length = name + (55 if small else 75), 0.82 * name + (62 if title else 26), cell * count
    note = "score of the row's player against the column's player in per cent; grey: never met" if title else ""
    broad = max(left + length + (0.5 * name if small else 140), width(note, size) + 30, width(title, TITLE) + 30)
    picture = Picture(broad, top + length + (45 if note else 12), [Text(15, 22, title, TITLE)] if title else [])
    for row, player in enumerate(table.players):
        middle = cell * (row + 0.5)
        picture.add(
            Text(left - (40 if small else 55), top + middle, names[row], size, anchor="rm"),
            Text(left - 8, top + middle, f"{elo[player]:.0f}", size, SOFT, "rm"),
            Text(left + middle + 4, top - 8, names[row], size, anchor="ls", turn=55),
        )
        for column, score in enumerate(scores[row].tolist()):
            x, y = left + cell * column, top + cell * row
            if math.isnan(score):
                picture.add(Box(x + 1, y + 1, cell - 2, cell - 2, NEVER))
                continue
            told = f"{player} took {100 * score:.0f} % from {table.players[column]} in {games[row, column]} games"
            ground = shade(score)
            picture.add(
                Box(x + 1, y + 1, cell - 2, cell - 2, ground, told),
                Text(x + cell / 2, y + cell / 2, f"{100 * score:.0f}", size - 1.5, ink_on(ground), "mm", ground=ground),
            )
    if not small:
        picture.add(*_strip(left + length + 25, top + length, min(length, 240.0), size))
    if note:
        picture.add(Text(15, picture.height - 18, note, size, SOFT))
    return picture


def _strip(x: float, bottom: float, tall: float, size: float) -> Iterator[Mark]:
    """Draw the legend of the colours."""
    step = tall / (STEPS + 1)
    for number in range(STEPS + 1):
        yield Box(x, bottom - step * (number + 1), 13, step, shade(number / STEPS))
    for word, share in (("row wins", 1.0), ("even", 0.5), ("column wins", 0.0)):
        yield Text(x + 22, bottom - tall * share, word, size, SOFT)
