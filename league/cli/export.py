"""The command `league export`: a player as a folder that works without this project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from league.cli.console import HOME, Home, Json, Trust, out, print_json
from league.paths import expanded, importable

app = typer.Typer()


@app.command("export")
def export_player(
    player: Annotated[str, typer.Argument(help="LEAGUE/champion or LEAGUE/PLAYER")],
    form: Annotated[str, typer.Option("--format", help="numpy, onnx or torch")] = "numpy",
    folder: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", parser=expanded, help="where; default: LEAGUE_PLAYER_FORMAT, here")
    ] = None,
    as_json: Json = False,
    trust: Trust = False,
    home: Home = HOME,
) -> None:
    """Write a player as a folder that works without this project.

    The folder is a Python package with the player and a SafetyMonitor. MLflow's
    models of champions (league ui) need no export.
    """
    from league.evaluation.resolve import resolve
    from league.export.folder import files, write

    named = resolve(player, home, trust=trust)
    content = files(named, form)
    place = folder or Path(importable(f"{player}_{form}"))
    write(content, place)
    if as_json:
        print_json({"player": player, "format": form, "folder": str(place), "files": sorted(content)})
        return
    size = sum(map(len, content.values()))
    out.print(f"{player} is in {place}: {len(content)} files, {size / 1024:,.0f} KiB", highlight=False, markup=False)
    out.print("To use it, in the folder that it is in:", highlight=False)
    out.print(f"  from {place.name} import Player, SafetyMonitor", highlight=False, markup=False)
    out.print("  monitor = SafetyMonitor(Player.load())", highlight=False)
    out.print("  action = monitor.safe_action(observation, agent)", highlight=False)
