"""Check every published game that is installed, run a short league on each from its name, and write `docs/games.md`.

Every game is examined in a process of its own, which has a limit of time. `--strangers` adds games of other packages, each made
by a function in `benchmarks/strangers.py`. Their packages are installed into an environment of their own, `.venv-games`, on top
of the one that runs this command.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
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
from strangers import STRANGERS

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "games.jsonl"
PAGE = ROOT / "docs" / "games.md"
VENV = ROOT / ".venv-games"
COPIES, SECONDS = 8, 3.0
"""Copies and seconds of the measurement of speed."""

LONGEST = 160
"""Maximal length of a remark in characters."""

OPENING = """\
# Games

Written by `python benchmarks/games.py --strangers`. For every game: the result of `league games --check`, which ends with a
short league (one update, a pair of matches, replays executed again); the agent-steps per second of {copies} stock copies with
random actions in one process; what a replay shows; the first thing the check has to say. Games with a twin are several times
faster in a league. Measured on {machine}.
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
        check: fits, does not fit, or why it could not be examined.
        speed: Agent-steps per second; None if it could not be stepped.
        replays: What came of the replays.
        remark: The first thing that the check has to say.
    """

    game: str
    check: str
    speed: float | None
    replays: str
    remark: str


def main() -> None:
    """See the module."""
    asked = _arguments()
    if asked.one:
        print(json.dumps(asdict(examine(asked.one))))
        return
    names = [game.name for game in envs.games() if game.installed and game.name.split("/")[0] != "atari"]
    tasks = [(name, Path(sys.executable)) for name in names]
    if asked.strangers:
        tasks += [(f"benchmarks/strangers.py:{name}", python) for name, python in install()]
    rows = {row.game: row for row in _recorded()}
    for name, python in tasks:
        if (asked.only and not any(part in name for part in asked.only)) or (asked.resume and name in rows):
            continue
        rows[name] = apart(name, python, asked.limit)
        print(f"{name}: {rows[name].check}; {rows[name].remark}", flush=True)
        RESULTS.write_text("".join(f"{json.dumps(asdict(row))}\n" for row in rows.values()), encoding="utf-8")
        PAGE.write_text(page(list(rows.values())), encoding="utf-8")
    PAGE.write_text(page(list(rows.values())), encoding="utf-8")


def examine(name: str) -> Row:
    """Check a game, run a short league on it, and measure its speed."""
    config = configuration(name, {})
    clauses = check(config.game.setup(), state=config.state_seen)
    if fits(clauses):
        clauses += rehearse(config)
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


def speed(name: str) -> float:
    """Measure the agent-steps per second of stock copies with random actions."""
    arena = envs.make(name, COPIES, twin="never")
    generator, seeds = torch.Generator().manual_seed(0), torch.arange(COPIES)
    now, steps, begun = arena.restart(seeds), 0, time.monotonic()
    while (spent := time.monotonic() - begun) < SECONDS:
        steps += int(now.acting.sum())
        now = arena.step(random_actions(arena.game, now, generator), seeds)
    arena.close()
    return steps / spent


def apart(name: str, python: Path, limit: float) -> Row:
    """Examine a game in a process of its own, at the lowest priority."""
    command = [str(python), str(Path(__file__).resolve()), "--one", name]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    quiet = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy", "OMP_NUM_THREADS": "1"}
    try:
        ended = subprocess.run(
            ["nice", "-n", "10", *command],
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, **quiet, "PYTHONPATH": paths},
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Row(name, "does not fit", None, "–", f"It took more than {limit:g} seconds.")
    lines = ended.stdout.decode(errors="replace").strip().splitlines()
    try:
        with environment_code("the process ended without an answer"):
            return Row(**json.loads(lines[-1]))
    except GameError:
        said = ended.stderr.decode(errors="replace").strip().splitlines()
        return Row(name, "does not fit", None, "–", f"The process ended with {ended.returncode}: {said[-1] if said else ''}")


def install() -> Iterator[tuple[str, Path]]:
    """Install the packages of strangers; yield each game with the interpreter that can make it."""
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    below = sysconfig.get_paths()["purelib"]
    folder = next((VENV / "lib").glob("python*/site-packages"))
    extra = [path for path in sys.path if path.endswith("-packages")]
    (folder / "below.pth").write_text("".join(f"{path}\n" for path in dict.fromkeys([below, *extra])), encoding="utf-8")
    for name, stranger in STRANGERS.items():
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *stranger.install]
        ended = subprocess.run([*pip, "--constraint", str(ROOT / "constraints.txt")], capture_output=True, check=False)
        if ended.returncode:
            reason = (ended.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
            print(f"{name} cannot be installed: {reason}", file=sys.stderr, flush=True)
            continue
        yield name, python


def page(rows: Sequence[Row]) -> str:
    """Return the text of the page."""
    own = sorted((row for row in rows if ":" not in row.game), key=lambda row: row.game)
    others = sorted((row for row in rows if ":" in row.game), key=lambda row: row.game)
    machine = f"{os.cpu_count()} cores, {time.strftime('%Y-%m-%d', time.gmtime())}"
    text = OPENING.format(copies=COPIES, machine=machine) + "\n## Published games\n\n" + _table(own)
    if others:
        text += (
            "\n## Games of other packages\n\nEach is made by a function of at most ten lines in `benchmarks/strangers.py`.\n\n"
        )
        text += _table(others)
    return text


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


def _recorded() -> list[Row]:
    if not RESULTS.exists():
        return []
    return [Row(**json.loads(line)) for line in RESULTS.read_text(encoding="utf-8").splitlines()]


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strangers", action="store_true", help="install and examine games of other packages, too")
    parser.add_argument("--only", nargs="*", default=[], metavar="PART", help="only games whose name contains one of these")
    parser.add_argument("--resume", action="store_true", help="leave out games that were examined before")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for one game")
    parser.add_argument("--one", metavar="GAME", help="examine one game in this process, and print one line of JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
