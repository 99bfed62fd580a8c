"""The command `league evaluate`: the score card of a player or of a configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from league.cli.console import HOME, Home, Json, Trust, err, out, output, print_json, warn
from league.cli.stopping import exit_code, terminated_as_interrupted
from league.errors import LeagueError

if TYPE_CHECKING:
    from league.cli.terminal_charts import Figure
    from league.evaluation.scorecard import ScoreCard
    from league.experiments.evaluating import Asked

app = typer.Typer()


@app.command()
def evaluate(
    subject: Annotated[str, typer.Argument(metavar="PLAYER|CONFIG", help="LEAGUE/PLAYER, a preset or a YAML file")],
    seeds: Annotated[
        int | None, typer.Option(min=1, help="of a configuration: number of leagues that are trained; default: 5")
    ] = None,
    episodes: Annotated[
        int | None, typer.Option(min=10, help="games of each condition; default: evaluation.episodes of the configuration")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="of a configuration: change a setting")
    ] = None,
    name: Annotated[str, typer.Option(help="of a configuration: the name with which the leagues' names begin")] = "",
    seed: Annotated[int, typer.Option(min=0, help="random seed of the examination; it is no seed of training")] = 0,
    executor: Annotated[str, typer.Option(help="serial, processes or ray")] = "processes",
    workers: Annotated[int | None, typer.Option(min=1, help="worker processes; default: one per core")] = None,
    trust: Trust = False,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Make a score card: six measures, each beside its target.

    Sample efficiency, success rate, stability over seeds, generalisation, wall time, and robustness to noise. Of a
    configuration, a league is trained for every seed; the same command goes on after an interruption. What a player cannot
    show is not measurable.
    """
    from league.experiments.evaluating import Asked

    output.take()
    asked = Asked(home, episodes, seed, executor, workers, trust)
    try:
        with terminated_as_interrupted():
            card = _card(subject, asked, seeds, settings or [], name)
    except KeyboardInterrupt as stop:
        err.print("stopped; what was committed is saved. The same command goes on.", highlight=False)
        raise typer.Exit(exit_code(stop)) from None
    if as_json:
        print_json(card.plain())
        return
    _print(card, home)


def _card(subject: str, asked: Asked, seeds: int | None, settings: list[str], name: str) -> ScoreCard:
    from league.config.load import parse_override
    from league.experiments.evaluating import SEEDS_PER_CONFIGURATION, evaluate_configuration, evaluate_player, is_player

    if is_player(subject, asked.home):
        if seeds is not None or settings or name:
            raise LeagueError("--seeds, --set and --name are for configurations; a player is examined as it is")
        return evaluate_player(subject, asked, warn)
    return evaluate_configuration(
        subject,
        asked,
        seeds or SEEDS_PER_CONFIGURATION,
        dict(map(parse_override, settings)),
        name,
        lambda sentence: err.print(sentence, highlight=False, markup=False),
        warn,
    )


def _print(card: ScoreCard, home: Path) -> None:
    from rich.text import Text

    from league.experiments.folder import PAGE_OF_CARD, folder_of_card
    from league.report.scorecard_page import told

    out.print(card_table(card))
    out.print(f"\n{told(card)} A success is {card.criterion}.", highlight=False, markup=False)
    for each in card.measures:
        if each.value is None:
            out.print(Text(f"{each.name}: {each.said}"))
    for note in card.notes:
        out.print(Text(f"\n{note}"))
    out.print(f"\nThe page: {folder_of_card(home, card.subject) / PAGE_OF_CARD}", highlight=False, markup=False)


def card_table(card: ScoreCard) -> Figure:
    """The measures beside their targets."""
    from league.cli.table_layout import sheet
    from league.evaluation.scorecard import TARGETS

    cells = []
    for each in card.measures:
        target = TARGETS[each.name]
        value = "–" if each.value is None else target.shown(each.value)
        span = "" if each.low is None or each.high is None else f"{target.shown(each.low)} … {target.shown(each.high)}"
        cells.append([target.title, value, span, each.target, each.verdict])
    title = f"{card.subject} on {card.game}, {card.episodes} games of each condition"
    return sheet(title, ["measure"], ["value", "95 %", "target", "result"], cells, spare=("95 %",))
