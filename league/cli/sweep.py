"""The command `league sweep`: leagues with different settings and seeds, compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from league.cli.console import HOME, Home, Json, at, err, out, output, print_json, warn
from league.cli.stopping import exit_code, terminated_as_interrupted
from league.errors import LeagueError

if TYPE_CHECKING:
    from league.cli.terminal_charts import Figure
    from league.evaluation.comparison import Difference, Interval
    from league.evaluation.sweeps import SweepResult

app = typer.Typer()


@app.command()
def sweep(
    config: Annotated[str, typer.Argument(help="a preset or a YAML file")],
    grid: Annotated[
        list[str] | None,
        typer.Option("--grid", metavar="KEY=VALUE,VALUE", help="a setting and its values: train.epochs=2,4"),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="number of seeds of every setting")] = 5,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change a setting of all leagues")
    ] = None,
    name: Annotated[str, typer.Option(help="the sweep's name; default: that of the configuration")] = "",
    games: Annotated[int, typer.Option(min=2, help="games per pair of champions in the tournament at the end")] = 20,
    stop_early: Annotated[
        bool, typer.Option("--stop-early", help="compare after every seed, and drop settings that are worse than another")
    ] = False,
    executor: Annotated[str, typer.Option(help="serial, or processes: several leagues at a time")] = "processes",
    workers: Annotated[int | None, typer.Option(min=1, help="worker processes; default: one per core")] = None,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Compare settings: a league for every combination and seed, and one tournament of all champions.

    Intervals are over seeds. The same command goes on after an interruption, and ends with the same result. A second --grid
    combines its values with those of the first.
    """
    from league.config.load import parse_override
    from league.experiments.sweep import Sweep

    output.take()
    same = dict(map(parse_override, settings or []))
    computed: dict[str, Any] = {"executor": executor, "workers": workers, "home": home}
    planned = Sweep(config, _grid(grid or []), seeds, name=name, settings=same, games=games, stop_early=stop_early, **computed)
    plan = planned.plan
    err.print(
        f"sweep {plan.name}: {len(plan.settings)} settings, {len(plan.seeds)} seeds, {len(plan.leagues)} leagues "
        f"in {home / 'leagues'}",
        highlight=False,
    )
    try:
        with terminated_as_interrupted():
            result = planned.run(lambda sentence: err.print(sentence, highlight=False, markup=False), warn)
    except KeyboardInterrupt as stop:
        err.print("stopped; what was committed is saved. The same command goes on.", highlight=False)
        raise typer.Exit(exit_code(stop)) from None
    if as_json:
        print_json(result.plain())
    else:
        _print(result, home)


def _grid(texts: list[str]) -> dict[str, list[Any]]:
    """The grid.

    Raises:
        LeagueError: A setting is named twice.
    """
    from league.experiments.plan import parse_grid

    varied = [parse_grid(text) for text in texts]
    if len({key for key, _ in varied}) < len(varied):
        raise LeagueError("--grid names a setting twice; write its values in one --grid, separated by commas")
    return dict(varied)


def _print(result: SweepResult, home: Path) -> None:
    for table in tables(result):
        out.print(table)
        out.print()
    out.print(result.verdict, highlight=False, markup=False)
    for note in result.notes:
        out.print(f"\n{note}", highlight=False, markup=False)
    out.print(f"\nThe page: {home / 'sweeps' / result.sweep / 'sweep.html'}", highlight=False, markup=False)
    best = result.settings[0].setting
    league = next(each.trained.league for each in result.leagues if each.trained.setting == best)
    out.print(f"A league of the first setting: league standings {league}{at(home)}", highlight=False, markup=False)


def tables(result: SweepResult) -> list[Figure]:
    """The tables of settings and of differences."""
    from league.cli.table_layout import sheet

    scored = result.measure == "score"
    cells = []
    for each in result.settings:
        known = each.score if scored else each.mean_return
        cells.append(
            [
                each.setting,
                str(each.seeds),
                *_two(known, "{:.3f}" if scored else "{:.4g}"),
                *_two(each.elo, "{:.0f}"),
                f"{each.agent_steps:,.0f}",
            ]
        )
    title = f"{result.sweep} on {result.game}, intervals over seeds"
    columns = ["seeds", result.measure, "95 % ", "Elo", " 95 %", "agent-steps"]
    found = [sheet(title, ["setting"], columns, cells, spare=("agent-steps", " 95 %"))]
    if result.differences:
        rows = [
            [
                each.one,
                each.other,
                f"{each.advantage:.3g}",
                f"{each.p:.3g}",
                f"{each.adjusted:.3g}",
                "found" if each.found else "–",
            ]
            for each in result.differences
        ]
        found.append(sheet("differences", ["ahead", "behind"], ["by", "p", "adjusted", "difference"], rows, spare=("p",)))
    return found


def _found(each: Difference) -> str:
    return "found" if each.found else "–"


def _two(value: Interval | None, form: str) -> list[str]:
    if value is None:
        return ["–", ""]
    low, high = value.low, value.high
    return [form.format(value.mean), "" if low is None or high is None else f"{form.format(low)} … {form.format(high)}"]
