"""The command `league new`: the files of a game of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from league.cli.console import Json, out, print_json
from league.paths import expanded

app = typer.Typer()

WHAT = ("the game: dynamics, rewards, success, observations, drawing", "the configuration of its league", "its tests")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="the game's name, which is also that of its files")],
    kind: Annotated[
        str, typer.Option(help="parallel (all agents act at once) or turn-based (one agent at a time)")
    ] = "parallel",
    to: Annotated[Path, typer.Option("--to", metavar="PATH", parser=expanded, help="folder for the files")] = Path(),
    as_json: Json = False,
) -> None:
    """Write a game of your own that can be trained at once: a game, a configuration and a test.

    The files say where to change what. Existing files are not overwritten.
    """
    from league.config.starting import write_new

    written = write_new(name, kind, to)
    if as_json:
        print_json({"name": name, "kind": kind, "files": [str(path) for path in written]})
        return
    width = max(len(str(path)) for path in written)
    for path, what in zip(written, WHAT, strict=True):
        out.print(f"{path!s:{width}}   {what}", highlight=False, markup=False)
    game, config, test = written
    hints = {
        f"league games --check {game}:make": "does it follow the rules?",
        f"pytest {test}": "does it do what you want?",
        f"league run {config}": "train; less than a minute",
        f"league evaluate {name}/champion": "success rate, robustness, variations of the game",
    }
    width = max(map(len, hints))
    out.print("\nNext:")
    for command, what in hints.items():
        out.print(f"  {command:{width}s}   {what}", highlight=False, markup=False)
