"""Compare the champion curve of finished leagues, as it was printed and logged, with the ratings of the same champions today.

    python benchmarks/champion_curve.py mlruns/leagues/connect-four [FOLDER …]

For each league the program prints Spearman's rank correlation over generations between the final rating of each champion and

* its progress, which is printed after each generation and is the first chart in MLflow;
* its rating as of its generation, which is what earlier versions printed.

The leagues are only read. A league of an earlier version has no stored progress; it is computed from the match log.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from scipy.stats import spearmanr

from league.analysis.history import read
from league.storage.store import Store


def main() -> None:
    """Print a line for each folder given on the command line."""
    parser = argparse.ArgumentParser(description="Compare champion curves with final ratings.")
    parser.add_argument("league", type=Path, nargs="+", help="folder of a league")
    print(f"{'league':24} {'champions':>9} {'progress':>9} {'rating then':>12}")
    for folder in parser.parse_args().league:
        champions, progress, then = correlations(folder)
        print(f"{folder.name:24} {champions:9d} {progress:9.3f} {then:12.3f}")


def correlations(folder: Path) -> tuple[int, float, float]:
    """The number of different champions, and the rank correlations of their final ratings with progress and earlier ratings."""
    store = Store(folder)
    history = read(store)
    rows = [row for row in history.rows if row.champion in history.elo and row.champion in history.progress]
    final = [history.elo[row.champion] for row in rows]
    progress = [history.progress[row.champion] for row in rows]
    then = [next(rating.elo for rating in store.ratings(row.number) if rating.player == row.champion) for row in rows]
    return len({row.champion for row in rows}), _correlation(progress, final), _correlation(then, final)


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    return float(spearmanr(one, other).statistic)


if __name__ == "__main__":
    main()
