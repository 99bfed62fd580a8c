"""The command line, `league`: what a person types, and the sentences that come back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from envs.arena import IllegalAction
from envs.faults import GameError
from league.bench_cli import app as bench_app
from league.config import LeagueConfig, check, to_yaml
from league.errors import LeagueError
from league.sources import load_config, parse_override
from league.store import Store, leagues
from tournaments.replay import ReplayError

app = typer.Typer(
    name="league",
    help="Leagues of PPO players on any PettingZoo game.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
replay_app = typer.Typer(help="Look at recorded matches, and check that they are true.", no_args_is_help=True)
app.add_typer(replay_app, name="replay")
app.add_typer(bench_app, name="bench")

WIDE = 160
"""Columns where nobody's terminal sets a limit."""

out = Console(soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, soft_wrap=True, width=None if sys.stderr.isatty() else WIDE)

Home = Annotated[Path, typer.Option("--home", envvar="LEAGUE_HOME", help="folder of leagues and MLflow")]
Json = Annotated[bool, typer.Option("--json", help="print JSON and nothing else")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change a setting, e.g. train.updates=4")]
ExecutorName = Annotated[str | None, typer.Option("--executor", help="serial or processes")]
Workers = Annotated[int | None, typer.Option("--workers", help="worker processes; one per core if left out")]
HOME = Path("mlruns")


@app.command()
def run(
    config: Annotated[str, typer.Argument(help="a preset (see below) or a YAML file")],
    settings: Set = None,
    name: Annotated[str | None, typer.Option(help="the league's name")] = None,
    seed: Annotated[int | None, typer.Option(help="everything random follows from it")] = None,
    executor: ExecutorName = None,
    workers: Workers = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on if the league has begun")] = False,
    print_config: Annotated[bool, typer.Option("--print-config", help="print the resolved configuration and stop")] = False,
    home: Home = HOME,
) -> None:
    """Run a league from its first generation to its last.

    Presets: connect-four, rps, smoke, tag, tictactoe.
    """
    given = {"name": name, "seed": seed, "compute.executor": executor, "compute.workers": workers, "compute.device": device}
    overrides = dict(map(parse_override, settings or [])) | {key: value for key, value in given.items() if value is not None}
    resolved = load_config(config, overrides)
    if print_config:
        typer.echo(to_yaml(resolved), nl=False)
        return
    _turn(resolved, home, resume)


@app.command()
def resume(
    name: Annotated[str, typer.Argument(help="a league")],
    generations: Annotated[
        int | None, typer.Option(min=1, help="how many there shall be in all; more extend the league")
    ] = None,
    executor: ExecutorName = None,
    workers: Workers = None,
    home: Home = HOME,
) -> None:
    """Go on from the last committed generation."""
    from league.players import stored_config

    config = stored_config(Store.open(home, name))
    compute = {key: value for key, value in (("executor", executor), ("workers", workers)) if value is not None}
    values = config.model_dump()
    values["compute"] |= compute
    values["generations"] = max(generations or 0, config.generations)
    _turn(check(values, "league resume"), home, resuming=True)


@app.command("list")
def list_leagues(as_json: Json = False, home: Home = HOME) -> None:
    """List the leagues."""
    from league.tables import league_rows, leagues_table

    stores = _readable(home)
    if as_json:
        _json({"leagues": league_rows(stores)})
    elif stores:
        out.print(leagues_table(stores))
    else:
        out.print(f"no leagues in {home} yet; try: league run connect-four")


@app.command()
def standings(name: Annotated[str, typer.Argument(help="a league")], as_json: Json = False, home: Home = HOME) -> None:
    """Print every frozen player with its rating, best first."""
    from league.results import standings as read
    from league.results import standings_rows
    from league.tables import standings_table

    store = Store.open(home, name)
    if as_json:
        facts = {"league": name, "game": store.fact("game"), "generation": store.generation(), "champion": store.champion()}
        _json({**facts, "standings": standings_rows(store)})
    else:
        out.print(standings_table(read(store), f"{name}, generation {store.generation()}: champion {store.champion()}"))


@app.command()
def lineage(name: Annotated[str, typer.Argument(help="a league")], as_json: Json = False, home: Home = HOME) -> None:
    """Print who descends from whom."""
    from league.tables import lineage_tree

    store = Store.open(home, name)
    players = store.players()
    if as_json:
        keys = ("name", "league_role", "status", "parent", "operator", "born", "retired", "hyper")
        _json({"league": name, "players": [{key: getattr(player, key) for key in keys} for player in players]})
    else:
        out.print(lineage_tree(players, {row.player: row.elo for row in store.ratings(store.generation())}))


@app.command()
def payoff(name: Annotated[str, typer.Argument(help="a league")], as_json: Json = False, home: Home = HOME) -> None:
    """Print what every two players scored against each other."""
    import envs
    from league.players import stored_config
    from league.tables import payoff_table
    from tournaments.payoff import pairs
    from tournaments.payoff import payoff as count
    from tournaments.scores import outcomes

    store = Store.open(home, name)
    table = count(outcomes(envs.describe(stored_config(store).game.setup()), store.matches()))
    if as_json:
        _json({"league": name, "pairs": [vars(row) for row in pairs(table)]})
    else:
        out.print(payoff_table(table))


@app.command()
def tournament(
    players: Annotated[list[str], typer.Argument(help="LEAGUE/champion, LEAGUE/PLAYER, bot:NAME or module:callable")],
    game: Annotated[str | None, typer.Option(help="the game; that of the players' league if left out")] = None,
    form: Annotated[
        str, typer.Option("--format", help="round-robin, or gauntlet: the first against the others")
    ] = "round-robin",
    games: Annotated[int, typer.Option(min=1, help="games per pair, every side taken equally often")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="decides the seeds of all matches")] = 0,
    executor: Annotated[str, typer.Option(help="serial or processes")] = "processes",
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Play matches between any players of any leagues."""
    from league.contests import hold
    from league.tables import pairs_table, standings_table

    contest = hold(players, home, game=game, form=form, games=games, seed=seed, executor=executor)
    if as_json:
        _json(contest.plain())
    else:
        out.print(standings_table(contest.standings, f"{contest.format} on {contest.game}, {contest.anchor} pinned at 0"))
        out.print()
        out.print(pairs_table(contest.pairs))


@app.command()
def games(
    game: Annotated[str | None, typer.Argument(help="a game to describe")] = None,
    check: Annotated[
        str | None, typer.Option("--check", metavar="GAME", help="does this environment fit the contract?")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the games that can be played, describe one, or check an environment."""
    from league.inspection import check_game, describe_game, list_games

    page = check_game(check) if check else describe_game(game) if game else list_games()
    if as_json:
        _json(page.plain)
    else:
        out.print(page.shown)
    if page.failed:
        raise typer.Exit(1)


@app.command()
def ui(port: Annotated[int, typer.Option(min=1, max=65535, help="on this machine only")] = 5000, home: Home = HOME) -> None:
    """Open the MLflow UI on the leagues of this home."""
    from league.ui import open_ui

    raise typer.Exit(open_ui(home, port))


@replay_app.command("list")
def replay_list(
    name: Annotated[str | None, typer.Argument(help="a league; all of them if left out")] = None,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """List recorded matches."""
    from league.tables import replay_rows, replays_table
    from tournaments.replay import SUFFIX, load

    stores = [Store.open(home, name)] if name else _readable(home)
    files = [path for store in stores for path in sorted(store.replays.glob(f"*{SUFFIX}"))]
    loaded = []
    for path in files:
        try:
            loaded.append((path, load(path)))
        except ReplayError as error:
            err.print(f"left out {path}: {error}", highlight=False, markup=False)
    if as_json:
        _json({"replays": replay_rows(loaded)})
    else:
        out.print(replays_table(loaded))


@replay_app.command("show")
def replay_show(
    file: Annotated[Path, typer.Argument(help="a replay's file")],
    step: Annotated[int | None, typer.Option(min=0, help="print this step only")] = None,
    home: Home = HOME,
) -> None:
    """Step through a recorded match: Enter goes on, b goes back, q quits. Prints it whole where nobody can type."""
    from tournaments.replay import load
    from tournaments.replay_text import lines

    replay, place = load(_replay_file(file, home)), step or 0
    if step is not None and step > len(replay.steps):
        raise LeagueError(f"--step {step}: the match has {len(replay.steps)} steps")
    browsing = step is None and sys.stdin.isatty() and sys.stdout.isatty()
    while True:
        if browsing:
            out.clear()
        for line in lines(replay, place):
            out.print(line, highlight=False, markup=False)
        if browsing:
            answer = input("Enter: on · b: back · q: quit  ").strip().lower()
            if answer == "q":
                return
            place = max(0, place - 1) if answer == "b" else min(len(replay.steps), place + 1)
            continue
        if step is not None or place >= len(replay.steps):
            return
        place += 1
        out.print()


@replay_app.command("verify")
def replay_verify(
    files: Annotated[list[Path] | None, typer.Argument(help="files or leagues' names; everything if left out")] = None,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Play recorded matches again on the stock game, and compare."""
    from tournaments.replay import SUFFIX
    from tournaments.verdict import verify

    paths: list[Path] = []
    for item in files or [Path(store.name) for store in _readable(home)]:
        if str(item) in leagues(home):
            paths += sorted(Store.open(home, str(item)).replays.glob(f"*{SUFFIX}"))
        else:
            paths.append(item)
    failed = []
    for path in paths:
        verdict = verify(path)
        if not verdict.verified:
            failed.append({"file": str(path), "reason": verdict.reason})
    if as_json:
        _json({"verified": len(paths) - len(failed), "failed": failed})
    else:
        out.print(f"{len(paths) - len(failed)} of {len(paths)} replays verified on the stock game", highlight=False)
        for failure in failed:
            out.print(f"failed: {failure['file']}: {failure['reason']}", highlight=False, markup=False)
    if failed:
        raise typer.Exit(1)


def _turn(config: LeagueConfig, home: Path, resuming: bool) -> None:
    """Run a league and print how it ended."""
    from league.manager import League
    from league.progress import Lines
    from league.tables import standings_table

    watcher = Lines(err)
    try:
        league = League(config, home, watcher)
        err.print(
            f"league {config.name}: {config.game.name}, {config.population} players, {config.generations} generations, "
            f"seed {config.seed}, in {home / 'leagues' / config.name}",
            highlight=False,
        )
        result = league.run(resume=resuming)
    except KeyboardInterrupt:
        watcher.stop()
        err.print(_stopped(config.name, home), highlight=False)
        raise typer.Exit(130) from None
    finally:
        watcher.stop()
    rows = result.standings
    out.print(standings_table(rows, f"{config.name}: champion {result.champion}", limit=10))
    at = _at(home)
    hints = {
        f"league standings {config.name}{at}": "all players",
        f"league replay list {config.name}{at}": "matches worth seeing",
        f"league tournament {config.name}/champion bot:random{at}": "any players, any leagues",
        f"league ui{at}": "compare generations in MLflow",
    }
    width = max(map(len, hints))
    out.print("\nNext:")
    for command, what in hints.items():
        out.print(f"  {command:{width}s}   {what}", highlight=False)


def _replay_file(file: Path, home: Path) -> Path:
    """A replay by its path, or by the name that `replay list` prints if only one league has it."""
    found = [] if file.exists() else sorted((home / "leagues").glob(f"*/replays/{file.name}"))
    return found[0] if len(found) == 1 else file


def _stopped(name: str, home: Path) -> str:
    """What to say after Ctrl-C."""
    if name not in leagues(home):
        return "stopped; nothing was begun"
    safe = Store.open(home, name).generation()
    kept = f"generation {safe} is safe" if safe >= 0 else "no generation was finished yet"
    return f"stopped; {kept}. Go on with: league resume {name}{_at(home)}"


def _readable(home: Path) -> list[Store]:
    """Every league of a home that can be read; the others are named."""
    stores = []
    for name in leagues(home):
        try:
            stores.append(Store.open(home, name))
        except LeagueError as error:
            err.print(f"left out {name}: {error}", highlight=False, markup=False)
    return stores


def _at(home: Path) -> str:
    return "" if home == HOME else f" --home {home}"


def _json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what a person can put right into a sentence and exit code 2."""
    try:
        yield
    except (LeagueError, GameError, ReplayError, IllegalAction) as error:
        _refuse(str(error))
    except BrokenPipeError:  # whoever read us has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _refuse(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def _refuse(sentence: str) -> NoReturn:
    err.print(f"error: {sentence}", highlight=False, markup=False, style="red")
    sys.exit(2)


def main() -> None:
    """Entry point of the `league` command."""
    with _sentences():
        app(prog_name="league")


if __name__ == "__main__":
    main()
