"""The command `league rebuild`."""

from __future__ import annotations

from typing import Annotated

import typer

from league.cli.console import HOME, Home, Json, Trust, err, out, print_json

app = typer.Typer()


@app.command()
def rebuild(
    player: Annotated[str, typer.Argument(help="LEAGUE/champion or LEAGUE/PLAYER")],
    executor: Annotated[str, typer.Option(help="serial or processes")] = "processes",
    trust: Trust = False,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Make a player again from its league's configuration and seed, and compare it to the bit.

    The league's generations up to the player's last training are run again in a temporary folder. Nothing of the stored
    league is used but its configuration and the founders that it took from elsewhere.
    """
    from league.experiments.rebuild import rebuild as make_again

    found = make_again(player, home, executor=executor, trust=trust, say=lambda told: err.print(told, highlight=False))
    if as_json:
        print_json(found.plain())
    elif found.same:
        out.print(f"{found.league}/{found.player} is the same to the bit: weights {found.rebuilt}", highlight=False)
    else:
        what = ", ".join(found.differing)
        out.print(f"{found.league}/{found.player} differs: {what}", highlight=False)
        out.print(f"weights stored {found.stored}, rebuilt {found.rebuilt}", highlight=False)
        for reason in found.reasons:
            out.print(f"possible reason: {reason}", highlight=False)
    if not found.same:
        raise typer.Exit(1)
