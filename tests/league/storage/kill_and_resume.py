"""Kill a league with SIGKILL at random moments, resume it, and compare it with one that was never interrupted.

    python tests/league/storage/kill_and_resume.py --kills 20

Each run is a process of its own. The moment is drawn between the beginning of the work and the end of the uninterrupted run.
Ends with 1 if any resumed league differs in its standings, its weights, its players, its match log or its replays, or in what
MLflow shows of it, where it takes part:

    python tests/league/storage/kill_and_resume.py --kills 20 --set tracking=true --set compute.executor=processes
"""

import argparse
import multiprocessing
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from league import League, load_config
from league.config.load import parse_override
from league.evaluation.standings import standings_rows
from league.storage.store import Store


def work(preset: str, settings: Sequence[str], home: Path, ready: Connection) -> None:
    """Run a league to its end, or go on with it, in a process that may be killed."""
    league = League(load_config(preset, {"name": "it", **dict(map(parse_override, settings))}), home)
    ready.send(True)
    league.run(resume=True)


class Leagues:
    """Starts leagues in processes that have imported everything beforehand."""

    def __init__(self, preset: str, settings: Sequence[str]) -> None:
        self.preset, self.settings = preset, settings
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["league.manager", "league.tracking.tracker"])

    def begin(self, home: Path) -> ForkServerProcess:
        ours, theirs = self.context.Pipe(duplex=False)
        process = self.context.Process(target=work, args=(self.preset, self.settings, home, theirs))
        process.start()
        theirs.close()
        ours.recv()
        return process

    def finish(self, home: Path) -> float:
        """Run a league to its end, and say how long that took."""
        process, start = self.begin(home), time.monotonic()
        process.join()
        if process.exitcode != 0:
            raise SystemExit(f"the league in {home} ended with exit code {process.exitcode}")
        return time.monotonic() - start

    def kill(self, home: Path, after: float) -> str:
        """Run a league, kill it after some seconds, and say how far it was."""
        process = self.begin(home)
        process.join(after)
        process.kill()
        process.join()
        if process.exitcode == 0:
            return "had ended"
        begun = (home / "leagues" / "it" / "league.db").is_file()
        return f"{Store.open(home, 'it').generation() + 1} generations committed" if begun else "nothing was begun"


def ended(home: Path) -> tuple[object, ...]:
    """What must be the same: standings with weight hashes, players, matches with their moves, replays' bytes, MLflow's runs."""
    store = Store.open(home, "it")
    replays = {path.name: sha256(path.read_bytes()).hexdigest() for path in store.replays.iterdir()}
    return standings_rows(store), store.players(), store.matches(), replays, shown(home), store.generation()


def shown(home: Path) -> Counter[tuple[object, ...]]:
    """How often MLflow has every run, param, point and image; without values, since some are times."""
    found: Counter[tuple[object, ...]] = Counter()
    if (home / "mlflow.db").is_file():
        with closing(sqlite3.connect(home / "mlflow.db")) as database:
            names = dict(database.execute("SELECT run_uuid, name FROM runs"))
            found.update(database.execute("SELECT name, status FROM runs"))
            found.update((names[run], key) for run, key in database.execute("SELECT run_uuid, key FROM params"))
            points = database.execute("SELECT run_uuid, key, step FROM metrics")
            found.update((names[run], key, step) for run, key, step in points)
        images = home.glob("artifacts/*/*/artifacts/images/*")
        found.update((names[path.parts[-4]], path.name.partition("+timestamp")[0], path.suffix) for path in images)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--preset", default="smoke")
    parser.add_argument("--set", action="append", default=[], help="as in league run; tracking=true lets MLflow take part")
    given = parser.parse_args()
    leagues, moments, same = Leagues(given.preset, ["tracking=false", *given.set]), random.Random(given.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        leagues.finish(whole)
        seconds, expected = leagues.finish(Path(folder) / "again"), ended(whole)
        print(f"uninterrupted: {expected[-1] + 1} generations in {seconds:.2f} s", flush=True)
        for number in range(given.kills):
            home, after = Path(folder) / f"killed-{number}", moments.uniform(0.0, seconds)
            when = leagues.kill(home, after)
            leagues.finish(home)
            equal = ended(home) == expected
            same += equal
            print(f"kill {number + 1:2d} after {after:5.2f} s, {when}: {'the same' if equal else 'DIFFERENT'}", flush=True)
    print(f"{same} of {given.kills} resumed leagues ended like the uninterrupted one")
    return 0 if same == given.kills else 1


if __name__ == "__main__":
    sys.exit(main())
