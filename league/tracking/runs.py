"""What MLflow shows of a league: a tree of runs, league → generations → gen-007, and league → players → main-03.

Generations are mirrored one after the other, as many at once as there are; the tag `generation` of the league's run is written
after everything else of them, so that a sync killed in the middle begins the same generations again. Beginning again changes
nothing: values and times come from the store alone, and MLflow keeps one of several equal points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from league.analysis import metrics
from league.analysis.metrics import Chronicle, Lessons
from league.artifacts.files import IMAGES, PAGES, TABLES, names_of_generation, of_generation, of_league, pages
from league.artifacts.replay_cache import Shelf
from league.errors import LeagueError
from league.plotting.canvas import SOFT
from league.plotting.league_plots import PALETTE
from league.plotting.png import Picture
from league.population.player import Player, snapshot_name
from league.storage.store import GenerationRow, Store
from league.tracking.registry import Registry
from league.tracking.views import saved_views
from tournaments.rating.payoff import Payoff

if TYPE_CHECKING:
    from league.tracking.client import Runs

PARENT = "mlflow.parentRunId"
COLOUR = "mlflow.runColor"
"""The tag by which MLflow knows in which colour to draw a run."""

FOLDERS = ("generations", "players")

BATCH = 16
"""Generations that are mirrored in one go: their points share calls, and a sync that is killed begins them all again."""

Points: TypeAlias = Sequence[tuple[int, int, Mapping[str, float]]]
"""Figures and what they are stamped with: milliseconds since 1970, step."""

Warn: TypeAlias = Callable[[str], None]


@dataclass(frozen=True)
class Memory:
    """What was read of a league's past, which does not change; kept by whoever mirrors it time and again."""

    read: list[Payoff] = field(default_factory=list)
    learnt: list[Lessons] = field(default_factory=list)
    shelf: Shelf = field(default_factory=dict)

    def chronicle(self, store: Store) -> Chronicle:
        """The league as of now."""
        return Chronicle(store, self.read, self.learnt)


@dataclass(frozen=True)
class Tree:
    """The runs of one league, and its registered model.

    Attributes:
        root: The league's run as it was found last.
        folders: The runs right below it.
        generations: Runs of generations, from the first that is not mirrored wholly.
        players: Runs of players.
        registry: The registered model.
    """

    root: Any
    folders: dict[str, Any]
    generations: dict[str, Any]
    players: dict[str, Any]
    registry: Registry


def marked(root: Any) -> int:
    """The last generation of which everything is said to be there; −1 where nothing is, or a person has changed the mark."""
    said = root.data.tags.get("generation", "")
    return int(said) if said.isdecimal() else -1


@dataclass(frozen=True)
class Made:
    """What there is of a league, None where that was not looked at, and which generations were added to it."""

    tree: Tree | None
    generations: list[int]


def catch_up(
    runs: Runs, league: Chronicle, warn: Warn, memory: Memory, known: Tree | None = None, *, thorough: bool = False
) -> Made:
    """Mirror what is missing.

    Args:
        runs: The runs of the league's experiment.
        league: The league.
        warn: Told what cannot be shown.
        memory: What was read of the league before.
        known: What was returned the last time, if nobody else has written since: it is not looked for again.
        thorough: Look for what is missing of generations that are marked as mirrored, too.
    """
    rows, root = league.rows, _root(runs, league)
    over = rows[-1].number + 1 >= league.config.generations
    ended = metrics.millis(rows[-1].committed_at) if over else None
    last, state = marked(root), "FINISHED" if over else "RUNNING"
    if not thorough and last == rows[-1].number and root.info.status == state:
        return Made(known, [])
    tree = _tree(runs, league, root, None, 0) if thorough else _tree(runs, league, root, known, last + 1)
    first = last + 1
    if thorough:
        first = next((row.number for row in rows[:first] if not _whole(runs, league, row, tree)), first)
        if first <= last:  # what is made again is marked as made when it is
            runs.write(root, [], tags={"generation": str(first - 1)})
    for start in range(first, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        tables = {row.number: Picture(league.payoff(row.number)) for row in batch}
        for row in batch:
            _generation(runs, league, row, tree, tables[row.number], memory.shelf, warn)
        _players(runs, league, batch, tree)
        _league(runs, league, batch, tree, tables, memory)
    for player in league.players:
        if player.name in tree.players and player.retired is None:
            runs.settle(tree.players[player.name], ended)
    for run in (*tree.folders.values(), root):
        runs.settle(run, ended)
    return Made(tree, [row.number for row in rows[first:]])


def _tree(runs: Runs, league: Chronicle, root: Any, known: Tree | None, first: int) -> Tree:
    """What there is of a league; what was known of another run, which somebody deleted, does not count."""
    rows = league.rows
    if known is not None and known.root.info.run_id == root.info.run_id:
        return replace(known, root=root)
    runs.offer(saved_views(league.store.name, metrics.begun(rows[0])))
    folders = runs.children(root)
    for name in FOLDERS:
        folders[name] = folders.get(name) or runs.make(
            name, metrics.begun(rows[0]), {PARENT: root.info.run_id, "kind": "folder", "league": league.store.name}
        )
    # The store counts whole seconds: a generation can seem to have begun before the one in front of it.
    since = min(map(metrics.begun, rows[first:]), default=metrics.millis(rows[-1].committed_at))
    generations = runs.children(folders["generations"], since)
    registry = Registry.of(runs, league, root.info.run_id)
    return Tree(root, folders, generations, runs.children(folders["players"]), registry)


def _whole(runs: Runs, league: Chronicle, row: GenerationRow, tree: Tree) -> bool:
    """Whether all of a generation is there: its run, its files, its pictures, its champion, the players that were there."""
    run = tree.generations.get(f"gen-{row.number:03d}")
    if run is None or row.number not in tree.registry.versions:
        return False
    pictures = runs.folder(tree.root) / "images"
    everybody = {player.name for player in league.everybody(row.number)}
    last = row.number == league.rows[-1].number
    return (
        all((runs.folder(run) / name).is_file() for name in names_of_generation(league.store, row.number))
        and all(any(pictures.glob(f"{key}+step+{row.number}+*.png")) for key in ("payoff", "lineage"))
        and all(
            player.name in tree.players for player in metrics.shown(league.players, league.rows) if player.name in everybody
        )
        and all((runs.folder(tree.root) / name).is_file() for name in PAGES if last)
    )


def _root(runs: Runs, league: Chronicle) -> Any:
    """The run of the league: named like it and begun when it was; a league of the same name made anew gets a new one."""
    store, begun = league.store, metrics.begun(league.rows[0])
    found = runs.find(f"tags.kind = 'league' AND tags.league = '{store.name}' AND attributes.start_time = {begun}")
    tags = {
        "kind": "league",
        "league": store.name,
        "game": store.fact("game"),
        "seed": str(league.config.seed),
        "config_sha": store.fact("identity"),
        "version": store.fact("version"),
    }
    return found[0] if found else runs.make(store.name, begun, tags)


def _generation(
    runs: Runs, league: Chronicle, row: GenerationRow, tree: Tree, table: Picture, shelf: Shelf, warn: Warn
) -> None:
    """The run of a generation, and its champion in the registry."""
    store, number, at = league.store, row.number, metrics.millis(row.committed_at)
    name, folder = f"gen-{number:03d}", tree.folders["generations"].info.run_id
    tags = {PARENT: folder, "kind": "generation", "league": store.name, "generation": str(number)}
    run = tree.generations.pop(name, None) or runs.make(name, metrics.begun(row), tags)
    curves, ratings = metrics.training_curves(store.updates(number)), store.ratings(number)
    figures = metrics.generation_figures(row, ratings, league.tables[number]) | {
        "gen/exploitability": league.exploitability(number)
    }
    params = metrics.generation_facts(row, league.players, store.training(number))
    runs.put(run, of_generation(league, number, table, shelf))
    runs.write(run, [*((at, step, curve) for step, curve in enumerate(curves)), (at, 0, figures)], params, TABLES)
    try:
        tree.registry.crown(run, league, row, next(rating.elo for rating in ratings if rating.player == row.champion))
    except LeagueError as error:
        warn(f"the champion of generation {number} is not registered as a model: {error}")
    runs.settle(run, at)


def _players(runs: Runs, league: Chronicle, batch: Sequence[GenerationRow], tree: Tree) -> None:
    """The runs of the players that learnt in some generations or were born at their ends, and of the anchors."""
    figures: dict[str, list[tuple[int, int, Mapping[str, float]]]] = {}
    latest: dict[str, tuple[Player, int]] = {}
    shown = metrics.shown(league.players, league.rows)
    for row in batch:
        at = metrics.millis(row.committed_at)
        ratings = {rating.player: rating for rating in league.store.ratings(row.number)}
        there = {player.name: player for player in league.everybody(row.number)}
        for name in (player.name for player in shown):
            now = there.get(name)
            if now is None or (now.retired is not None and now.retired < row.number):
                continue
            latest[name] = now, at
            frozen = there.get(snapshot_name(name, row.number), now)
            if frozen.name in ratings:
                points = figures.setdefault(name, [])
                points.append((at, row.number, metrics.player_figures(ratings[frozen.name], frozen.hyper)))
    for name, (now, at) in latest.items():
        run = tree.players.get(name)
        if run is None:
            run = tree.players[name] = runs.make(name, _birth(league, now), _identity(league, now, tree))
        if name in figures or run.data.tags.get("status") != now.status:
            runs.write(run, figures.get(name, []), tags={"status": now.status})
        if now.retired is not None:
            runs.settle(run, at)


def _identity(league: Chronicle, player: Player, tree: Tree) -> dict[str, str]:
    facts = {
        PARENT: tree.folders["players"].info.run_id,
        "kind": "player",
        "league": league.store.name,
        "league_role": player.league_role,
        "parent": player.parent,
        "born": player.born,
        "operator": player.operator,
        "status": player.status,
        COLOUR: _colour(league, player),
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def _colour(league: Chronicle, player: Player) -> str:
    """Neighbours in birth have different colours; MLflow would take them from the ids of runs, often the same one twice."""
    learning = [each.name for each in league.players if each.status != "anchor" and each.operator != "snapshot"]
    return PALETTE[learning.index(player.name) % len(PALETTE)] if player.name in learning else SOFT


def _birth(league: Chronicle, player: Player) -> int:
    """Founders and anchors are there from the beginning, children since the end of a generation."""
    founder = player.born is None or player.operator == "founder"
    return metrics.begun(league.rows[0]) if founder else metrics.millis(league.rows[player.born or 0].committed_at)


def _league(
    runs: Runs, league: Chronicle, batch: Sequence[GenerationRow], tree: Tree, tables: Mapping[int, Picture], memory: Memory
) -> None:
    """Generations on the run of the league; written last, with the mark that all of them is there."""
    root, last = tree.root, batch[-1]
    for row in batch:
        at = metrics.millis(row.committed_at)
        runs.slide(root, "payoff", row.number, at, tables[row.number])
        runs.slide(root, "lineage", row.number, at, Picture(league.lineage(row.number)))
    graph = league.comm_graph() if batch[0].number == 0 else None
    if graph is not None:  # the graph stays what it is: one image says it all
        runs.slide(root, "comm_graph", 0, metrics.millis(batch[0].committed_at), Picture(graph))
    runs.put(root, of_league(league, last.number))
    if last.number == league.rows[-1].number:
        runs.put(root, pages(league, memory.shelf))
    tree.registry.lead_to(last.number, league)
    # Params cannot be changed: they tell what the league was begun with, config.yaml what it goes on with.
    params = metrics.flatten(league.config.model_dump(mode="json")) if batch[0].number == 0 else {}
    points = [
        (
            metrics.millis(row.committed_at),
            row.number,
            metrics.league_figures(row) | {"league/exploitability": league.exploitability(row.number)},
        )
        for row in batch
    ]
    runs.write(root, points, params, {**TABLES, **IMAGES, "generation": str(last.number)})
