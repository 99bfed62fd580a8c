"""Shared parts of the commands: consoles, common options, JSON output, readable leagues."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from league.cli.streams import OwnOutput
from league.errors import LeagueError
from league.paths import expanded
from league.storage.store import HOME, HOME_VARIABLE, Store, leagues

WIDE = 160
"""Width in characters of output that is not printed to a terminal."""

out = Console(soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, soft_wrap=True, width=None if sys.stderr.isatty() else WIDE)

STRANGE = "�"
"""Replaces characters that cannot be printed."""

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
LeagueName = Annotated[str, typer.Argument(help="a league")]


def print_json(value: Any) -> None:
    """Print a value as one line of JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False), file=out.file)


def harmless(text: str) -> str:
    """Replace all characters that would control a terminal instead of being displayed."""
    return "".join(character if character.isprintable() else STRANGE for character in text)


def at(home: Path) -> str:
    """Return the `--home` option that a suggested command needs, if any."""
    return "" if home == HOME else f" --home {shlex.quote(str(home))}"


def readable(home: Path) -> list[Store]:
    """Return every league of a home that can be read; warn about the others."""
    stores = []
    for name in leagues(home):
        try:
            stores.append(Store.open(home, name))
        except LeagueError as error:
            err.print(f"left out {name}: {error}", highlight=False, markup=False)
    return stores
