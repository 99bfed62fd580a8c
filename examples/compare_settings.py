"""Which learning rate is better? A sweep over settings and seeds, and one tournament of all champions.

Run it from the project's folder:  python examples/compare_settings.py
"""

from league import Sweep

SETTINGS = {
    "population": 2,
    "generations": 1,
    "policy.hidden": [16],
    "train.copies": 16,
    "train.updates": 12,
    "tournament.games": 4,
    "tournament.replays": False,
    "evolution.replace": 0,
    "hyper.learning_rate.low": 1e-6,
    "tracking": False,
}

if __name__ == "__main__":
    grid = {"hyper.learning_rate.start": [1e-6, 1e-2]}
    sweep = Sweep("tictactoe", grid, seeds=4, name="rates", settings=SETTINGS, executor="serial")
    result = sweep.run(say=print)
    for row in result.settings:
        print(f"{row.setting}: score {row.score.mean:.2f}, Elo {row.elo.mean:.0f} in the mean of {row.seeds} seeds")
    print(result.verdict)
