"""Shared parts of the commands: consoles, common options, JSON output, readable leagues."""

from __future__ import annotations

import io
import json
import shlex
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

from envs.faults import GameWarning
from league.cli.streams import OwnOutput
from league.errors import LeagueError
from league.execution.terminal import SafeConsole, brief
from league.paths import expanded
from league.storage.store import HOME, HOME_VARIABLE, Store, leagues

out, err = SafeConsole(), SafeConsole(stderr=True)

output = OwnOutput(out)
"""Redirects everything else that is printed on standard output."""


def _take_output(asked: bool) -> bool:
    output.take()
    return asked


Home = Annotated[
    Path,
    typer.Option(
        "--home", envvar=HOME_VARIABLE, metavar="PATH", parser=expanded, help="folder with the leagues and MLflow's data"
    ),
]
Json = Annotated[bool, typer.Option("--json", callback=_take_output, help="print only JSON")]
Trust = Annotated[bool, typer.Option("--trust", help="allow the code that these files name; remembered until the code changes")]
LeagueName = Annotated[str, typer.Argument(help="a league")]


def replace_what_cannot_be_shown() -> None:
    """Let output in an encoding that lacks a character show a substitute, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def show_warnings_as_sentences() -> None:
    """Let warnings about games be printed like all sentences, without the place in our code that says them."""
    warnings.formatwarning = _sentence


_USUAL = warnings.formatwarning


def _sentence(message: Warning | str, category: type[Warning], *place: Any, **line: Any) -> str:
    return f"warning: {message}\n" if issubclass(category, GameWarning) else _USUAL(message, category, *place, **line)


def print_json(value: Any) -> None:
    """Print a value as one line of JSON, in which characters that would control a terminal are written as escapes."""
    print_plain(json.dumps(value, ensure_ascii=False, allow_nan=False))


def print_plain(text: str) -> None:
    """Print JSON or YAML as it is, except that characters that would control a terminal are written as its escapes."""
    typer.echo("".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text), file=out.file)


def warn(sentence: str) -> None:
    """Print a sentence on standard error."""
    err.print(brief(sentence))


def at(home: Path) -> str:
    """Return the `--home` option that a suggested command needs, if any."""
    return "" if home == HOME else f" --home {shlex.quote(str(home))}"


def readable(home: Path) -> list[Store]:
    """Return every league of a home that can be read; warn about the others."""
    stores = []
    for name in leagues(home):
        try:
            store = Store.open(home, name)
            store.overview()
        except LeagueError as error:
            warn(f"left out {name}: {error}")
        else:
            stores.append(store)
    return stores
