"""What MLflow shows of a league: a tree of runs, league → generations → gen-007, and league → players → main-03.

Generations are mirrored one after the other, as many at once as there are; the tag `generation` of the league's run is written
after everything else of them, so that a sync killed in the middle begins the same generations again. Beginning again changes
nothing: values and times come from the store alone, and MLflow keeps one of several equal points.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from league import charts
from league.charts import Chronicle
from league.paint import Pixels
from league.results import standings_rows
from league.roster import Player, snapshot_name
from league.store import GenerationRow

if TYPE_CHECKING:
    from league.tracking import Runs

PARENT = "mlflow.parentRunId"
FOLDERS = ("generations", "players")

BATCH = 16
"""Generations that are mirrored in one go: their points share calls, and a sync that is killed begins them all again."""

Points: TypeAlias = Sequence[tuple[int, int, Mapping[str, float]]]
"""Figures and what they are stamped with: milliseconds since 1970, step."""


@dataclass(frozen=True)
class Tree:
    """The runs of one league.

    Attributes:
        root: The league's run as it was found last.
        folders: The runs right below it.
        generations: Runs of generations, from the first that is not mirrored wholly.
        players: Runs of players.
    """

    root: Any
    folders: dict[str, Any]
    generations: dict[str, Any]
    players: dict[str, Any]

    @property
    def mirrored(self) -> int:
        """The last generation of which everything is there."""
        return int(self.root.data.tags.get("generation", -1))


def catch_up(runs: Runs, league: Chronicle, known: Tree | None = None) -> Tree | None:
    """Mirror what is missing.

    Args:
        runs: The runs of the league's experiment.
        league: The league.
        known: What was returned the last time, if nobody else has written since: it is not looked for again.

    Returns:
        What there is of the league then, None where that was not looked at.
    """
    rows, root = league.rows, _root(runs, league)
    over = rows[-1].number + 1 >= league.config.generations
    ended = charts.millis(rows[-1].committed_at) if over else None
    if int(root.data.tags.get("generation", -1)) == rows[-1].number and root.info.status == ("FINISHED" if over else "RUNNING"):
        return known
    tree = _tree(runs, league, root, known)
    for start in range(tree.mirrored + 1, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        tables = {row.number: league.payoff(row.number) for row in batch}
        for row in batch:
            _generation(runs, league, row, tree, tables[row.number])
        _players(runs, league, batch, tree)
        _league(runs, league, batch, tree, tables)
    for player in league.players:
        if player.name in tree.players and player.retired is None:
            runs.settle(tree.players[player.name], ended)
    for run in (*tree.folders.values(), root):
        runs.settle(run, ended)
    return tree


def _tree(runs: Runs, league: Chronicle, root: Any, known: Tree | None) -> Tree:
    """What there is of a league; what was known of another run, which somebody deleted, does not count."""
    rows = league.rows
    if known is not None and known.root.info.run_id == root.info.run_id:
        return replace(known, root=root)
    folders = runs.children(root)
    for name in FOLDERS:
        folders[name] = folders.get(name) or runs.make(
            name, charts.begun(rows[0]), {PARENT: root.info.run_id, "kind": "folder", "league": league.store.name}
        )
    tree = Tree(root, folders, {}, runs.children(folders["players"]))
    missing = rows[tree.mirrored + 1 :]
    since = charts.begun(missing[0]) if missing else 0
    return replace(tree, generations=runs.children(folders["generations"], since)) if missing else tree


def _root(runs: Runs, league: Chronicle) -> Any:
    """The run of the league: named like it and begun when it was; a league of the same name made anew gets a new one."""
    store, begun = league.store, charts.begun(league.rows[0])
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


def _generation(runs: Runs, league: Chronicle, row: GenerationRow, tree: Tree, table: Pixels) -> None:
    """The run of a generation."""
    store, number, at = league.store, row.number, charts.millis(row.committed_at)
    name, folder = f"gen-{number:03d}", tree.folders["generations"].info.run_id
    tags = {PARENT: folder, "kind": "generation", "league": store.name, "generation": str(number)}
    run = tree.generations.pop(name, None) or runs.make(name, charts.begun(row), tags)
    curves = charts.training_curves(store.updates(number))
    figures = charts.generation_figures(row, store.ratings(number), league.tables[number])
    params = charts.generation_facts(row, league.players, store.training(number))
    runs.write(run, [*((at, step, curve) for step, curve in enumerate(curves)), (at, 0, figures)], params)
    runs.text(run, "standings.json", _standings(league, row))
    runs.client.log_image(run.info.run_id, table, artifact_file="payoff.png")
    runs.settle(run, at)


def _players(runs: Runs, league: Chronicle, batch: Sequence[GenerationRow], tree: Tree) -> None:
    """The runs of the players that learnt in some generations or were born at their ends, and of the anchors."""
    figures: dict[str, list[tuple[int, int, Mapping[str, float]]]] = {}
    latest: dict[str, tuple[Player, int]] = {}
    shown = charts.shown(league.players, league.rows)
    for row in batch:
        at = charts.millis(row.committed_at)
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
                points.append((at, row.number, charts.player_figures(ratings[frozen.name], frozen.hyper)))
    for name, (now, at) in latest.items():
        run = tree.players.get(name) or runs.make(name, _birth(league, now), _identity(league, now, tree))
        tree.players[name] = run
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
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def _birth(league: Chronicle, player: Player) -> int:
    """Founders and anchors are there from the beginning, children since the end of a generation."""
    founder = player.born is None or player.operator == "founder"
    return charts.begun(league.rows[0]) if founder else charts.millis(league.rows[player.born or 0].committed_at)


def _league(runs: Runs, league: Chronicle, batch: Sequence[GenerationRow], tree: Tree, tables: Mapping[int, Pixels]) -> None:
    """Generations on the run of the league; written last, with the mark that all of them is there."""
    root, last = tree.root, batch[-1]
    for row in batch:
        runs.slide(root, "payoff", row.number, tables[row.number])
        runs.slide(root, "lineage", row.number, league.lineage(row.number))
    graph = league.comm_graph() if batch[0].number == 0 else None
    if graph is not None:  # the graph stays what it is: one image says it all
        runs.slide(root, "comm_graph", 0, graph)
    runs.text(root, "config.yaml", league.store.fact("config"))
    runs.text(root, "standings.json", _standings(league, last))
    # Params cannot be changed: they tell what the league was begun with, config.yaml what it goes on with.
    settings = charts.flatten(league.config.model_dump(mode="json")) if batch[0].number == 0 else {}
    params = {key: value for key, value in settings.items() if key not in root.data.params}
    points = [(charts.millis(row.committed_at), row.number, charts.league_figures(row)) for row in batch]
    runs.write(root, points, params, {"generation": str(last.number)})


def _standings(league: Chronicle, row: GenerationRow) -> str:
    """The standings as of a generation, as `league standings --json` prints them."""
    name, game = league.store.name, league.store.fact("game")
    rows = standings_rows(league.store, row.number)
    facts = {"league": name, "game": game, "generation": row.number, "champion": row.champion, "standings": rows}
    return json.dumps(facts, indent=2)
