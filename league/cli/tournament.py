"""The command `league tournament`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envs.programs.limits import Limits
from league.cli.console import HOME, Home, Json, Trust, err, out, print_json, warn
from league.errors import LeagueError
from league.paths import expanded

if TYPE_CHECKING:
    from league.evaluation.tournament import Contest

app = typer.Typer()

Players = Annotated[
    list[str],
    typer.Argument(help="LEAGUE/champion, LEAGUE/PLAYER, bot:NAME, module:callable, command:PROGRAM or http://ADDRESS"),
]
MoveSeconds = Annotated[
    float, typer.Option(min=0.01, help="seconds that a program, a service or your own bot may take for a move")
]
Openings = Annotated[
    int,
    typer.Option(min=0, max=10_000, metavar="K", help="begin each series with up to K random moves, the same for each side"),
]
StartSeconds = Annotated[float, typer.Option(min=0.01, help="seconds until a program or a service must be ready")]


@app.command()
def tournament(
    players: Players,
    game: Annotated[str | None, typer.Option(help="the game; default: the game of the players' league")] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="round-robin, double-round-robin, gauntlet (the first against all others), swiss, knock-out, "
            "double-knock-out, ladder, informative (the pairs of which most is learnt), or module:callable",
        ),
    ] = "round-robin",
    games: Annotated[int, typer.Option(min=1, help="games per pair; every player takes every side equally often")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="random seed; it decides the seeds of all matches")] = 0,
    rounds: Annotated[
        int | None, typer.Option(min=1, help="rounds of a Swiss tournament or a ladder; default: the format's own number")
    ] = None,
    seeding: Annotated[
        str, typer.Option(help="rating (by the ratings of the players' leagues) or given (as they are named here)")
    ] = "rating",
    challengers: Annotated[int, typer.Option(min=1, help="in a gauntlet, how many of the first players are challengers")] = 1,
    openings: Openings = 0,
    move_seconds: MoveSeconds = Limits.move,
    start_seconds: StartSeconds = Limits.start,
    executor: Annotated[str, typer.Option(help="serial, processes or ray")] = "processes",
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", parser=expanded, help="write an HTML page of the tournament, with replays"),
    ] = None,
    trust: Trust = False,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Play matches between any players of any leagues, bots, programs and services."""
    from league.evaluation.tournament import Draw, hold

    if html is not None and (html.is_dir() or not html.absolute().parent.is_dir()):
        raise LeagueError(f"--html {html}: the page should be a file in an existing folder")
    draw = Draw(rounds, seeding, challengers, openings)
    played = hold(
        players,
        home,
        game=game,
        form=form,
        games=games,
        seed=seed,
        executor=executor,
        draw=draw,
        limits=Limits(start_seconds, move_seconds),
        warn=warn,
        trust=trust,
    )
    if as_json:
        print_json(played.contest.plain())
    else:
        _show(played.contest, cooperative=played.game.cooperative)
    if html is not None:
        from league.artifacts.tournament_page import contest_html

        html.write_text(contest_html(played, warn), "utf-8")
        err.print(f"the page of this tournament: {html}", highlight=False, markup=False)


def _show(contest: Contest, *, cooperative: bool) -> None:
    """Print standings, the final ranking, the bracket, the pairs that met, and what a reader has to know."""
    from rich.text import Text

    from league.cli.ranking_table import bracket_tree, forfeits_by_reason, ranking_table
    from league.cli.tables import pairs_table, standings_table

    title = f"{contest.format} on {contest.game}, {contest.anchor} fixed at 0"
    out.print(standings_table(contest.standings, title, cooperative=cooperative))
    if contest.transitivity is not None:
        out.print(Text(contest.transitivity.sentence))
    if contest.undecided:
        out.print(f"\n{contest.undecided}", highlight=False)
    if contest.ranking is not None:
        out.print()
        out.print(ranking_table(contest.ranking, contest.format))
        if contest.ranking.bracket:
            out.print()
            out.print(bracket_tree(contest.ranking.bracket))
    out.print()
    out.print(pairs_table([row for row in contest.pairs if row.games]))
    for player, reason, matches in forfeits_by_reason(contest.forfeits):
        number = f"{len(matches)} {'match' if len(matches) == 1 else 'matches'}"
        out.print(Text(f"\n{player} forfeited {number}: {reason} (first {matches[0]})"))
    for note in contest.notes:
        out.print(Text(f"\n{note}"))
