"""Kill leagues and their processes at random moments, go on with them, and compare them with leagues that nobody touched.

    python -m tests.league.storage.kill_and_resume --kills 100 --seed 0 --report kills.jsonl

The kinds of kills take turns: the league, all its processes, SIGTERM and Ctrl-C, one worker, the fork server, the sync worker,
a worker that steps environments, and the moments around a commit. So do the leagues: tic-tac-toe with and without MLflow,
groups with a network and a mutation of their own, and learners with a replay memory. After each kill the league goes on by
itself, or is resumed. A kill passes if

- the end is the same to the bit: database, weights, replays, the names of all files, and what MLflow shows;
- the user is told in a sentence, and sees no traceback;
- no process is left, and no temporary file.

Ends with 1 if one did not pass.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import torch

from league.config.own_code import FACT
from league.storage.store import Store
from tests.league.storage import killing
from tests.league.storage.killing import Running, strike

OWN = """
import torch
from agents.mutation import perturb


class Net(torch.nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.layer = torch.nn.Linear(int(torch.tensor(shape).prod()), 8)

    def forward(self, seen):
        return torch.tanh(self.layer(seen.flatten(1)))


def shaken(parent, generator):
    return perturb(parent, generator)
"""
GROUPS = """
name: it
game: {name: classic/rps_v2, options: {max_cycles: 4}}
generations: 4
stack: 2
population: [{count: 2}, {count: 1, learner: a2c}, {count: 1, policy: {encoder: own.py:Net}}]
policy: {hidden: [8], normalise: false}
train: {copies: 8, steps: 10, updates: 2, epochs: 2, minibatches: 2}
tournament: {games: 4, past: 2, bootstrap: 20}
evolution: {operators: {own.py:shaken: 1.0}}
tracking: false
compute: {executor: serial}
"""
REPLAY = """
name: it
game: {name: classic/rps_v2, options: {max_cycles: 4}}
generations: 4
stack: 2
population:
  - {count: 2, learner: dqn, learner_options: {replay: 200, warm_up: 20, batch: 16, priority: 0.6}}
  - {count: 1, learner: sac, learner_options: {replay: 200, warm_up: 20, batch: 16}}
  - {count: 1, learner: a3c}
policy: {hidden: [8], normalise: false}
train: {copies: 8, steps: 10, updates: 2, epochs: 2, minibatches: 2}
tournament: {games: 4, past: 2, bootstrap: 20}
evolution: {operators: {perturb: 1.0}}
tracking: false
compute: {executor: serial}
"""
SMOKE = ("smoke", "--name", "it", "--set", "tracking=false")
PROCESSES = ("--executor", "processes", "--workers", "2")
TRACKED = ("--set", "tracking=true")
STOCK = ("--set", "arena.twin=never", "--set", "arena.workers=2", "--set", "generations=2")
TINY = (*SMOKE, "--set", "generations=2", "--set", "population=2", "--set", "tournament.games=2")
LEAGUES = {
    "tic-tac-toe": SMOKE,
    "groups": ("groups.yaml",),
    "replay memories": ("replay.yaml",),
    "tic-tac-toe in MLflow": (*SMOKE, *TRACKED),
    "tiny": TINY,
}


@dataclass(frozen=True)
class Kind:
    """A kind of kill.

    Attributes:
        words: Arguments of the command that the kind needs.
        strike: Does it: (league, generator, seconds that the untouched league takes) → whether a process was hit.
        sentence: A pattern of what the user reads, when it happens or when the league goes on.
        doom: A point of a commit at which the process dies by itself; strike then only waits.
        leaves_socket: Whether nobody is left who could delete the file of the fork server's socket.
        needed_for_tasks: Whether somebody needs the process from the first task to the last only. A kill before or after that
            is no hit: it goes unnoticed, and the end is the same.
        needed_to_end: Whether a league that needs the process cannot end well without it. If it does, the process was no longer
            needed, and its kill is no hit.
    """

    words: Sequence[str]
    strike: Callable[[Running, random.Random, float], bool]
    sentence: str
    doom: str = ""
    leaves_socket: bool = False
    needed_for_tasks: bool = False
    needed_to_end: bool = False


def after_a_while(
    who: Callable[[Running], list[killing.Member]], number: int = signal.SIGKILL, *, every: bool = False
) -> Callable[[Running, random.Random, float], bool]:
    """Send a signal at a moment at random."""

    def hit(league: Running, draw: random.Random, seconds: float) -> bool:
        league.until(draw.uniform(0.0, 0.7 * seconds) if who is not killing.sync_worker else 0.0)
        if who is killing.sync_worker:  # there is one from the first commit on
            strike(league, who, signal.SIGCONT)
            league.until(time.monotonic() - league.begun + draw.uniform(0.0, 0.1 * seconds))
        in_use = who is not killing.fork_server or bool(killing.forked(league))  # before that, another one is started
        return strike(league, who, number, every=every) and in_use

    return hit


def by_itself(league: Running, draw: random.Random, seconds: float) -> bool:
    """Wait until the league has died."""
    league.wait()
    return league.code == -signal.SIGKILL


GOES_ON = r"it goes on after generation \d+|no generation was committed|all its generations are committed"
BEGINS = r"league it: "
STOPPED = r"stopped; .*Continue with: league resume|stopped before the league began"
WORKER = r"warning: a worker process was killed"
KINDS = {
    "the league": Kind((), after_a_while(killing.itself), GOES_ON),
    "the league with its workers": Kind(PROCESSES, after_a_while(killing.itself), GOES_ON),
    "all processes": Kind(PROCESSES, after_a_while(killing.everything, every=True), GOES_ON, leaves_socket=True),
    "the league, by SIGTERM": Kind(PROCESSES, after_a_while(killing.itself, signal.SIGTERM), STOPPED),
    "the league, by Ctrl-C": Kind(PROCESSES, after_a_while(killing.everything, signal.SIGINT, every=True), STOPPED),
    "a worker": Kind(PROCESSES, after_a_while(killing.workers), WORKER, needed_for_tasks=True),
    "the fork server": Kind(PROCESSES, after_a_while(killing.fork_server), WORKER, needed_for_tasks=True),
    "the sync worker": Kind(
        (*PROCESSES, *TRACKED), after_a_while(killing.sync_worker), r"warning: the process that makes replays"
    ),
    "an environment's worker": Kind(STOCK, after_a_while(killing.forked), r"error: .*[Ww]orker", needed_to_end=True),
    **{f"itself {point}": Kind((), by_itself, GOES_ON, doom=point) for point in killing.POINTS},
}
"""What is killed, and how."""


@dataclass
class Untouched:
    """A league that nobody killed: its end, its duration, how often it passed each point of a commit, its lists of tasks."""

    end: tuple[object, ...]
    seconds: float
    calls: dict[str, int]
    maps: int


@dataclass
class Outcome:
    """What became of a kill."""

    kind: str
    league: str
    hit: bool
    code: int | None
    committed: int
    told: list[str]
    equal: bool
    has_sentence: bool
    traceback: bool
    orphans: int
    left: list[str]
    said: str

    @property
    def passed(self) -> bool:
        """Whether everything was as it should be."""
        return self.equal and self.has_sentence and not (self.traceback or self.orphans or self.left)


def ended(home: Path) -> tuple[object, ...]:
    """All that must be the same: the database without times, the names of the files, the replays, what MLflow shows."""
    folder = home / "leagues" / "it"
    with closing(sqlite3.connect(folder / "league.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        rows = {name: _rows(database, name) for name in tables}
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return rows, files, [path.read_bytes() for path in sorted((folder / "replays").iterdir())], shown(home)


def _rows(database: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    wanted = ", ".join(f'"{column}"' for column in columns if column not in ("seconds", "phases", "committed_at"))
    where = f" WHERE key NOT IN ('config', 'league_run', '{FACT}')" if table == "league" else ""  # they hold absolute paths
    return database.execute(f"SELECT {wanted} FROM {table}{where} ORDER BY 1, 2").fetchall()


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


def committed(home: Path) -> int:
    """How many generations of a league are committed; −1 if it has not begun."""
    there = (home / "leagues" / "it" / "league.db").is_file()
    return Store.open(home, "it").generation() + 1 if there else -1


def prepared(folder: Path) -> Path:
    """Make a folder in which each of the leagues can run."""
    folder.mkdir()
    (folder / "own.py").write_text(OWN, encoding="utf-8")
    (folder / "groups.yaml").write_text(GROUPS, encoding="utf-8")
    (folder / "replay.yaml").write_text(REPLAY, encoding="utf-8")
    return folder


def command(league: str, kind: Kind) -> list[str]:
    """The words after `league`."""
    return ["run", *LEAGUES[league], *kind.words, "--resume", "--home", "home"]


def leave_alone(league: str, kind: Kind, folder: Path, forked: bool) -> Untouched:
    """Run a league to its end."""
    running = Running(command(league, kind), prepared(folder), partial(killing.count_to, folder / "calls"), forked=forked)
    seconds = running.wait()
    if running.code != 0:
        raise SystemExit(f"{league} ended with {running.code}:\n{running.said}")
    return Untouched(ended(folder / "home"), seconds, json.loads((folder / "calls").read_text()), running.maps)


def kill(name: str, league: str, untouched: Untouched, draw: random.Random, folder: Path, forked: bool) -> Outcome:
    """Kill once, go on, and look."""
    kind, place = KINDS[name], prepared(folder)
    words, doom = command(league, kind), lambda: None
    if kind.doom:
        doom = partial(killing.die_at, kind.doom, draw.randint(1, max(untouched.calls[kind.doom], 1)))
    running = Running(words, place, doom, forked=forked)
    hit = kind.strike(running, draw, untouched.seconds)
    hit = hit and not (kind.needed_for_tasks and running.maps == untouched.maps)
    running.wait()
    hit = hit and not (kind.needed_to_end and running.code == 0)
    orphans = len(running.orphans())
    left = [path.name for path in running.temporary.iterdir() if not (kind.leaves_socket and path.name.startswith("pymp-"))]
    said, reached = running.said, committed(place / "home")
    if running.code != 0:
        again = Running(words, place, forked=forked)
        again.wait()
        orphans += len(again.orphans())
        said += again.said
        left += [path.name for path in again.temporary.iterdir() if not kind.leaves_socket]
    told = [line for line in said.splitlines() if re.search(r"warning|error|stopped|goes on|committed", line)]
    sentence = kind.sentence if reached >= 0 or running.code == 0 else f"{kind.sentence}|{BEGINS}"
    return Outcome(
        kind=name,
        league=league,
        hit=hit,
        code=running.code,
        committed=reached,
        told=told,
        equal=ended(place / "home") == untouched.end,
        has_sentence=not hit or re.search(sentence, said) is not None,
        traceback="Traceback" in said,
        orphans=orphans,
        left=left,
        said=said,
    )


def main() -> int:
    """Kill as often as asked, and count."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="only this one; may be given again")
    parser.add_argument("--league", action="append", choices=list(LEAGUES), help="only this one; may be given again")
    parser.add_argument("--forked", action="store_true", help="fork the fork servers, which saves seconds a league")
    parser.add_argument("--report", type=Path, help="file to which one line of JSON a kill is appended")
    given = parser.parse_args()
    torch.set_num_threads(1)
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="state-of-tests-")  # nothing that the user trusts is changed
    draw, outcomes = random.Random(given.seed), []
    untouched: dict[tuple[object, ...], Untouched] = {}
    kinds, leagues = list(given.kind or KINDS), list(given.league or LEAGUES)
    place = tempfile.mkdtemp()  # a TemporaryDirectory would also be deleted by the leagues, which are forked from here
    try:
        number = -1
        while sum(outcome.hit for outcome in outcomes) < given.kills and number < 3 * given.kills:
            number += 1  # a league that ended before it was hit does not count
            kind, league = kinds[number % len(kinds)], leagues[(number + number // len(kinds)) % len(leagues)]
            key = (league, KINDS[kind].words)
            if key not in untouched:
                untouched[key] = leave_alone(league, KINDS[kind], Path(place) / f"untouched-{len(untouched)}", given.forked)
            outcome = kill(kind, league, untouched[key], draw, Path(place) / f"killed-{number}", given.forked)
            outcomes.append(outcome)
            print(f"{number + 1:3d} {'passed' if outcome.passed else 'FAILED'} {_described(outcome)}", flush=True)
            if given.report:
                with given.report.open("a", encoding="utf-8") as report:
                    report.write(json.dumps(asdict(outcome)) + "\n")
    finally:
        shutil.rmtree(place)
        shutil.rmtree(os.environ["XDG_STATE_HOME"])
    for kind in KINDS:
        of = [outcome for outcome in outcomes if outcome.kind == kind]
        if of:
            print(f"{sum(each.passed for each in of):3d} of {len(of)} passed, {sum(each.hit for each in of)} hit: {kind}")
    passed = sum(outcome.passed for outcome in outcomes)
    print(f"{passed} of {len(outcomes)} leagues ended like the one that nobody touched, each with a sentence and nothing left")
    return 0 if passed == len(outcomes) else 1


def _described(outcome: Outcome) -> str:
    facts = {
        "": f"{outcome.kind} ({outcome.league}), {outcome.committed} generations committed, exit {outcome.code}",
        "no process was hit": not outcome.hit,
        "ANOTHER END": not outcome.equal,
        "NO SENTENCE": not outcome.has_sentence,
        "A TRACEBACK": outcome.traceback,
        f"{outcome.orphans} ORPHANS": outcome.orphans,
        f"LEFT {outcome.left}": outcome.left,
    }
    return ", ".join(name or str(value) for name, value in facts.items() if value)


if __name__ == "__main__":
    sys.exit(main())
