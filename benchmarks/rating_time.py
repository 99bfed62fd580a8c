"""How long it takes to rate a league, and how much memory, on one core.

    OMP_NUM_THREADS=1 python benchmarks/rating_time.py 76 401 1601 8001      so many players; 12 opponents each
    OMP_NUM_THREADS=1 python benchmarks/rating_time.py 1000 --opponents 24

The results are made up: each player meets a random selection of earlier ones, in 20 games each, and the last are 1,000 points
stronger than the first. Seconds are processor seconds of `fit` with 200 replicates, and of the solver alone.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from tournaments.rating.bradley_terry import Pairs, maximise
from tournaments.rating.elo import PRIOR_SD, SCALE, fit
from tournaments.rating.results import Results

GAMES, SPREAD, REPLICATES = 20, 6.0, 200


def made_up(players: int, opponents: int, rng: np.random.Generator) -> Results:
    """The results of so many players, each with so many earlier opponents."""
    other = np.concatenate([rng.choice(place, min(opponents, place), replace=False) for place in range(players)])
    later = np.repeat(np.arange(players), [min(opponents, place) for place in range(players)])
    order = np.lexsort((later, other))
    one, other = other[order].astype(np.int64), later[order]
    strength = np.linspace(0, SPREAD, players)
    wins = rng.binomial(GAMES, 1 / (1 + np.exp(strength[other] - strength[one])))
    names = tuple(f"p{place:05d}" for place in range(players))
    return Results(names, one, other, wins, np.zeros_like(wins), GAMES - wins)


def main() -> None:
    """Rate leagues of several sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("players", type=int, nargs="+")
    parser.add_argument("--opponents", type=int, default=12, help="earlier players that each player meets")
    asked = parser.parse_args()
    for players in asked.players:
        found = made_up(players, asked.opponents, np.random.default_rng(0))
        begin = time.process_time()
        fit(found, found.players[0], np.random.default_rng(0), replicates=REPLICATES)
        whole = time.process_time() - begin
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        pairs, games = Pairs(players, found.one, found.other), np.full(len(found.one), float(GAMES))
        begin = time.process_time()
        nats = maximise(pairs, games, found.points, np.zeros(players), PRIOR_SD / SCALE)
        alone = time.process_time() - begin
        print(
            f"{players:,} players, {len(found.one):,} pairs: {whole:.2f} s with {REPLICATES} replicates, "
            f"{alone:.3f} s without, peak {memory} MB, spread {np.ptp(nats) * SCALE:,.0f} points",
            flush=True,
        )


if __name__ == "__main__":
    main()
