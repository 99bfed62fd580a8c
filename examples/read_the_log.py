"""Read a finished league with SQL and pandas. All data of a league is in one SQLite file.

Run it from the project's folder:  python examples/read_the_log.py [LEAGUE-FOLDER]
"""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd

from league import League, load_config


def main(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "league.db")) as database:
        matches = pd.read_sql("SELECT generation, match, players, returns, steps FROM matches", database)
        ratings = pd.read_sql("SELECT generation, player, elo, low, high FROM ratings", database)
    first, second = matches.players.map(json.loads).str, matches.returns.map(json.loads).str
    matches = matches.assign(first=first[0], second=first[1], margin=second[0] - second[1])

    print("How long are the games, and how often does the first side win?")
    moves_first = matches.groupby("generation").agg(
        games=("match", "count"), steps=("steps", "mean"), first_side_wins=("margin", lambda margin: (margin > 0).mean())
    )
    print(moves_first.round(2).to_string(), "\n")

    print("The rating of the first player in each generation:")
    born = ratings.player.str.extract(r"^main-01-g(\d+)$")[0].dropna().astype(int)
    line = ratings.loc[born.index[born == ratings.generation[born.index]]]
    print(line.set_index("generation")[["player", "elo", "low", "high"]].round(0).to_string())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        finished = League(load_config("smoke", {"tracking": False})).run(resume=True)
        main(finished.store.folder)
