"""The command `league play`: a person plays against a player in the terminal."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import Annotated

import typer

from league.cli.console import HOME, Home, Trust, out
from league.execution.terminal import harmless
from tournaments.tickets import SEEDS

app = typer.Typer()


@app.command("play")
def play_by_hand(
    game: Annotated[str, typer.Argument(help="the game, such as classic/connect_four_v3")],
    against: Annotated[
        list[str],
        typer.Option(
            metavar="PLAYER", help="LEAGUE/champion, LEAGUE/PLAYER, bot:NAME or module:callable; several hold the other teams"
        ),
    ],
    seat: Annotated[str | None, typer.Option(help="your seat or side; default: the first seat")] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=SEEDS - 1, help="random seed of the game and of PLAYER; default: from the clock")
    ] = None,
    name: Annotated[str, typer.Option(help="your name in the replay")] = "you",
    view: Annotated[bool, typer.Option("--view", help="show the player's estimates before every move")] = False,
    trust: Trust = False,
    home: Home = HOME,
) -> None:
    """Play against a player in the terminal. The game is saved as a replay.

    PLAYER also plays the other seats of your team.
    """
    from league.play.pairing import pair
    from league.play.session import in_terminal, keep, match_name, opening

    pairing = pair(game, against, home, seat, name, trust=trust)
    seed = time.time_ns() % SEEDS if seed is None else seed
    for line in opening(pairing, seed):
        out.print(line, highlight=False, markup=False)
    replay = in_terminal(pairing, seed, out, _ask, match_name(game, datetime.now()), view=view)
    if replay is not None:
        path = keep(replay, home)
        out.print(f"Saved as {path}", highlight=False, markup=False)
        out.print(f"  league replay show {path}   step through it", highlight=False, markup=False)


def _ask(prompt: str) -> str:
    """Read a line; print it if the input is not a terminal, which would have echoed it."""
    answer = input(harmless(prompt))
    if not sys.stdin.isatty():
        out.print(answer, highlight=False, markup=False)
    return answer
