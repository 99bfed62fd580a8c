"""Check every published game that is installed, run a short league on each from its name, and write `docs/games.md`.

Every game is examined in a process of its own. Its limit is processor time, so that a busy machine changes no verdict. Results
are appended to `benchmarks/games.jsonl`, so that several sweeps can run at once, and `--resume` goes on where one stopped.
`--strangers` adds games of other packages, each made by a function in `benchmarks/strangers.py`. Their packages are installed
into an environment of their own, `.venv-games`, on top of the one that runs this command.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

import envs
from envs.conformance.check import check
from envs.conformance.compare import random_actions
from envs.faults import GameError, environment_code
from league.cli.games import fits
from league.cli.rehearsal import configuration, rehearse
from strangers import STRANGERS, Stranger

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "games.jsonl"
PAGE = ROOT / "docs" / "games.md"
VENV = ROOT / ".venv-games"
COPIES, SECONDS = 8, 2.0
"""Copies, and seconds of processor time, of the measurement of speed."""

PATIENCE = 8
"""A process that has not ended after so many times its limit waits for something, and is stopped."""

STAGE = "stage: "
"""What a process writes before the name of the stage that it begins."""

LONGEST = 160
"""Maximal length of a remark in characters."""

OPENING = """\
# Games

Written by `python benchmarks/games.py --strangers`. For every game: the result of `league games --check`, which ends with a
short league (one update, a pair of matches, replays executed again); the agent-steps per second of processor time of {copies}
stock copies with random actions in one process; what became of the replays and what they show; the first thing that the check
has to say. Games with a twin are several times faster in a league. Measured on {machine}.

*fits*: leagues can be played on it. *does not fit*: the check found a fault; the remark says which. *not finished*: the
examination took longer than its limit, and says nothing about the game. *ends the process*: the game ended the process in which
it ran. *cannot be installed*: pip did not get its package. *not examined*: the command was stopped before it came to the game.
"""

STRANGE = """
## Games of other packages

Each is made by a function of at most ten lines in `benchmarks/strangers.py`.

"""


@dataclass(frozen=True)
class Row:
    """A row of the page.

    Attributes:
        game: Its name.
        check: One of the words that are explained at the top of the page.
        speed: Agent-steps per second of processor time; None if it could not be stepped.
        replays: What came of the replays.
        remark: The first thing that the check has to say.
    """

    game: str
    check: str
    speed: float | None
    replays: str
    remark: str


Task = tuple[str, Callable[[], Path]]
"""A game's name, and what finds the interpreter that can make it, or raises `NotInstalledError`."""


class NotInstalledError(Exception):
    """A package cannot be installed; the message is pip's reason."""


def main() -> None:
    """See the module."""
    asked = _arguments()
    if asked.one:
        resource.setrlimit(resource.RLIMIT_CPU, (asked.limit, asked.limit + 60))
        print(json.dumps(asdict(examine(asked.one))))
        return
    for name, interpreter in _tasks(strangers=asked.strangers):
        if (asked.only and not any(part in name for part in asked.only)) or (asked.resume and name in _recorded()):
            continue
        try:
            row = apart(name, interpreter(), asked.limit)
        except NotInstalledError as error:
            row = Row(name, "cannot be installed", None, "–", str(error))
        print(f"{name}: {row.check}; {row.remark}", flush=True)
        with RESULTS.open("a", encoding="utf-8") as results:
            results.write(f"{json.dumps(asdict(row))}\n")
        _write_page(strangers=asked.strangers)
    _write_page(strangers=asked.strangers)


def _write_page(*, strangers: bool) -> None:
    """Write the page; games that the sweep has not come to are on it, too."""
    known = _recorded()
    missing = [name for name, _ in _tasks(strangers=strangers) if name not in known]
    PAGE.write_text(page([*known.values(), *(Row(name, "not examined", None, "–", "") for name in missing)]), encoding="utf-8")


def _tasks(*, strangers: bool) -> Iterator[Task]:
    here = Path(sys.executable)
    for game in envs.games():
        if game.installed and not game.name.startswith("atari/"):
            yield game.name, lambda: here
    for name, stranger in STRANGERS.items() if strangers else ():
        yield f"benchmarks/strangers.py:{name}", lambda stranger=stranger: installed(stranger)


def examine(name: str) -> Row:
    """Check a game, run a short league on it, and measure its speed."""
    config = configuration(name, {})
    _begin("the check")
    clauses = check(config.game.setup(), state=config.state_seen)
    if fits(clauses):
        _begin("the short league")
        clauses += rehearse(config)
    _begin("the measurement of speed")
    by_name = {clause.name: clause for clause in clauses}
    unmet = [clause for clause in clauses if clause.examined and not clause.passed]
    first = min(unmet, key=lambda clause: not clause.required, default=None)
    replays = [by_name[part].explanation for part in ("replays", "pictures") if part in by_name and by_name[part].examined]
    return Row(
        name,
        "fits" if fits(clauses) else "does not fit",
        speed(name) if fits(clauses) else None,
        " ".join(replays) or "–",
        f"{first.name}: {first.explanation}" if first else "",
    )


def _begin(stage: str) -> None:
    print(f"{STAGE}{stage}", file=sys.stderr, flush=True)


def speed(name: str) -> float:
    """Measure the agent-steps per second of processor time of stock copies with random actions."""
    arena = envs.make(name, COPIES, twin="never")
    generator, seeds = torch.Generator().manual_seed(0), torch.arange(COPIES)
    now, steps, begun = arena.restart(seeds), 0, time.process_time()
    while (spent := time.process_time() - begun) < SECONDS:
        steps += int(now.acting.sum())
        now = arena.step(random_actions(arena.game, now, generator), seeds)
    arena.close()
    return steps / spent


def apart(name: str, python: Path, limit: int) -> Row:
    """Examine a game in a process of its own, at the lowest priority.

    Args:
        name: The game.
        python: The interpreter.
        limit: The most seconds of processor time.
    """
    command = ["nice", "-n", "10", str(python), str(Path(__file__).resolve()), "--one", name, "--limit", str(limit)]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    quiet = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy", "OMP_NUM_THREADS": "1"}
    environ = {**os.environ, **quiet, "PYTHONPATH": paths}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environ) as process:
        try:
            out, err = process.communicate(timeout=PATIENCE * limit)
            waited = False
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            waited = True
    return verdict(name, process.returncode, out.decode(errors="replace"), err.decode(errors="replace"), limit, waited=waited)


def verdict(name: str, code: int, out: str, err: str, limit: int, *, waited: bool = False) -> Row:
    """Make the row of a game from what its process left.

    Args:
        name: The game.
        code: The exit code; negative: the number of the signal that ended it.
        out: What it wrote to standard output.
        err: What it wrote to standard error.
        limit: The most seconds of processor time.
        waited: Whether the process was stopped because it waited for something.
    """
    stages = [line.removeprefix(STAGE) for line in err.splitlines() if line.startswith(STAGE)]
    stage = stages[-1] if stages else "its import"
    if waited:
        remark = f"{stage} was not over after {PATIENCE * limit} seconds; it waits for something."
        return Row(name, "not finished", None, "–", remark)
    if code == -signal.SIGXCPU:
        return Row(name, "not finished", None, "–", f"{stage} was not over after {limit} seconds of processor time.")
    lines = out.strip().splitlines()
    try:
        with environment_code("the process ended without an answer"):
            return Row(**json.loads(lines[-1]))
    except GameError:
        said = [line for line in err.strip().splitlines() if not line.startswith(STAGE)] or ["it said nothing"]
        ended = f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
        return Row(name, "ends the process", None, "–", f"In {stage} it ended with {ended}: {said[-1]}")


def installed(stranger: Stranger) -> Path:
    """Install the package of a stranger, and return the interpreter that can make its game.

    Raises:
        NotInstalledError: pip could not.
    """
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    below = sysconfig.get_paths()["purelib"]
    folder = next((VENV / "lib").glob("python*/site-packages"))
    extra = [path for path in sys.path if path.endswith("-packages")]
    (folder / "below.pth").write_text("".join(f"{path}\n" for path in dict.fromkeys([below, *extra])), encoding="utf-8")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *stranger.install]
    ended = subprocess.run([*pip, "--constraint", str(ROOT / "constraints.txt")], capture_output=True, check=False)
    if ended.returncode:
        raise NotInstalledError((ended.stderr.decode(errors="replace").strip().splitlines() or ["pip gave no reason"])[-1])
    return python


def page(rows: Sequence[Row]) -> str:
    """Return the text of the page."""
    own = sorted((row for row in rows if ":" not in row.game), key=lambda row: row.game)
    others = sorted((row for row in rows if ":" in row.game), key=lambda row: row.game)
    machine = f"{os.cpu_count()} cores, {time.strftime('%Y-%m-%d', time.gmtime())}"
    text = OPENING.format(copies=COPIES, machine=machine) + "\n## Published games\n\n" + _table(own)
    return text + STRANGE + _table(others) if others else text


def _table(rows: Sequence[Row]) -> str:
    lines = ["| game | check | steps/s | replays | remark |", "|---|---|---|---|---|"]
    for row in rows:
        speed = "–" if row.speed is None else f"{row.speed:,.0f}"
        cells = (f"`{row.game.rpartition('strangers.py:')[2]}`", row.check, speed, _cell(row.replays), _cell(row.remark))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    flat = " ".join(text.replace("|", "¦").replace(f"{ROOT}/", "").split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"


def _recorded() -> dict[str, Row]:
    """Return the last result of every game."""
    if not RESULTS.exists():
        return {}
    rows = [Row(**json.loads(line)) for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    return {row.game: row for row in rows}


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strangers", action="store_true", help="install and examine games of other packages, too")
    parser.add_argument("--only", nargs="*", default=[], metavar="PART", help="only games whose name contains one of these")
    parser.add_argument("--resume", action="store_true", help="leave out games that were examined before")
    parser.add_argument("--limit", type=int, default=600, help="seconds of processor time for one game")
    parser.add_argument("--one", metavar="GAME", help="examine one game in this process, and print one line of JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
