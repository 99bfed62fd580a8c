"""A matchmaking rule of one's own: a function from scores to weights.

Run it from the project's folder:  python examples/own_matchmaking.py
"""

import numpy as np

from league import League
from league.population.matchmaking import Candidates


def nemesis(candidates: Candidates) -> np.ndarray:
    """Meet only the past player one scores worst against; ties are shared."""
    return (candidates.scores == candidates.scores.min()).astype(float)


if __name__ == "__main__":
    config = {
        "name": "nemesis",
        "game": {"name": "classic/rps_v2"},
        "generations": 4,
        "population": 2,
        "policy": {"hidden": [16]},
        "matchmaking": {"rule": nemesis, "self_play": 0.0},
        "train": {"copies": 16, "steps": 30, "updates": 4},
        "tournament": {"games": 20, "past": 4},
        "compute": {"executor": "serial"},
        "tracking": False,
    }
    result = League(config).run(resume=True)
    for generation in result.store.generations():
        opponents = {
            player
            for record in result.store.training(generation.number)
            for player, learns in zip(record.ticket.players, record.ticket.learns, strict=True)
            if not learns
        }
        print(f"generation {generation.number}: trained against {', '.join(sorted(opponents)) or 'itself'}")
