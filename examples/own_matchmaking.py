"""Your own matchmaking rule: a function from the situation of a learning player to its opponents.

A rule may also return only an array of weights. The share of self-play is then that of the configuration.

Run it from the project's folder:  python examples/own_matchmaking.py
"""

from league import League
from league.population.matchmaking import Opponents, Situation
from league.storage.results import training_records


def nemesis(situation: Situation) -> Opponents:
    """Choose the past players with the lowest scores as opponents, and also self-play while the league is young."""
    worst = situation.scores == situation.scores.min()
    return Opponents(worst.astype(float), self_play=0.5 if situation.generation < 2 else 0.0)


if __name__ == "__main__":
    config = {
        "name": "nemesis",
        "game": {"name": "classic/rps_v2"},
        "generations": 4,
        "population": 2,
        "policy": {"hidden": [16]},
        "matchmaking": {"rule": nemesis},
        "train": {"copies": 16, "steps": 30, "updates": 4},
        "tournament": {"games": 20, "past": 4},
        "compute": {"executor": "serial"},
        "tracking": False,
    }
    result = League(config).run(resume=True)
    for generation in result.store.generations():
        opponents = {
            player
            for record in training_records(result.store, generation.number)
            for player, learns in zip(record.ticket.players, record.ticket.learns, strict=True)
            if not learns
        }
        print(f"generation {generation.number}: trained against {', '.join(sorted(opponents)) or 'itself'}")
