"""The command line `league`: the main commands and their error messages."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from envs.faults import GameError, IllegalAction
from league.cli.bench import app as bench_app
from league.cli.comms import app as comms_app
from league.cli.console import (
    HOME,
    Home,
    Json,
    LeagueName,
    Trust,
    at,
    err,
    out,
    output,
    print_json,
    print_plain,
    replace_what_cannot_be_shown,
    show_warnings_as_sentences,
    warn,
)
from league.cli.crossplay import app as crossplay_app
from league.cli.evaluate import app as evaluate_app
from league.cli.exploit import app as exploit_app
from league.cli.export import app as export_app
from league.cli.inspect import app as look_app
from league.cli.leagues import app as leagues_app
from league.cli.new import app as new_app
from league.cli.play import app as play_app
from league.cli.rebuild import app as rebuild_app
from league.cli.replay import app as replay_app
from league.cli.serve import app as serve_app
from league.cli.stopping import exit_code, terminated_as_interrupted
from league.cli.sweep import app as sweep_app
from league.cli.tournament import app as tournament_app
from league.errors import LeagueError
from league.execution.terminal import brief, harmless
from league.importing import collector_paused
from league.storage.store import Store, leagues
from league.version import __version__
from tournaments.replay.format import ReplayError

if TYPE_CHECKING:
    from league.config.schema import LeagueConfig

HELP = "Train and evaluate leagues of reinforcement-learning players on any PettingZoo game."
UsageError: Any = typer.BadParameter.__base__
"""The error of a wrong command line."""

app = typer.Typer(
    name="league",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"marl-league {__version__}")
        raise typer.Exit


@app.callback(help=HELP)
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="print the version and stop")
    ] = False,
) -> None:
    """Options that no command is needed for."""


app.add_typer(look_app)
app.add_typer(tournament_app)
app.add_typer(crossplay_app)
app.add_typer(comms_app)
app.add_typer(export_app)
app.add_typer(exploit_app)
app.add_typer(leagues_app)
app.add_typer(evaluate_app)
app.add_typer(new_app)
app.add_typer(sweep_app)
app.add_typer(play_app)
app.add_typer(serve_app)
app.add_typer(rebuild_app)
app.add_typer(replay_app, name="replay")
app.add_typer(bench_app, name="bench")

LOOPBACK = "127.0.0.1"
"""The address of this machine that others cannot reach."""

Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change a setting, e.g. train.updates=4")]
ExecutorName = Annotated[str | None, typer.Option("--executor", help="serial, processes or ray")]
Workers = Annotated[int | None, typer.Option("--workers", help="worker processes; default: one per core")]


@app.command()
def run(
    config: Annotated[str, typer.Argument(help="a preset (see above) or a YAML file")],
    settings: Set = None,
    name: Annotated[str | None, typer.Option(help="the league's name")] = None,
    seed: Annotated[int | None, typer.Option(help="random seed; it decides all random numbers")] = None,
    executor: ExecutorName = None,
    workers: Workers = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="continue the league if it exists")] = False,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="print the resolved configuration, with comments, and stop")
    ] = False,
    home: Home = HOME,
) -> None:
    """Run a league from its first generation to its last.

    Presets: algorithms, connect-four, curriculum, predator-prey, rps, signal, smoke,
    speaker-listener, spread, tag, tictactoe, traffic-junction.
    """
    from league.config.load import load_config, parse_override

    given = {"name": name, "seed": seed, "compute.executor": executor, "compute.workers": workers, "compute.device": device}
    overrides = dict(map(parse_override, settings or [])) | {key: value for key, value in given.items() if value is not None}
    resolved = load_config(config, overrides)
    if print_config:
        from league.config.reference import commented

        print_plain(commented(resolved).rstrip("\n"))
        return
    _turn(resolved, home, resume)


@app.command()
def resume(
    name: LeagueName,
    generations: Annotated[
        int | None, typer.Option(min=1, help="total number of generations; a higher number extends the league")
    ] = None,
    executor: ExecutorName = None,
    workers: Workers = None,
    trust: Trust = False,
    home: Home = HOME,
) -> None:
    """Continue a league after its last committed generation."""
    from league.config.schema import check
    from league.evaluation.configuration import require_trust, stored_config

    store = Store.open(home, name)
    require_trust(store, playing=False, trust=trust)
    config = stored_config(store)
    compute = {key: value for key, value in (("executor", executor), ("workers", workers)) if value is not None}
    values = config.model_dump()
    values["compute"] |= compute
    values["generations"] = max(generations or 0, config.generations)
    _turn(check(values, "league resume"), home, resuming=True)


@app.command()
def games(
    game: Annotated[str | None, typer.Argument(help="a game to describe")] = None,
    check: Annotated[
        str | None,
        typer.Option("--check", metavar="GAME", help="check whether an environment, or that of a YAML file, can be played"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="with --check, change a setting, e.g. game.options={size: 9}"),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the games that can be played, describe one, or check an environment.

    The check tests the environment rule by rule. Then it runs a short league on it in a temporary folder.
    """
    from league.cli.games import check_game, describe_game, list_games
    from league.config.load import parse_override

    if settings and not check:
        raise LeagueError("--set changes the settings of a check; write `league games --check GAME --set KEY=VALUE`")
    overrides = dict(map(parse_override, settings or []))
    page = check_game(check, overrides) if check else describe_game(game) if game else list_games()
    if as_json:
        print_json(page.plain)
    else:
        out.print(page.shown)
    if page.failed:
        raise typer.Exit(1)


@app.command()
def sync(name: LeagueName, trust: Trust = False, home: Home = HOME) -> None:
    """Copy to MLflow everything about a league that MLflow does not have yet.

    This also works for leagues that were run with tracking=false, and after mlflow.db was deleted or moved.
    """
    from league.tracking.sync import fill_in

    output.take()
    store = Store.open(home, name)
    update = fill_in(store, warn, trust=trust)
    added = update.generations
    said = f"{added[0]} to {added[-1]} were added" if added else "nothing was missing"
    if update.mended:
        said += f", {update.mended} that were deleted, changed or there twice were put right"
    out.print(f"MLflow shows {name}, generations 0 to {store.generation()}: {said}", highlight=False)
    out.print(f"Look at it: league ui {name}{at(home)}", highlight=False)


@app.command()
def ui(
    name: Annotated[str | None, typer.Argument(help="the league whose charts to open; default: the only league")] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="port")] = 5000,
    host: Annotated[
        str,
        typer.Option(
            help="address to listen on; by default only this machine can connect. The UI has no login: whoever can reach the "
            "address can read, change and delete everything"
        ),
    ] = LOOPBACK,
    browser: Annotated[
        bool | None, typer.Option("--browser/--no-browser", help="open a browser; default: if there is a screen")
    ] = None,
    home: Home = HOME,
) -> None:
    """Open the MLflow UI on the charts of a league."""
    from league.tracking.server import open_ui

    raise typer.Exit(open_ui(home, name, port, host, browser=browser, say=out.print))


@app.command()
def settings() -> None:
    """Print every setting of a configuration: name, default, range, unit and meaning, as a Markdown page."""
    from league.config.reference import page

    print_plain(page().rstrip("\n"))


def _turn(config: LeagueConfig, home: Path, resuming: bool) -> None:
    """Run a league and print its result."""
    with collector_paused():
        from league.cli.tables import standings_table
        from league.execution.progress import Lines
        from league.manager import League
    gc.freeze()  # imported modules are needed until the end; collecting them at exit would take most of a second

    watcher = Lines(err)
    output.take((lambda line: watcher.foreign(harmless(line))) if err.is_terminal else None)
    try:
        with terminated_as_interrupted():
            league = League(config, home, watcher)
            err.print(
                f"league {config.name}: {config.game.name}, {config.players} players, {config.generations} generations, "
                f"seed {config.seed}, in {home / 'leagues' / config.name}{_so_far(config, home) if resuming else ''}",
                highlight=False,
            )
            result = league.run(resume=resuming)
    except KeyboardInterrupt as stop:
        watcher.stop()
        err.print(_stopped(config.name, home), highlight=False)
        raise typer.Exit(exit_code(stop)) from None
    finally:
        watcher.stop()
    rows = result.standings
    title = f"{config.name}: champion {result.champion}"
    out.print(standings_table(rows, title, limit=10, cooperative=league.game.cooperative))
    if result.undecided:
        out.print(f"\n{result.undecided}", highlight=False)
    here = at(home)
    hints = {
        f"league standings {config.name}{here}": "all players",
        f"league report {config.name}{here}": "a page: the champion, its scores, next steps",
        f"league replay html {config.name}{here}": "watch the final in a browser",
        f"league tournament {config.name}/champion bot:random{here}": "matches between any players of any leagues",
        f"league ui {config.name}{here}": "compare generations in MLflow",
    }
    width = max(map(len, hints))
    out.print("\nNext:")
    for command, what in hints.items():
        out.print(f"  {command:{width}s}   {what}", highlight=False)


def _so_far(config: LeagueConfig, home: Path) -> str:
    """What is said of a league that is resumed, after its folder."""
    if config.name not in leagues(home):
        return ""
    safe = Store.open(home, config.name).generation()
    if safe + 1 >= config.generations:
        return "; all its generations are committed"
    return f"; it goes on after generation {safe}" if safe >= 0 else "; it begins again, because no generation was committed"


def _stopped(name: str, home: Path) -> str:
    """The message after Ctrl-C."""
    if name not in leagues(home):
        return "stopped before the league began"
    safe = Store.open(home, name).generation()
    kept = f"generation {safe} is saved" if safe >= 0 else "no generation was finished yet"
    return f"stopped; {kept}. Continue with: league resume {name}{at(home)}"


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn errors that the user can correct into one sentence and exit code 2."""
    try:
        yield
    except (LeagueError, GameError, ReplayError, IllegalAction) as error:
        _refuse(str(error))
    except BrokenPipeError:  # the reader of the output has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ImportError as error:
        _refuse(f"a package cannot be imported ({error}); install marl-league again, in an environment of its own")
    except OSError as error:
        _refuse(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def _refuse(sentence: str) -> NoReturn:
    err.print("\n".join(map(harmless, brief(f"error: {sentence}").splitlines())), style="red")
    sys.exit(2)


def _run() -> int:
    """Run the command that was asked for; what Typer says of a wrong command line goes through our console, too."""
    try:
        return app(prog_name="league", standalone_mode=False) or 0
    except UsageError as error:
        said = StringIO()
        error.show(file=said)
        err.print(brief(said.getvalue()))
        return int(error.exit_code)
    except typer.Abort:
        return 1


def main() -> None:
    """Entry point of the `league` command."""
    replace_what_cannot_be_shown()
    show_warnings_as_sentences()
    with _sentences():
        try:
            code = _run()
        finally:
            output.give_back()
        sys.exit(code)


if __name__ == "__main__":
    main()
