"""The commands of `league replay`: list, show and verify recorded matches, and write them as HTML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from league.cli.console import HOME, Home, Json, Trust, out, print_json, readable, warn
from league.errors import LeagueError, disk_has_room
from league.execution.terminal import brief, harmless
from league.paths import expanded
from league.storage.store import Store, leagues
from tournaments.replay.format import ReplayError

app = typer.Typer(help="Show recorded matches, and verify them by playing them again.", no_args_is_help=True)


SEAL = "; a seal shows that a file was changed, not who made it"


@app.command("list")
def replay_list(
    name: Annotated[str | None, typer.Argument(help="a league; default: all leagues")] = None,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """List recorded matches."""
    from league.cli.tables import replay_rows, replays_table
    from league.play.session import played_by_hand
    from tournaments.replay.format import load

    stores = [Store.open(home, name)] if name else readable(home)
    files = [path for store in stores for path in store.recorded()]
    files += [] if name else played_by_hand(home)
    loaded = []
    for path in files:
        try:
            loaded.append((path, load(path)))
        except ReplayError as error:
            warn(harmless(f"left out {path}: {error}"))
    if as_json:
        print_json({"replays": replay_rows(loaded)})
    else:
        out.print(replays_table(loaded))


@app.command("show")
def replay_show(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", parser=expanded, help="a replay's file, or a league: its newest final")
    ],
    step: Annotated[int | None, typer.Option(min=0, help="print this step only")] = None,
    home: Home = HOME,
) -> None:
    """Step through a recorded match: Enter goes forward, b goes back, q quits.

    If the input is not a terminal, the whole match is printed.
    """
    from tournaments.human.replay_text import lines
    from tournaments.replay.format import load

    replay, place = load(_replay_file(file, home)), step or 0
    if step is not None and step > len(replay.steps):
        raise LeagueError(f"--step {step}: the match has {len(replay.steps)} steps")
    browsing = step is None and sys.stdin.isatty() and sys.stdout.isatty()
    while True:
        if browsing:
            out.clear()
        for line in lines(replay, place):
            out.print(harmless(line))
        if browsing:
            answer = asked("Enter: next · b: back · q: quit  ")
            if answer == "q":
                return
            place = max(0, place - 1) if answer == "b" else min(len(replay.steps), place + 1)
            continue
        if step is not None or place >= len(replay.steps):
            return
        place += 1
        out.print()


@app.command("verify")
def replay_verify(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILES]...", parser=expanded, help="replay files or names of leagues; default: all replays"),
    ] = None,
    trust: Trust = False,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Play recorded matches again on the stock game and compare every step."""
    from league.evaluation.verification import verify_file
    from league.play.session import played_by_hand

    paths: list[Path] = []
    for item in files or [*(Path(store.name) for store in readable(home)), *played_by_hand(home)]:
        if str(item) in leagues(home):
            paths += Store.open(home, str(item)).recorded()
        else:
            paths.append(item)
    failed = []
    for path in paths:
        verification = verify_file(path, trust=trust)
        if not verification.verified:
            failed.append({"file": str(path), "reason": verification.reason})
    if as_json:
        print_json({"verified": len(paths) - len(failed), "failed": failed})
    else:
        done = len(paths) - len(failed)
        out.print(f"{done} of {len(paths)} replays verified on the stock game{SEAL if done else ''}", highlight=False)
        for failure in failed:
            out.print(brief(harmless(f"failed: {failure['file']}: {failure['reason']}")))
    if failed:
        raise typer.Exit(1)


@app.command("html")
def replay_html(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", parser=expanded, help="a replay's file, or a league: its newest final")
    ],
    to: Annotated[
        Path | None,
        typer.Option("--out", metavar="PATH", parser=expanded, help="output file or folder; default: the current folder"),
    ] = None,
    home: Home = HOME,
) -> None:
    """Write a recorded match as a single HTML file for any browser. The page loads nothing from the network."""
    from tournaments.replay.format import SUFFIX, load
    from tournaments.viewer.replay_page import replay_page

    path = _replay_file(file, home)
    page, name = replay_page(load(path)), f"{path.name.removesuffix(SUFFIX)}.html"
    place = Path(name) if to is None else to / name if to.is_dir() else to
    with disk_has_room(f"{place} could not be written"):
        place.write_text(page, encoding="utf-8")
    out.print(f"wrote {place}: open it in a browser", highlight=False, markup=False)


def asked(prompt: str) -> str:
    """Read a line; return q at the end of the input."""
    try:
        return input(prompt).strip().lower()
    except EOFError:
        return "q"


def _replay_file(file: Path, home: Path) -> Path:
    """Find a replay by its path, by the name that `replay list` prints if it is unique, or the newest final of a league."""
    if not file.exists() and str(file) in leagues(home):
        return _newest_final(Store.open(home, str(file)))
    folders = [] if file.exists() else [*(home / "leagues").glob("*/replays"), home / "replays"]
    found = [folder / file.name for folder in folders if (folder / file.name).is_file()]
    return found[0] if len(found) == 1 else file


def _newest_final(store: Store) -> Path:
    from league.artifacts.replays import finals_first

    for generation in range(store.generation(), -1, -1):
        found = finals_first(store, generation)
        if found:
            return found[0]
    raise LeagueError(f"no match of {store.name!r} is recorded; `league sync {store.name}` records the most interesting ones")
