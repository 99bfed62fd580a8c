"""What the commands of `league` share: where they print, the options that several take, JSON, leagues that can be read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from league.errors import LeagueError
from league.storage.store import HOME, Store, leagues

WIDE = 160
"""Columns where nobody's terminal sets a limit."""

out = Console(soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, soft_wrap=True, width=None if sys.stderr.isatty() else WIDE)

STRANGE = "�"
"""Stands for characters that cannot be printed."""

Home = Annotated[Path, typer.Option("--home", envvar="LEAGUE_HOME", help="folder of leagues and MLflow")]
Json = Annotated[bool, typer.Option("--json", help="print JSON and nothing else")]
LeagueName = Annotated[str, typer.Argument(help="a league")]


def print_json(value: Any) -> None:
    """Print a value as one line of JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


def harmless(text: str) -> str:
    """Text with a mark for every character that would do something to a terminal instead of being seen."""
    return "".join(character if character.isprintable() else STRANGE for character in text)


def at(home: Path) -> str:
    """What a command to type next must say of the home, if anything."""
    return "" if home == HOME else f" --home {home}"


def readable(home: Path) -> list[Store]:
    """Every league of a home that can be read; the others are named."""
    stores = []
    for name in leagues(home):
        try:
            stores.append(Store.open(home, name))
        except LeagueError as error:
            err.print(f"left out {name}: {error}", highlight=False, markup=False)
    return stores
