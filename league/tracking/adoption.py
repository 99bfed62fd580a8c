"""The runs that MLflow has of a league already, whatever a person or a killed process did to them: each is found, once.

A run may have been deleted, renamed, moved below another one, or have lost its tags. It is then restored and put right, not
made again, so that nothing is there twice. Of runs that are there twice nevertheless one stays, and the others are deleted;
MLflow keeps deleted runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from league.analysis import metrics
from league.analysis.history import History
from league.population.player import Player, is_founder
from league.storage.generation import GenerationRow
from league.tracking.experiment import PARENT, Experiment, number_in

LEAGUE_RUN = "league_run"
"""Tag of runs and of versions of models: which of the leagues of one name they belong to."""

MARK = "generation"
"""Tag of the league's run: up to which generation everything is there."""

FOLDERS = ("generations", "players")


@dataclass(frozen=True)
class Slot:
    """A run that a league has, or should have.

    Attributes:
        kind: The tag `kind`: league, folder, generation or player.
        name: What the run is called.
        begun: When it began, in milliseconds since 1970.
        above: The slot of the run that it is below.
    """

    kind: str
    name: str
    begun: int
    above: Slot | None = None


@dataclass(frozen=True)
class Found:
    """The runs of a league.

    Attributes:
        runs: Active runs by their slots.
        ids: Ids of all runs that belong to the league, deleted ones included.
        mended: How many were restored, put right or deleted.
    """

    runs: Mapping[Slot, Any]
    ids: frozenset[str]
    mended: int


def league_run(history: History) -> str:
    """What tells a league from an earlier or later one of the same name: a hash of how its first generation went."""
    return run_of_row(history.rows[0])


def run_of_row(first: GenerationRow) -> str:
    """The same, from the row of the league's first generation."""
    return sha256(f"{first.committed_at} {first.seconds!r} {first.agent_steps}".encode()).hexdigest()[:16]


def root_slot(history: History) -> Slot:
    """The slot of the league's own run."""
    return Slot("league", history.name, metrics.begun(history.rows[0]))


def folder_slots(history: History) -> dict[str, Slot]:
    """The slots right below it, by name."""
    root = root_slot(history)
    return {name: Slot("folder", name, root.begun, root) for name in FOLDERS}


def name_of_generation(number: int) -> str:
    """What the run of a generation is called."""
    return f"gen-{number:03d}"


def birth(history: History, player: Player) -> int:
    """When a player's run begins: founders and anchors are there from the beginning, children since the end of a generation."""
    founder = player.born is None or is_founder(player)
    return metrics.begun(history.rows[0]) if founder else metrics.millis(history.rows[player.born or 0].committed_at)


def identity(slot: Slot, history: History, above: str = "") -> dict[str, str]:
    """The tags by which a run is found again.

    Args:
        slot: What it is.
        history: The league.
        above: Id of the run that it is below.
    """
    tags = {"kind": slot.kind, "league": history.name, LEAGUE_RUN: league_run(history)}
    if slot.kind == "generation":
        tags["generation"] = str(int(slot.name.removeprefix("gen-")))
    if slot.kind == "player":
        tags["player"] = slot.name
    return tags | ({PARENT: above} if above else {})


def called(run: Any) -> str:
    """What a run is called in its league, whatever a person has renamed it to."""
    tags = run.data.tags
    match tags.get("kind"):
        case "league":
            return str(tags.get("league", run.info.run_name))
        case "generation" if (number := number_in(run, "generation")) >= 0:
            return name_of_generation(number)
        case "player":
            return str(tags.get("player", run.info.run_name))
    return str(run.info.run_name)


def adopt(experiment: Experiment, history: History, facts: Mapping[str, str]) -> Found:
    """Find every run of a league, restore the deleted ones and put them in their places.

    Args:
        experiment: The experiment of the league's game.
        history: The league.
        facts: Tags of the league's own run, which is made if there is none; its folders are made, too.
    """
    kept: dict[Slot, Any] = {}
    mended = 0
    belonging = _belonging(experiment, history)
    for slot in _slots(history):
        above = "" if slot.above is None else kept[slot.above].info.run_id
        tags = identity(slot, history, above)
        best, *others = sorted(belonging.get(slot, ()), key=_worth, reverse=True) or [None]
        if best is not None:
            mended += _put_right(experiment, best, tags)
        elif slot.kind in ("league", "folder"):
            best = experiment.create(slot.name, slot.begun, {**tags, **(facts if slot.kind == "league" else {})})
        if best is not None:
            kept[slot] = best
        for other in others:
            if other.info.lifecycle_stage == "active":
                experiment.client.delete_run(other.info.run_id)
                mended += 1
    return Found(kept, frozenset(run.info.run_id for runs in belonging.values() for run in runs), mended)


def _slots(history: History) -> list[Slot]:
    """Every run that a league may have, those above before those below."""
    folders = folder_slots(history)
    generations = [
        Slot("generation", name_of_generation(row.number), metrics.begun(row), folders["generations"]) for row in history.rows
    ]
    players = [Slot("player", player.name, birth(history, player), folders["players"]) for player in history.players]
    return [root_slot(history), *folders.values(), *generations, *players]


def _belonging(experiment: Experiment, history: History) -> dict[Slot, list[Any]]:
    """The runs of a league by what they are, deleted ones included.

    Runs of earlier versions do not say which of the leagues of one name is theirs; when they began does.
    """
    own = league_run(history)
    since = root_slot(history).begun
    searched = (f"tags.league = '{history.name}'", f"tags.{LEAGUE_RUN} = '{own}'", f"attributes.start_time = {since}")
    found = {run.info.run_id: run for query in searched for run in experiment.find(query, deleted=True)}
    by_tag = {(slot.kind, slot.name): slot for slot in _slots(history)}
    by_time = {(slot.name, slot.begun): slot for slot in reversed(by_tag.values())}
    belonging: dict[Slot, list[Any]] = {}
    for run in found.values():
        told = run.data.tags.get(LEAGUE_RUN)
        slot = by_tag.get((run.data.tags.get("kind", ""), called(run)))
        if slot is None or (told is None and run.info.start_time != slot.begun):
            slot = by_time.get((run.info.run_name, run.info.start_time))
        if slot is not None and told in (None, own):
            belonging.setdefault(slot, []).append(run)
    return belonging


def _worth(run: Any) -> tuple[bool, int, int, str]:
    """What decides which of several runs stays."""
    figures = len(run.data.metrics) + len(run.data.params)
    return run.info.lifecycle_stage == "active", number_in(run, MARK), figures, run.info.run_id


def _put_right(experiment: Experiment, run: Any, tags: Mapping[str, str]) -> bool:
    """Restore a run and set its tags; whether anything was wrong."""
    deleted = run.info.lifecycle_stage == "deleted"
    if deleted:
        experiment.client.restore_run(run.info.run_id)
    wrong = {key: value for key, value in tags.items() if run.data.tags.get(key) != value}
    for key, value in wrong.items():
        experiment.client.set_tag(run.info.run_id, key, value)
    return deleted or bool(wrong)
