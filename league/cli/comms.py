"""The command `league comms`: what a player's messages are worth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from league.cli.console import HOME, Home, Json, Trust, at, err, out, output, print_json, warn
from league.errors import LeagueError
from league.population.player import ANCHOR

if TYPE_CHECKING:
    from league.cli.terminal_charts import Figure
    from league.evaluation.messages import Request
    from league.evaluation.resolve import Named
    from league.evaluation.worth import EdgeWorth, Loss, Worth
    from league.population.player import Player
    from league.storage.store import Store

app = typer.Typer()


@app.command()
def comms(
    player: Annotated[str, typer.Argument(help="LEAGUE/champion or LEAGUE/PLAYER")],
    games: Annotated[
        int | None,
        typer.Option(min=2, help="games per condition and opponent; default: 2000 with a twin and few links, else fewer"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="random seed; it decides the seeds of all matches")] = 0,
    edges: Annotated[int, typer.Option(min=0, help="links that are cut one at a time: those with the most traffic")] = 40,
    against: Annotated[
        list[str] | None,
        typer.Option(help="an opponent in games against others; default: the best players of other lines, or bot:random"),
    ] = None,
    train_control: Annotated[
        bool,
        typer.Option(
            "--train-control/--no-train-control",
            help="train the same settings without messages, once, for as long as the player's league was trained",
        ),
    ] = True,
    executor: Annotated[str, typer.Option(help="serial, processes or ray")] = "processes",
    trust: Trust = False,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Measure what a player's messages are worth.

    Cuts each link and all links, loses, delays and quantises messages, and compares with the same settings trained without
    messages. All scores are of the same seeds. The league's report gets a section about the result, and MLflow its pictures.
    """
    from rich.text import Text

    from league.evaluation.configuration import require_trust
    from league.evaluation.messages import keep, measure
    from league.evaluation.resolve import resolve
    from league.storage.store import Store
    from league.tracking.sync import show_evaluations

    output.take()
    named = resolve(player, home, trust=trust)
    if named.config is None or named.player is None:
        raise LeagueError(f"{player} is no player of a league; a player with messages is LEAGUE/champion or LEAGUE/PLAYER")
    store = Store.open(home, player.partition("/")[0])
    if train_control:
        require_trust(store, playing=False, trust=trust)
    request = _request(named, store, Wanted(games, seed, edges, tuple(against or ()), train_control), home, trust=trust)
    found = measure(request, executor, warn)
    keep(store.folder, named.player.name, found)
    show_evaluations(store, warn)
    if as_json:
        print_json(found.plain())
        return
    for table in (scores_table(found), edges_table(found), *([probes_table(found)] if found.probes else [])):
        out.print(table)
        out.print()
    for note in found.notes:
        out.print(Text(note))
    out.print(f"\nIn the league's report: league report {store.name}{at(home)}", highlight=False)


@dataclass(frozen=True)
class Wanted:
    """The options of the command."""

    games: int | None
    seed: int
    edges: int
    against: tuple[str, ...]
    train_control: bool


OPPONENTS = 3
"""Number of opponents in games against others."""


def _request(named: Named, store: Store, wanted: Wanted, home: Path, *, trust: bool) -> Request:
    """What is to be measured. The control is trained before, if that is wanted."""
    from envs.description import describe
    from league.cli.comms_control import trained_without
    from league.evaluation.conditions import speaking
    from league.evaluation.messages import Request
    from league.evaluation.resolve import resolve
    from league.execution.progress import Lines
    from league.execution.tasks import ArenaSpec

    assert named.config is not None
    assert named.player is not None
    config = named.config
    setup, arena = config.game.setup(), config.arena
    game = describe(setup, arena.state)
    contestant = speaking(named.name, named.contestant, game)
    spec = ArenaSpec(setup, arena.twin, arena.workers, "cpu", arena.state)
    names = list(wanted.against)
    if game.cooperative and names:
        raise LeagueError(f"--against names opponents, but in {game.name} there are none: all seats are one team")
    if not game.cooperative and not names:
        names = _opponents(named.player, store) or [ANCHOR]
    opponents = {name: resolve(name, home, trust=trust).contestant for name in names}
    watcher = Lines(err)
    control = trained_without(named, home, watcher, train=wanted.train_control)
    watcher.stop()
    return Request(
        named.name.replace("/champion", f"/{named.player.name}"),
        contestant,
        spec,
        game,
        opponents,
        wanted.games,
        wanted.seed,
        wanted.edges,
        None if control is None else control.contestant,
        "" if control is None else control.name,
    )


def _opponents(player: Player, store: Store) -> list[str]:
    """The newest snapshots of the best lines of players besides a player's own."""
    from league.evaluation.crossplay import expanded

    home = store.folder.parent.parent
    line_of = {f"{store.name}/{each.name}": each.snapshot_of for each in store.players()}
    return [name for name in expanded(store.name, home) if line_of[name] != player.snapshot_of][:OPPONENTS]


def scores_table(found: Worth) -> Figure:
    """The scores under all conditions."""
    from league.cli.table_layout import sheet
    from league.plotting.worth_plot import MEASURES, channel_name

    rows: list[tuple[str, float | None, Loss | None, float]] = [
        ("all links cut", found.score_cut, found.cut_lost, 0.0),
        ("trained without messages", found.score_trained_without, found.without_lost, 0.0),
        ("memory wiped", found.score_without_memory, found.memory_lost, found.bits_per_step),
        *((channel_name(each.kind, each.value), each.score, each.lost, each.bits_per_step) for each in found.channels),
    ]
    cells = [["as it is", f"{found.score:.3f}", _span(found.low, found.high), "", "", f"{found.bits_per_step:.4g}"]]
    for name, mean, lost, bits in rows:
        if mean is not None and lost is not None:
            cells.append([name, f"{mean:.3f}", "", f"{lost.mean:.3f}", _span(lost.low, lost.high), f"{bits:.4g}"])
    chance = "" if found.chance is None else f"; chance {found.chance:.3g}"
    who = f" against {', '.join(found.opponents)}" if found.opponents else ""
    title = f"{found.player} on {found.game}{who}: {MEASURES[found.measure]}{chance}"
    columns = [found.measure, "95 %", "lost", "95 % of it", "bits per step"]
    return sheet(title, ["condition"], columns, cells, spare=("95 %",))


def edges_table(found: Worth) -> Figure:
    """The links, the most valuable first."""
    from league.cli.table_layout import sheet

    def without(edge: EdgeWorth) -> float:
        return float("inf") if edge.score_without is None else edge.score_without

    cells = [
        [
            edge.speaker,
            edge.listener,
            "" if edge.score_without is None else f"{edge.score_without:.3f}",
            "" if edge.lost is None else f"{edge.lost.mean:.3f}",
            "" if edge.lost is None else _span(edge.lost.low, edge.lost.high),
            f"{edge.traffic:.3f}",
        ]
        for edge in sorted(found.edges, key=without)
    ]
    return sheet("links", ["speaker", "listener"], [f"{found.measure} without", "lost", "95 % of it", "traffic"], cells)


def probes_table(found: Worth) -> Figure:
    """What seats use beyond what they see."""
    from league.cli.table_layout import sheet

    cells = []
    for each in found.probes:
        for what, known in (("messages", each.messages), ("memory", each.memory)):
            if known is not None:
                cells.append([each.seat, what, f"{known.bits:.2f}", f"{known.null_high:.2f}", f"{known.p:.3f}"])
    title = "information about the action, beyond what the seat sees (and, of memory, is told)"
    return sheet(title, ["seat", "from"], ["bits", "95 % of chance below", "p"], cells)


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.3f} … {high:.3f}"
