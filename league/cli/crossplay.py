"""The command `league crossplay`: who can work with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from league.cli.console import HOME, Home, Json, Trust, at, out, output, print_json, warn
from league.storage.store import Store

if TYPE_CHECKING:
    from league.cli.terminal_charts import Figure
    from league.evaluation.crossplay import CrossPlay

app = typer.Typer()


@app.command()
def crossplay(
    players: Annotated[
        list[str], typer.Argument(help="LEAGUE (its best lines), LEAGUE/champion, LEAGUE/PLAYER, bot:NAME or module:callable")
    ],
    game: Annotated[str | None, typer.Option(help="the game; default: the game of the players' league")] = None,
    games: Annotated[int, typer.Option(min=2, help="games per pair; in half of them the two change their seats")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="random seed; it decides the seeds of all matches")] = 0,
    executor: Annotated[str, typer.Option(help="serial, processes or ray")] = "processes",
    trust: Trust = False,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Fill the seats of one team from two players, in games of one team: who can work with whom.

    All pairs play the same seeds. If all players are of one league, its report gets a section about the result.
    """
    from rich.text import Text

    from league.evaluation.crossplay import hold_cross_play

    output.take()
    found = hold_cross_play(players, home, game=game, games=games, seed=seed, executor=executor, warn=warn, trust=trust)
    leagues = {name.partition("/")[0] for name in players if ":" not in name}
    if len(leagues) == 1:
        from league.tracking.sync import show_evaluations

        show_evaluations(Store.open(home, next(iter(leagues))), warn)
    if as_json:
        print_json(found.plain())
        return
    out.print(pairs_table(found))
    out.print()
    out.print(players_table(found))
    for note in found.notes:
        out.print(Text(f"\n{note}"))
    if len(leagues) == 1:
        out.print(f"\nIn the league's report: league report {leagues.pop()}{at(home)}", highlight=False)


def pairs_table(found: CrossPlay) -> Figure:
    """The mean return of every two players. Columns have the numbers of the rows."""
    from league.cli.table_layout import sheet

    names = list(dict.fromkeys(pair.player for pair in found.pairs))
    mean = {(pair.player, pair.partner): pair.mean for pair in found.pairs}
    cells = [
        [f"{number + 1} {name}", *(f"{_mean(found, mean, name, other):.2f}" for other in names)]
        for number, name in enumerate(names)
    ]
    who = "the two share the seats" if found.alike else f"the row's player is {found.first_seat}, the column's the others"
    title = f"mean return of {found.game}: {who}; on the diagonal a player alone"
    return sheet(title, ["player"], [str(number + 1) for number in range(len(names))], cells)


def _mean(found: CrossPlay, mean: dict[tuple[str, str], float], one: str, other: str) -> float:
    return (mean[one, other] + mean[other, one]) / 2 if found.alike else mean[one, other]


def players_table(found: CrossPlay) -> Figure:
    """How well each player works with the others, best first."""
    from league.cli.table_layout import sheet

    cells = [
        [
            row.player,
            row.best_response,
            f"{row.self_play:.2f}",
            "" if row.cross_play is None else f"{row.cross_play:.2f}",
            "" if row.proximity is None else f"{row.proximity:.2f}",
            "" if row.low is None or row.high is None else f"{row.low:.2f} … {row.high:.2f}",
        ]
        for row in found.players
    ]
    mixed = found.diversity
    caption = (
        f"proximity: 1 as good as the best known response to the partner, 0 as bad as {found.anchor}; "
        f"{mixed.effective:.1f} different best responses among {mixed.partners} partners (determinant {mixed.determinant:.3f})"
    )
    right = ["alone", "with others", "proximity", "95 %"]
    return sheet("working with others", ["player", "best partner"], right, cells, spare=("95 %",), caption=caption)
