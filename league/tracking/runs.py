"""What MLflow shows of a league: a tree of runs, league → generations → gen-007, and league → players → main-03.

Generations are mirrored one after the other, as many at once as there are; the tag `generation` of the league's run is written
after everything else of them, so that a sync killed in the middle begins the same generations again. Beginning again changes
nothing: values and times come from the store alone, and MLflow keeps one of several equal points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from league.analysis import metrics
from league.analysis.history import History
from league.analysis.lineage import as_of
from league.artifacts.files import IMAGES, PAGES, TABLES, names_of_generation, of_generation, of_league, pages
from league.artifacts.replay_cache import ReplayCache
from league.errors import LeagueError
from league.plotting.canvas import SOFT
from league.plotting.league_plots import comm_pixels, lineage_pixels, payoff_pixels
from league.plotting.palette import PALETTE
from league.plotting.png import Picture
from league.population.player import Player, frozen_in, frozen_names, is_founder, learns, original_of
from league.storage.store import GenerationRow, Store
from league.tracking.registry import Registry
from league.tracking.views import saved_views

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
    runs: Runs,
    store: Store,
    history: History,
    warn: Warn,
    cache: ReplayCache,
    known: Tree | None = None,
    *,
    thorough: bool = False,
) -> Made:
    """Mirror what is missing.

    Args:
        runs: The runs of the league's experiment.
        store: The league.
        history: The same, read.
        warn: Told what cannot be shown.
        cache: The recorded matches that earlier calls have read; what is missing is added.
        known: What was returned the last time, if nobody else has written since: it is not looked for again.
        thorough: Look for what is missing of generations that are marked as mirrored, too.
    """
    rows, root = history.rows, _root(runs, history)
    over = rows[-1].number + 1 >= history.config.generations
    ended = metrics.millis(rows[-1].committed_at) if over else None
    last, state = marked(root), "FINISHED" if over else "RUNNING"
    if not thorough and last == rows[-1].number and root.info.status == state:
        return Made(known, [])
    tree = _tree(runs, history, root, None, 0) if thorough else _tree(runs, history, root, known, last + 1)
    first = last + 1
    if thorough:
        first = next((row.number for row in rows[:first] if not _whole(runs, store, history, row, tree)), first)
        if first <= last:  # what is made again is marked as made when it is
            runs.write(root, [], tags={"generation": str(first - 1)})
    for start in range(first, len(rows), BATCH):
        numbers = range(start, min(start + BATCH, len(rows)))
        batch = [history.until(number, store.ratings(number)) for number in numbers]
        tables = {past.number: Picture(payoff_pixels(past)) for past in batch}
        for past in batch:
            _generation(runs, store, past, tree, tables[past.number], cache, warn)
        _players(runs, history, batch, tree)
        _league(runs, store, history, batch, tree, tables, cache)
    for player in history.players:
        if player.name in tree.players and player.retired is None:
            runs.settle(tree.players[player.name], ended)
    for run in (*tree.folders.values(), root):
        runs.settle(run, ended)
    return Made(tree, [row.number for row in rows[first:]])


def _tree(runs: Runs, history: History, root: Any, known: Tree | None, first: int) -> Tree:
    """What there is of a league; what was known of another run, which somebody deleted, does not count."""
    rows = history.rows
    if known is not None and known.root.info.run_id == root.info.run_id:
        return replace(known, root=root)
    runs.offer(saved_views(history.name, metrics.begun(rows[0])))
    folders = runs.children(root)
    for name in FOLDERS:
        folders[name] = folders.get(name) or runs.make(
            name, metrics.begun(rows[0]), {PARENT: root.info.run_id, "kind": "folder", "league": history.name}
        )
    # The store counts whole seconds: a generation can seem to have begun before the one in front of it.
    since = min(map(metrics.begun, rows[first:]), default=metrics.millis(rows[-1].committed_at))
    generations = runs.children(folders["generations"], since)
    registry = Registry.of(runs, history, root.info.run_id)
    return Tree(root, folders, generations, runs.children(folders["players"]), registry)


def _whole(runs: Runs, store: Store, history: History, row: GenerationRow, tree: Tree) -> bool:
    """Whether all of a generation is there: its run, its files, its pictures, its champion, the players that were there."""
    run = tree.generations.get(f"gen-{row.number:03d}")
    if run is None or row.number not in tree.registry.versions:
        return False
    pictures = runs.folder(tree.root) / "images"
    everybody = {player.name for player in as_of(history.players, row.number)}
    last = row.number == history.number
    return (
        all((runs.folder(run) / name).is_file() for name in names_of_generation(store, row.number))
        and all(any(pictures.glob(f"{key}+step+{row.number}+*.png")) for key in ("payoff", "lineage"))
        and all(
            player.name in tree.players for player in metrics.shown(history.players, history.rows) if player.name in everybody
        )
        and all((runs.folder(tree.root) / name).is_file() for name in PAGES if last)
    )


def _root(runs: Runs, history: History) -> Any:
    """The run of the league: named like it and begun when it was; a league of the same name made anew gets a new one."""
    begun = metrics.begun(history.rows[0])
    found = runs.find(f"tags.kind = 'league' AND tags.league = '{history.name}' AND attributes.start_time = {begun}")
    tags = {
        "kind": "league",
        "league": history.name,
        "game": history.facts["game"],
        "seed": str(history.config.seed),
        "config_sha": history.facts["identity"],
        "version": history.facts["version"],
    }
    return found[0] if found else runs.make(history.name, begun, tags)


def _generation(runs: Runs, store: Store, past: History, tree: Tree, table: Picture, cache: ReplayCache, warn: Warn) -> None:
    """The run of a generation, and its champion in the registry. `past` is the league as of the generation."""
    record, number = past.generations[-1], past.number
    row, at = record.row, metrics.millis(record.row.committed_at)
    name, folder = f"gen-{number:03d}", tree.folders["generations"].info.run_id
    tags = {PARENT: folder, "kind": "generation", "league": past.name, "generation": str(number)}
    run = tree.generations.pop(name, None) or runs.make(name, metrics.begun(row), tags)
    newest, before = (frozen_names(past.players, frozen) for frozen in (number, number - 1))
    figures = metrics.generation_figures(row, past.ratings, record.table, newest, before)
    figures["gen/exploitability"] = past.exploitability
    params = metrics.generation_facts(row, past.players, record.training.opponents)
    curves = enumerate(record.training.curves)
    runs.put(run, of_generation(store, past, table, cache))
    runs.write(run, [*((at, step, curve) for step, curve in curves), (at, 0, figures)], params, TABLES)
    try:
        tree.registry.register(run, store, past)
    except LeagueError as error:
        warn(f"the champion of generation {number} is not registered as a model: {error}")
    runs.settle(run, at)


def _players(runs: Runs, history: History, batch: Sequence[History], tree: Tree) -> None:
    """The runs of the players that learnt in some generations or were born at their ends, and of the anchors."""
    figures: dict[str, list[tuple[int, int, Mapping[str, float]]]] = {}
    latest: dict[str, tuple[Player, int]] = {}
    shown = metrics.shown(history.players, history.rows)
    for past in batch:
        row = past.rows[-1]
        at = metrics.millis(row.committed_at)
        ratings = {rating.player: rating for rating in past.ratings}
        there = past.player
        snapshots = {original_of(player): player for player in past.players if frozen_in(player) == row.number}
        for name in (player.name for player in shown):
            now = there.get(name)
            if now is None or (now.retired is not None and now.retired < row.number):
                continue
            latest[name] = now, at
            frozen = snapshots.get(name, now)
            if frozen.name in ratings:
                points = figures.setdefault(name, [])
                points.append((at, row.number, metrics.player_figures(ratings[frozen.name], frozen.hyper)))
    for name, (now, at) in latest.items():
        run = tree.players.get(name)
        if run is None:
            run = tree.players[name] = runs.make(name, _birth(history, now), _identity(history, now, tree))
        if name in figures or run.data.tags.get("status") != now.status:
            runs.write(run, figures.get(name, []), tags={"status": now.status})
        if now.retired is not None:
            runs.settle(run, at)


def _identity(history: History, player: Player, tree: Tree) -> dict[str, str]:
    facts = {
        PARENT: tree.folders["players"].info.run_id,
        "kind": "player",
        "league": history.name,
        "league_role": player.league_role,
        "parent": player.parent,
        "born": player.born,
        "operator": player.operator,
        "status": player.status,
        COLOUR: _colour(history, player),
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def _colour(history: History, player: Player) -> str:
    """Neighbours in birth have different colours; MLflow would take them from the ids of runs, often the same one twice."""
    learning = [each.name for each in history.players if learns(each)]
    return PALETTE[learning.index(player.name) % len(PALETTE)] if player.name in learning else SOFT


def _birth(history: History, player: Player) -> int:
    """Founders and anchors are there from the beginning, children since the end of a generation."""
    founder = player.born is None or is_founder(player)
    return metrics.begun(history.rows[0]) if founder else metrics.millis(history.rows[player.born or 0].committed_at)


def _league(
    runs: Runs,
    store: Store,
    history: History,
    batch: Sequence[History],
    tree: Tree,
    tables: Mapping[int, Picture],
    cache: ReplayCache,
) -> None:
    """Generations on the run of the league; written last, with the mark that all of them is there."""
    root, last = tree.root, batch[-1]
    for past in batch:
        at = metrics.millis(past.rows[-1].committed_at)
        runs.slide(root, "payoff", past.number, at, tables[past.number])
        runs.slide(root, "lineage", past.number, at, Picture(lineage_pixels(past)))
    graph = comm_pixels(history) if batch[0].number == 0 else None
    if graph is not None:  # the graph stays what it is: one image says it all
        runs.slide(root, "comm_graph", 0, metrics.millis(history.rows[0].committed_at), Picture(graph))
    runs.put(root, of_league(last))
    if last.number == history.number:
        runs.put(root, pages(store, history, cache))
    tree.registry.lead_to(last)
    # Params cannot be changed: they tell what the league was begun with, config.yaml what it goes on with.
    params = metrics.flatten(history.config.model_dump(mode="json")) if batch[0].number == 0 else {}
    points = [
        (
            metrics.millis(past.rows[-1].committed_at),
            past.number,
            metrics.league_figures(past.rows[-1]) | {"league/exploitability": past.exploitability},
        )
        for past in batch
    ]
    runs.write(root, points, params, {**TABLES, **IMAGES, "generation": str(last.number)})
