"""The tree of MLflow runs of a league: league → generations → gen-007, and league → players → main-03.

Generations are added in batches, in order. The tag `generation` of the league's run is written last in a batch. After a kill in
the middle, the next sync repeats the same batch. The repetition changes nothing, because values and times come only from the
store, and MLflow keeps one of several equal points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from league.analysis import metrics
from league.analysis.history import History
from league.analysis.lineage import as_of
from league.artifacts.files import PAGES, STANDINGS, names_of_generation, of_generation, of_league, pages
from league.artifacts.replay_cache import ReplayCache
from league.errors import LeagueError
from league.plotting.canvas import SOFT
from league.plotting.league_plots import comm_pixels, lineage_pixels, payoff_pixels
from league.plotting.palette import PALETTE
from league.plotting.png import EncodedImage
from league.population.player import Player, frozen_names, is_founder, learns, original_of
from league.storage.generation import GenerationRow
from league.storage.store import Store
from league.tracking.client import Warn
from league.tracking.experiment import PARENT, Experiment, number_in
from league.tracking.private_formats import colour_tags, image_tags, saved_views, table_tags
from league.tracking.registry import Registry
from league.tracking.views import VIEWS

MARK = "generation"
"""Tag of the league's run: the last generation up to which everything is in MLflow."""

FOLDERS = ("generations", "players")

BATCH = 16
"""Number of generations in a batch. Their points share calls, and a sync repeats the whole batch after a kill."""


@dataclass(frozen=True)
class Tree:
    """The runs of one league, and its registered model.

    Attributes:
        root: The league's run as it was last found.
        folders: The runs directly below it.
        generations: Runs of generations, from the first incomplete one on.
        players: Runs of players.
        registry: The registered model.
    """

    root: Any
    folders: dict[str, Any]
    generations: dict[str, Any]
    players: dict[str, Any]
    registry: Registry


@dataclass(frozen=True)
class Update:
    """The result of an update.

    Attributes:
        tree: The runs of the league; None if nothing was missing and the runs were not searched.
        generations: The generations that were added.
    """

    tree: Tree | None
    generations: list[int]


def update_runs(
    experiment: Experiment,
    store: Store,
    history: History,
    warn: Warn,
    cache: ReplayCache,
    known: Tree | None = None,
    *,
    thorough: bool = False,
) -> Update:
    """Add what is missing.

    Args:
        experiment: The experiment of the league's game.
        store: The league.
        history: The history of the same league.
        warn: Called with a message for everything that cannot be shown.
        cache: The recorded matches that earlier calls have read. Missing matches are added.
        known: The tree of the last call, if no other process has written since. Its runs are not searched again.
        thorough: Whether to search for missing parts also in generations up to the mark.

    Returns:
        The tree, and the added generations.
    """
    rows, root = history.rows, _root(experiment, history)
    over = rows[-1].number + 1 >= history.config.generations
    ended = metrics.millis(rows[-1].committed_at) if over else None
    last, state = number_in(root, MARK), "FINISHED" if over else "RUNNING"
    if not thorough and last == rows[-1].number and root.info.status == state:
        return Update(known, [])
    tree = _tree(experiment, history, root, None, 0) if thorough else _tree(experiment, history, root, known, last + 1)
    first = last + 1
    if thorough:
        first = next((row.number for row in rows[:first] if not _whole(experiment, store, history, row, tree)), first)
        if first <= last:  # the mark is valid only for complete generations
            experiment.log(root, [], tags={MARK: str(first - 1)})
    for start in range(first, len(rows), BATCH):
        numbers = range(start, min(start + BATCH, len(rows)))
        batch = [history.until(number, store.ratings(number)) for number in numbers]
        tables = {past.number: EncodedImage(payoff_pixels(past)) for past in batch}
        for past in batch:
            _generation(experiment, store, past, tree, tables[past.number], cache, warn)
        _players(experiment, history, batch, tree)
        _league(experiment, store, history, batch, tree, tables, cache)
    for player in history.players:
        if player.name in tree.players and player.retired is None:
            experiment.set_end(tree.players[player.name], ended)
    for run in (*tree.folders.values(), root):
        experiment.set_end(run, ended)
    return Update(tree, [row.number for row in rows[first:]])


def _tree(experiment: Experiment, history: History, root: Any, known: Tree | None, first: int) -> Tree:
    """The runs of a league. A known tree is not used if its root was deleted and there is another one."""
    rows = history.rows
    if known is not None and known.root.info.run_id == root.info.run_id:
        return replace(known, root=root)
    experiment.add_tags(saved_views(VIEWS, history.name, metrics.begun(rows[0])))
    folders = experiment.children(root)
    for name in FOLDERS:
        folders[name] = folders.get(name) or experiment.create(
            name, metrics.begun(rows[0]), {PARENT: root.info.run_id, "kind": "folder", "league": history.name}
        )
    # The store counts whole seconds, so a generation can seem to have begun before the previous one.
    since = min(map(metrics.begun, rows[first:]), default=metrics.millis(rows[-1].committed_at))
    generations = experiment.children(folders["generations"], since)
    registry = Registry.of(experiment, history, root.info.run_id)
    return Tree(root, folders, generations, experiment.children(folders["players"]), registry)


def _whole(experiment: Experiment, store: Store, history: History, row: GenerationRow, tree: Tree) -> bool:
    """Whether a generation is complete in MLflow: its run, files, pictures, champion and players."""
    run = tree.generations.get(f"gen-{row.number:03d}")
    if run is None or row.number not in tree.registry.versions:
        return False
    everybody = {player.name for player in as_of(history.players, row.number)}
    last = row.number == history.number
    return (
        all((experiment.folder(run) / name).is_file() for name in names_of_generation(store, row.number))
        and all(experiment.has_image(tree.root, key, row.number) for key in ("payoff", "lineage"))
        and all(
            player.name in tree.players for player in metrics.shown(history.players, history.rows) if player.name in everybody
        )
        and all((experiment.folder(tree.root) / name).is_file() for name in PAGES if last)
    )


def _root(experiment: Experiment, history: History) -> Any:
    """The run of the league with its name and its start time. A new league with the same name gets a new run."""
    begun = metrics.begun(history.rows[0])
    found = experiment.find(f"tags.kind = 'league' AND tags.league = '{history.name}' AND attributes.start_time = {begun}")
    tags = {
        "kind": "league",
        "league": history.name,
        "game": history.facts["game"],
        "seed": str(history.config.seed),
        "config_sha": history.facts["identity"],
        "version": history.facts["version"],
    }
    return found[0] if found else experiment.create(history.name, begun, tags)


def _generation(
    experiment: Experiment,
    store: Store,
    past: History,
    tree: Tree,
    table: EncodedImage,
    cache: ReplayCache,
    warn: Warn,
) -> None:
    """Write the run of a generation, and register its champion. `past` is the league as of the generation."""
    record, number = past.generations[-1], past.number
    row, at = record.row, metrics.millis(record.row.committed_at)
    name, folder = f"gen-{number:03d}", tree.folders["generations"].info.run_id
    tags = {PARENT: folder, "kind": "generation", "league": past.name, "generation": str(number)}
    run = tree.generations.pop(name, None) or experiment.create(name, metrics.begun(row), tags)
    newest, before = (frozen_names(past.players, frozen) for frozen in (number, number - 1))
    figures = metrics.generation_figures(row, past.ratings, record.table, newest, before)
    figures["gen/exploitability"] = past.exploitability
    params = metrics.generation_facts(row, past.players, record.training.opponents)
    curves = enumerate(record.training.curves)
    experiment.write_files(run, of_generation(store, past, table, cache))
    points = [*((at, step, curve) for step, curve in curves), (at, 0, figures)]
    experiment.log(run, points, params, table_tags(STANDINGS))
    try:
        tree.registry.register(run, store, past)
    except LeagueError as error:
        warn(f"the champion of generation {number} is not registered as a model: {error}")
    experiment.set_end(run, at)


def _players(experiment: Experiment, history: History, batch: Sequence[History], tree: Tree) -> None:
    """Write the runs of the players that learnt in the given generations or were born at their ends, and of the anchors."""
    figures: dict[str, list[tuple[int, int, Mapping[str, float]]]] = {}
    latest: dict[str, tuple[Player, int]] = {}
    shown = metrics.shown(history.players, history.rows)
    for past in batch:
        row = past.rows[-1]
        at = metrics.millis(row.committed_at)
        ratings = {rating.player: rating for rating in past.ratings}
        there = past.player
        snapshots = {original_of(player): player for player in past.players if player.frozen == row.number}
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
            run = tree.players[name] = experiment.create(name, _birth(history, now), _identity(history, now, tree))
        if name in figures or run.data.tags.get("status") != now.status:
            experiment.log(run, figures.get(name, []), tags={"status": now.status})
        if now.retired is not None:
            experiment.set_end(run, at)


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
    }
    known = {name: str(value) for name, value in facts.items() if value is not None}
    return known | colour_tags(_colour(history, player))


def _colour(history: History, player: Player) -> str:
    """The colour of a player. Players that are born one after another differ; MLflow's own colours often repeat."""
    learning = [each.name for each in history.players if learns(each)]
    return PALETTE[learning.index(player.name) % len(PALETTE)] if player.name in learning else SOFT


def _birth(history: History, player: Player) -> int:
    """The time of birth: the begin of the league for founders and anchors, the end of a generation for children."""
    founder = player.born is None or is_founder(player)
    return metrics.begun(history.rows[0]) if founder else metrics.millis(history.rows[player.born or 0].committed_at)


def _league(
    experiment: Experiment,
    store: Store,
    history: History,
    batch: Sequence[History],
    tree: Tree,
    tables: Mapping[int, EncodedImage],
    cache: ReplayCache,
) -> None:
    """Write the generations to the run of the league. This comes last and sets the mark."""
    root, last = tree.root, batch[-1]
    for past in batch:
        at = metrics.millis(past.rows[-1].committed_at)
        experiment.add_image(root, "payoff", past.number, at, tables[past.number])
        experiment.add_image(root, "lineage", past.number, at, EncodedImage(lineage_pixels(past)))
    graph = comm_pixels(history) if batch[0].number == 0 else None
    if graph is not None:  # it is the same in every generation
        experiment.add_image(root, "comm_graph", 0, metrics.millis(history.rows[0].committed_at), EncodedImage(graph))
    experiment.write_files(root, of_league(last))
    if last.number == history.number:
        experiment.write_files(root, pages(store, history, cache))
    tree.registry.point_champion_at(last)
    # Params cannot be changed, so they have the settings at the league's start. config.yaml has the present settings.
    params = metrics.flatten(history.config.model_dump(mode="json")) if batch[0].number == 0 else {}
    points = [
        (
            metrics.millis(past.rows[-1].committed_at),
            past.number,
            metrics.league_figures(past.rows[-1]) | {"league/exploitability": past.exploitability},
        )
        for past in batch
    ]
    experiment.log(root, points, params, {**table_tags(STANDINGS), **image_tags(), MARK: str(last.number)})
