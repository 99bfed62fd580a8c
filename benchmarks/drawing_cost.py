"""Measures the processor time of the pictures for MLflow, with this project's painter and with matplotlib.

    python benchmarks/drawing_cost.py [HOME] [LEAGUE]

The program draws the payoff table and the lineage of a finished league's last generation, as the sync worker does after every
commit, and encodes them as PNG and as small WebP. The prototype in matplotlib draws the same table and the same lines of
descent in less detail, so its figure is a lower bound. With `plainly` it also leaves out the numbers in the table. `share` is
the share of drawing, including imports, in the processor time of a league of five minutes that commits as often as the preset
connect-four on two cores (19 generations in 75 s).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from league.analysis.history import History, read
from league.plotting.league_plots import lineage_pixels, payoff_pixels, payoff_shown
from league.plotting.png import EncodedImage
from league.storage.store import Store

GENERATIONS, CORE_SECONDS = 19 / 75 * 300, 2 * 300
"""Number of generations, and processor seconds on two cores, of a league of five minutes."""


def painted(history: History) -> list[np.ndarray]:
    """The two pictures by this project's painter: uint8 [height, width, 3] each."""
    return [payoff_pixels(history), lineage_pixels(history)]


def with_matplotlib(history: History) -> list[np.ndarray]:
    """The same two pictures by matplotlib's Agg canvas."""
    return [_table(history, numbers=True), _descent(history)]


def with_matplotlib_plainly(history: History) -> list[np.ndarray]:
    """The same without numbers: the scores are shown only by colour."""
    return [_table(history, numbers=False), _descent(history)]


def _table(history: History, *, numbers: bool) -> np.ndarray:
    table = history.table(payoff_shown(history))
    scores = np.asarray(table.points) / np.maximum(np.asarray(table.games), 1)
    figure, axes = _figure(9.0, 9.0)
    axes.imshow(scores, vmin=0.0, vmax=1.0, cmap="RdBu")
    axes.set_xticks(range(len(table.players)), table.players, rotation=90)
    axes.set_yticks(range(len(table.players)), table.players)
    for (row, column), score in np.ndenumerate(scores) if numbers else ():
        axes.text(column, row, f"{score:.2f}", ha="center", va="center", fontsize=7)
    return _pixels(figure)


def _descent(history: History) -> np.ndarray:
    figure, axes = _figure(9.0, 5.0)
    place = {player.name: number for number, player in enumerate(history.players)}
    for player in history.players:
        parent = history.player.get(player.parent or "")
        if parent is not None:
            axes.plot([parent.born or 0, player.born or 0], [place[parent.name], place[player.name]], linewidth=1.5)
    for player in history.players:
        if player.name not in {other.parent for other in history.players}:
            axes.text(player.born or 0, place[player.name], player.name, fontsize=8)
    axes.set_xlabel("generation")
    return _pixels(figure)


def _figure(width: float, height: float) -> tuple[Any, Any]:
    """A figure of the given size in inches, and its axes. The import of matplotlib is part of the measurement."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((width, height), dpi=100, layout="tight")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _pixels(figure: Any) -> np.ndarray:
    figure.canvas.draw()
    return np.ascontiguousarray(np.asarray(figure.canvas.buffer_rgba())[..., :3])


def measure(draw: Callable[[History], list[np.ndarray]], history: History, rounds: int) -> dict[str, float]:
    """Processor seconds of the first drawing, imports and caches included, and the median of the others."""
    seconds = []
    for _ in range(rounds + 1):
        begun = time.process_time()
        for pixels in draw(history):
            image = EncodedImage(pixels)
            len(image.png), len(image.thumbnail)
        seconds.append(time.process_time() - begun)
    each = median(seconds[1:])
    return {"first": seconds[0], "each": each, "share": (seconds[0] + each * (GENERATIONS - 1)) / CORE_SECONDS}


def main() -> None:
    """Draw, and print the processor times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", nargs="?", type=Path, default=Path("mlruns"))
    parser.add_argument("league", nargs="?", default="connect-four")
    parser.add_argument("--rounds", type=int, default=15, help="number of drawings for the median")
    asked = parser.parse_args()
    history = read(Store.open(asked.home, asked.league))
    found = {
        draw.__name__: measure(draw, history, asked.rounds) for draw in (painted, with_matplotlib, with_matplotlib_plainly)
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
