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
from league.artifacts.files import (
    PAGES,
    STANDINGS,
    names_of_generation,
    of_evaluations,
    of_generation,
    of_league,
    pages,
)
from league.artifacts.replay_cache import ReplayCache
from league.errors import LeagueError
from league.plotting.canvas import SOFT
from league.plotting.league_plots import lineage_pixels, payoff_pixels
from league.plotting.palette import PALETTE
from league.plotting.png import EncodedImage
from league.population.player import ANCHOR, Player, frozen_names, learns, original_of
from league.storage.generation import GenerationRow
from league.storage.store import Store
from league.tracking.adoption import (
    FOLDERS,
    MARK,
    Slot,
    adopt,
    birth,
    called,
    identity,
    league_run,
    name_of_generation,
    root_slot,
)
from league.tracking.card_figures import card_figures
from league.tracking.client import Warn
from league.tracking.comm_graphs import write_comm_graphs
from league.tracking.experiment import COMMIT, Experiment, number_in
from league.tracking.private_formats import colour_tags, image_tags, outdated, saved_views, table_tags
from league.tracking.registry import Registry
from league.tracking.views import views_of
from tournaments.rating.standings import SideReturn

PROGRESS = "league/best_response_in_league"
"""A metric that every generation has since ratings of the day are not logged any more."""

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
        mended: Number of runs, aliases and versions that were deleted, changed or duplicated, and were put right.
    """

    tree: Tree | None
    generations: list[int]
    mended: int = 0


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
    rows, root = history.rows, None if thorough else _root(experiment, history)
    over = rows[-1].number + 1 >= history.config.generations
    ended = metrics.millis(rows[-1].committed_at) if over else None
    last, state = -1 if root is None else _complete(root), "FINISHED" if over else "RUNNING"
    if root is not None and last == rows[-1].number and root.info.status == state:
        return Update(known, [])
    tree, mended = _tree(experiment, store, history, root, known, last + 1)
    first = _complete(tree.root) + 1
    if thorough:
        charted = metrics.shown(history.players, rows)
        first = next((row.number for row in rows[:first] if not _whole(experiment, store, history, row, tree, charted)), first)
        if first <= number_in(tree.root, MARK):  # the mark is valid only for complete generations
            experiment.log(tree.root, [], tags={MARK: str(first - 1)})
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
    for run in (*tree.folders.values(), tree.root):
        experiment.set_end(run, ended)
    if thorough:
        mended += tree.registry.restore_aliases(history)
    return Update(tree, [row.number for row in rows[first:]], mended)


def write_evaluations(experiment: Experiment, store: Store, history: History, cache: ReplayCache) -> bool:
    """Write what was measured on request into the run of a league, and its pages anew.

    Returns:
        Whether there is a run of the league that has all its generations.
    """
    root = _root(experiment, history)
    if root is None or _complete(root) < history.number:
        return False
    experiment.write_files(root, of_evaluations(history) | pages(store, history, cache))
    at = metrics.millis(history.rows[-1].committed_at)
    experiment.log(root, [(at, history.number, card_figures(history.evaluations.score_cards))])
    return True


def _tree(
    experiment: Experiment, store: Store, history: History, root: Any | None, known: Tree | None, first: int
) -> tuple[Tree, int]:
    """The runs of a league, and how many of them had to be put right.

    Args:
        experiment: The experiment of the league's game.
        store: The league.
        history: The same, read.
        root: The league's run, if it is in its place; otherwise every run is looked for.
        known: The tree of the last time. It does not count if its root was deleted and there is another one.
        first: The first generation whose run is needed.
    """
    rows, run = history.rows, league_run(history)
    if root is not None and known is not None and known.root.info.run_id == root.info.run_id:
        return replace(known, root=root), 0
    views = saved_views(views_of(history.game), history.name, metrics.begun(rows[0]), run)
    experiment.add_tags(views, lambda view: outdated(view, history.name, run))
    below = {} if root is None else {called(each): each for each in experiment.children(root)}
    if root is None or not set(FOLDERS) <= set(below):
        return _searched(experiment, store, history)
    # The store counts whole seconds: a generation can seem to have begun before the one in front of it.
    since = min(map(metrics.begun, rows[first:]), default=metrics.millis(rows[-1].committed_at))
    generations = {called(each): each for each in experiment.children(below["generations"], since)}
    players = {called(each): each for each in experiment.children(below["players"])}
    registry, _ = Registry.of(experiment, history)
    return Tree(root, {name: below[name] for name in FOLDERS}, generations, players, registry), 0


def _searched(experiment: Experiment, store: Store, history: History) -> tuple[Tree, int]:
    """The runs of a league, wherever they are; the league's own run and its folders are made if they are not there."""
    found = adopt(experiment, history, _facts(store, history))
    registry, mended = Registry.of(experiment, history, found.ids)

    def of(kind: str) -> dict[str, Any]:
        return {slot.name: run for slot, run in found.runs.items() if slot.kind == kind}

    tree = Tree(found.runs[root_slot(history)], of("folder"), of("generation"), of("player"), registry)
    return tree, found.mended + mended


def _whole(
    experiment: Experiment, store: Store, history: History, row: GenerationRow, tree: Tree, charted: Sequence[Player]
) -> bool:
    """Whether a generation is complete in MLflow: its run, files, pictures, champion and the players that have charts."""
    run = tree.generations.get(name_of_generation(row.number))
    if run is None or row.number not in tree.registry.versions:
        return False
    last = row.number == history.number
    return (
        all((experiment.folder(run) / name).is_file() for name in names_of_generation(store, row.number))
        and all(experiment.has_image(tree.root, key, row.number) for key in ("payoff", "lineage"))
        and all(player.name in tree.players for player in charted if (player.born or 0) <= row.number)
        and all((experiment.folder(tree.root) / name).is_file() for name in PAGES if last)
    )


def _complete(root: Any) -> int:
    """The last generation up to which MLflow has everything; −1 also if the league's run was written by an earlier version.

    Earlier versions logged the ratings of the day as `league/elo_best`, `player/elo` and the like. These stay as they are, and
    all generations get the present metrics beside them. Points that are there already do not change.
    """
    return number_in(root, MARK) if PROGRESS in root.data.metrics else -1


def _root(experiment: Experiment, history: History) -> Any | None:
    """The run of the league, if there is one and it has its tags."""
    tags = identity(root_slot(history), history)
    found = experiment.find(" AND ".join(f"tags.{key} = '{value}'" for key, value in tags.items()))
    return found[0] if len(found) == 1 else None


def _facts(store: Store, history: History) -> dict[str, str]:
    """Tags of the league's run that tell what it is."""
    commit = store.fact("commit", missing="")
    return {
        "game": history.facts["game"],
        "seed": str(history.config.seed),
        "config_sha": history.facts["identity"],
        "version": history.facts["version"],
        **({COMMIT: commit} if commit else {}),
    }


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
    slot = Slot("generation", name_of_generation(number), metrics.begun(row))
    tags = identity(slot, past, tree.folders["generations"].info.run_id)
    run = tree.generations.pop(slot.name, None) or experiment.create(slot.name, slot.begun, tags)
    newest, before = (frozen_names(past.players, frozen) for frozen in (number, number - 1))
    figures = metrics.generation_figures(row, record.progress.values(), record.table, newest, before)
    figures["gen/best_response_in_league"] = past.best_response_in_league
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
                value = 0.0 if frozen.name == ANCHOR else past.generations[-1].progress.get(frozen.name)
                gained = [SideReturn.of(*each) for each in past.generations[-1].returns.get(frozen.name, {}).items()]
                found = metrics.player_figures(ratings[frozen.name], value, gained, frozen.hyper)
                points.append((at, row.number, found))
    for name, (now, at) in latest.items():
        run = tree.players.get(name)
        if run is None:
            run = tree.players[name] = experiment.create(name, birth(history, now), _identity(history, now, tree))
        if name in figures or run.data.tags.get("status") != now.status:
            experiment.log(run, figures.get(name, []), tags={"status": now.status})
        if now.retired is not None:
            experiment.set_end(run, at)


def _identity(history: History, player: Player, tree: Tree) -> dict[str, str]:
    slot = Slot("player", player.name, birth(history, player))
    facts = {
        **identity(slot, history, tree.folders["players"].info.run_id),
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
    write_comm_graphs(experiment, root, store, history, batch)
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
            metrics.league_figures(past.rows[-1])
            | metrics.progress_figures(past.champions_progress, past.generations[-1].progress.values())
            | {"league/best_response_in_league": past.best_response_in_league},
        )
        for past in batch
    ]
    experiment.log(root, points, params, {**table_tags(STANDINGS), **image_tags(), MARK: str(last.number)})
