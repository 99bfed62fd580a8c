"""Who can work with whom, as a heat map."""

from __future__ import annotations

from league.evaluation.crossplay import CrossPlay
from league.plotting.canvas import Picture
from league.plotting.heat_plot import heat_picture


def cross_play_picture(found: CrossPlay, title: str = "", broad: float = 880.0) -> Picture:
    """Draw the mean returns of all pairs of players.

    Args:
        found: The cross-play.
        title: Heading of the picture, or "" for none.
        broad: Maximum width in pixels.
    """
    whole = list(dict.fromkeys(pair.player for pair in found.pairs))
    names = [name.rpartition("/")[2] for name in whole]
    names = names if len(set(names)) == len(names) else whole
    mean = {(pair.player, pair.partner): pair.mean for pair in found.pairs}
    values = [
        [(mean[one, other] + mean[other, one]) / 2 if found.alike else mean[one, other] for other in whole] for one in whole
    ]

    def told(row: int, column: int) -> str:
        if row == column:
            return f"{names[row]} alone: {values[row][column]:.3g}"
        return f"{names[row]} with {names[column]}: {values[row][column]:.3g}"

    axes = ("player", "partner") if found.alike else (f"as {found.first_seat}", "in the other seats")
    return heat_picture(names, names, values, title, axes, told=told, broad=broad)
