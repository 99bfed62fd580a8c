"""The command `league play`: a person plays against a player in the terminal."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import Annotated

import typer

from league.cli.console import HOME, Home, out
from tournaments.tickets import SEEDS

app = typer.Typer()


@app.command("play")
def play_by_hand(
    game: Annotated[str, typer.Argument(help="the game, such as classic/connect_four_v3")],
    against: Annotated[str, typer.Option(metavar="PLAYER", help="LEAGUE/champion, LEAGUE/PLAYER, bot:NAME or module:callable")],
    seat: Annotated[str | None, typer.Option(help="a seat or a side; the first seat if left out")] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=SEEDS - 1, help="of the game and the player's choices; from the clock if left out")
    ] = None,
    name: Annotated[str, typer.Option(help="what you are called in the replay")] = "you",
    view: Annotated[bool, typer.Option("--view", help="show what the player thinks before every move")] = False,
    home: Home = HOME,
) -> None:
    """Play against a player, in the terminal; the game is saved as a replay.

    Seats of your team that you do not take are played by PLAYER as well.
    """
    from league.play.pairing import pair
    from league.play.session import keep, match_name, opening, play

    pairing = pair(game, against, home, seat, name)
    seed = time.time_ns() % SEEDS if seed is None else seed
    for line in opening(pairing, seed):
        out.print(line, highlight=False, markup=False)
    replay = play(pairing, seed, out, _ask, match_name(game, datetime.now()), view=view)
    if replay is not None:
        path = keep(replay, home)
        out.print(f"Saved as {path}", highlight=False, markup=False)
        out.print(f"  league replay show {path}   step through it", highlight=False, markup=False)


def _ask(prompt: str) -> str:
    """Read a line; print it if the input is not a terminal, which would have echoed it."""
    answer = input(prompt)
    if not sys.stdin.isatty():
        out.print(answer, highlight=False, markup=False)
    return answer
