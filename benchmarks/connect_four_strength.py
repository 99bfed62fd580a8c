"""How strong the champion of connect four is after half an hour on two cores, and what start positions are worth.

    python benchmarks/connect_four_strength.py champion [--minutes 30] [--seed 0]
    python benchmarks/connect_four_strength.py starts [--seeds 3] [--generations 8]

`champion` runs the preset connect-four, with start positions at random, for a number of minutes. It then measures the champion
over 400 seat-balanced games with random openings of up to 8 moves against `bot:minimax-4` and `bot:random`, and the mistake
rate of each generation beside perfect play. `starts` runs the same settings with and without start positions until both have
learnt from equally many decisions, and lets the champions of each seed meet each other and `bot:minimax-4`. Results are printed
as JSON, one line each, as they are found.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from league import League, LeagueConfig, load_config
from league.evaluation.mistakes import measure
from league.evaluation.tournament import Draw, hold
from league.storage.store import Store

STARTS = {"train.starts.positions": "random", "train.starts.moves": 16, "train.starts.share": 0.5}
GAMES, OPENINGS = 400, 8
BOTS = ("bot:minimax-4", "bot:random")


def settings(name: str, seed: int, generations: int, *, starts: bool) -> LeagueConfig:
    """The preset, without replays and tracking."""
    own = STARTS if starts else {}
    quiet = {"tracking": False, "tournament.replays": False}
    return load_config("connect-four", {"name": name, "seed": seed, "generations": generations, **quiet, **own})


def strength(names: list[str], home: Path, seed: int) -> dict[str, Any]:
    """The scores of every pair, each player's wins and half its draws over the games."""
    contest = hold(names, home, games=GAMES, seed=seed, draw=Draw(openings=OPENINGS)).contest
    return {f"{pair.player} against {pair.opponent}": pair.score for pair in contest.pairs if pair.score is not None}


def champion(home: Path, minutes: float, seed: int) -> None:
    """Run for some minutes, generation by generation, and measure."""
    begun, generation, last = time.monotonic(), 0, 0.0
    while True:
        left = 60 * minutes - (time.monotonic() - begun)
        if generation and left < last:
            break
        start, generation = time.monotonic(), generation + 1
        League(settings("strength", seed, generation, starts=True), home, progress=False).run(resume=generation > 1)
        last = time.monotonic() - start
    store = Store.open(home, "strength")
    steps = sum(row.agent_steps for row in store.generations())
    print(json.dumps({"generations": generation, "seconds": time.monotonic() - begun, "decisions": steps}), flush=True)
    print(json.dumps(strength(["strength/champion", *BOTS], home, seed)), flush=True)
    found = measure(store, League(settings("strength", seed, 1, starts=True), home).game)
    for rate in found.rates if found else ():
        print(json.dumps(rate.plain()), flush=True)


def starts(home: Path, seeds: int, generations: int) -> None:
    """Compare leagues with and without start positions at equally many decisions."""
    for seed in range(seeds):
        names, steps = {}, {}
        for kind in (False, True):
            name = f"{'with' if kind else 'without'}-{seed}"
            names[kind], count = name, generations
            while True:  # nobody learns from openings, so the league goes on until it has learnt from as many decisions
                config = settings(name, seed, count, starts=kind)
                result = League(config, home, progress=False).run(resume=count > generations)
                steps[kind] = sum(row.agent_steps for row in result.store.generations())
                if steps[kind] >= steps.get(False, 0):
                    break
                count += 1
        contest = strength([f"{names[True]}/champion", f"{names[False]}/champion", BOTS[0]], home, seed)
        print(json.dumps({"seed": seed, "decisions": {names[kind]: steps[kind] for kind in steps}, **contest}), flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("champion", "starts"))
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--generations", type=int, default=8)
    parser.add_argument("--home", type=Path, default=None)
    given = parser.parse_args()
    home = given.home or Path(tempfile.mkdtemp(prefix="connect-four-"))
    if given.what == "champion":
        champion(home, given.minutes, given.seed)
    else:
        starts(home, given.seeds, given.generations)


if __name__ == "__main__":
    main()
