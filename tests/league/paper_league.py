"""A league made by hand and what MLflow shows of it, for tests."""

import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
import torch

import envs
from agents.models.spec import PlayerSpec
from league.analysis.history import GenerationRecord, History
from league.analysis.training import summarise
from league.config.schema import LeagueConfig, to_yaml
from league.population.player import Player, active_name, anchor, frozen_names, is_snapshot, snapshot, snapshot_name
from league.storage.generation import Generation, GenerationRow, RatingRow, TrainingRecord
from league.storage.store import Store
from league.tracking import client
from league.tracking.adoption import LEAGUE_RUN
from league.tracking.client import path_of
from league.tracking.experiment import PARENT
from league.tracking.tracker import Tracker
from tournaments.rating.chain import publish
from tournaments.rating.elo import Rating
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import payoff
from tournaments.rating.returns import returns_of
from tournaments.rating.sums import sums_of
from tournaments.tickets import MatchResult, Ticket, match_id

HYPER = {"learning_rate": 1e-3, "entropy": 0.01}
CONFIG = LeagueConfig(name="cup", game={"name": "classic/tictactoe_v3"}, seed=5, generations=3, population=2, tracking=True)


def player(number: int, operator: str = "founder", parent: str | None = None, born: int = 0) -> Player:
    return Player(active_name(number), "main agent", "active", parent, operator, born, "w", "", HYPER)


def frozen(live: Player, generation: int) -> Player:
    return snapshot(live, generation, digest(snapshot_name(live.name, generation)))


@cache
def weights(name: str) -> dict[str, np.ndarray]:
    """Weights of a player that has learnt nothing; each name has its own."""
    game = envs.describe(CONFIG.game.name)
    spec = PlayerSpec(game, CONFIG.architecture(game))
    parameters, statistics = spec.founder(torch.Generator().manual_seed(len(name) + sum(map(ord, name))))
    return spec.parameters.to_arrays(parameters) | spec.statistics.to_arrays(statistics)


@cache
def digest(name: str) -> str:
    return sha256(safetensors.numpy.save(dict(sorted(weights(name).items())))).hexdigest()


def games(generation: int, names: list[str]) -> list[MatchResult]:
    """Everybody meets everybody once; whoever comes first in `names` wins, but the last two draw."""
    pairs = [(one, two) for place, one in enumerate(names) for two in names[place + 1 :]]
    results = []
    for number, pair in enumerate(pairs):
        match = match_id(generation, "tournament", number)
        ticket = Ticket(match, generation, "tournament", number, pair, (False, False), match, ("", ""))
        drawn = pair == tuple(names[-2:])
        results.append(MatchResult(ticket, (0.0, 0.0) if drawn else (1.0, -1.0), 9, b"", False))
    return results


def generation(
    number: int, live: list[Player], changed: list[Player], past: list[str], older: Sequence[str] = ()
) -> Generation:
    """A generation; its tournament is between the living, some of the past and the anchor, the older are only rated."""
    snapshots = [frozen(one, number) for one in live]
    names = [one.name for one in snapshots]
    elo = {name: 100.0 * (len(names) - place) + 10 * number for place, name in enumerate(names)} | {"bot:random": 0.0}
    elo |= dict.fromkeys(past, 50.0) | dict.fromkeys(older, 40.0)
    training = [
        TrainingRecord(
            Ticket(f"g{number}-{one.name}-{opponent}", number, "train", 1, (one.name, opponent), (True, False), "s", ("", "")),
            *(one.name, 4, 2, 1, 1, 0.25),
        )
        for one in live
        for opponent in (past or [one.name])
    ]
    matches = games(number, [*names, *past, "bot:random"])
    return Generation(
        number=number,
        champion=names[0],
        seconds=2.5,
        agent_steps=1000,
        phases={"training": 2.0, "tournament": 0.5},
        figures={"elo_best": 200.0 + number, "elo_mean": 150.0, "elo_spread": 100.0, "cyclicity": 0.25},
        players=[*([anchor("bot:random")] if number == 0 else []), *snapshots, *changed],
        matches=matches,
        sums=sums_of(envs.describe(CONFIG.game.name), matches),
        training=training,
        updates={
            one.name: [{"policy_loss": 0.1, "entropy": 1.0 - 0.1 * at, "decisions": 5.0} for at in range(3)] for one in live
        },
        ratings=[Rating(name, value, value - 20, value + 20, 4, 2, 1, 1, 0.625) for name, value in elo.items()],
    )


def turns(count: int = 3) -> list[Generation]:
    """So many generations, at least three; after the second, main-02 gives way to main-03, a child of main-01."""
    one, two = player(1), player(2)
    three = player(3, "perturb", "main-01-g001", born=1)
    found = [
        generation(0, [one, two], [one, two], []),
        generation(1, [one, two], [one, replace(two, status="retired", retired=1), three], ["main-01-g000", "main-02-g000"]),
        generation(2, [one, three], [one, three], ["main-01-g001", "main-02-g001"], ["main-01-g000", "main-02-g000"]),
    ]
    for number in range(3, count):
        met = snapshot_name("main-01", number - 1)
        older = [each.name for turn in found for each in turn.players if is_snapshot(each) and each.name != met]
        found.append(generation(number, [one, three], [one, three], [met], older))
    return found


def history_of(folder: Path, config: LeagueConfig = CONFIG, told: Sequence[Generation] = ()) -> History:
    """The history of the league made by hand, without a store.

    Args:
        folder: Where the league would be; the last part is its name.
        config: Its configuration. Whatever its game is, the matches are those of tictactoe.
        told: Its generations; the three of `turns` if left out.
    """
    told, played = told or turns(), envs.describe(CONFIG.game.setup())
    everybody = {each.name: each for turn in told for each in turn.players}
    players = sorted(everybody.values(), key=lambda each: (-1 if each.born is None else each.born, each.name))
    born, records = {each.name: each.born for each in players}, []
    for turn in told:
        facts = turn.number, turn.champion, turn.seconds, turn.agent_steps, turn.phases, turn.figures
        row = GenerationRow(*facts, f"2026-01-02 03:04:{turn.number:02d}")
        found = outcomes(played, turn.matches)
        training = summarise(turn.number, turn.training, turn.updates, born)
        returns = returns_of(played, turn.matches)
        table, published = payoff(found), {name: value for record in records for name, value in record.progress.items()}
        progress = publish(table, frozen_names(players, turn.number), published, "bot:random")
        records.append(GenerationRecord(row, table, training, returns, progress))
    ratings = [
        RatingRow(turn.number, row.player, row.elo, row.low, row.high, 0.0, row.games, row.wins, row.draws, row.losses)
        for row in sorted(turn.ratings, key=lambda row: (-row.elo, row.player))
    ]
    facts = {"config": to_yaml(config), "identity": config.identity(), "game": config.game.name, "version": "1.2.3"}
    return History(folder, facts, config, envs.describe(config.game.setup()), records, players, ratings, turn.matches, found)


def last_with(history: History, **changes: Any) -> History:
    """The same with another last generation: with another table, other training, …"""
    return replace(history, generations=[*history.generations[:-1], replace(history.generations[-1], **changes)])


def crowned(history: History, *champions: str) -> History:
    """The same with these champions, one a generation; of further generations the last record is repeated."""
    records = [history.generations[min(number, history.number)] for number in range(len(champions))]
    return replace(
        history,
        generations=[
            replace(record, row=replace(record.row, number=number, champion=champion))
            for number, (record, champion) in enumerate(zip(records, champions, strict=True))
        ],
    )


def found_league(home: Path, config: LeagueConfig = CONFIG, count: int = 3) -> Store:
    facts = {"config": to_yaml(config), "identity": config.identity(), "game": config.game.name, "version": "1.2.3"}
    store = Store.create(home, config.name, facts)
    for turn in turns()[:count]:
        commit(store, turn)
    return store


def commit(store: Store, turn: Generation) -> None:
    """A generation, and the weights of its champion."""
    store.weights.put(weights(turn.champion))
    store.commit(turn)


def go_on(store: Store) -> None:
    """One generation more, in which nobody is replaced."""
    live, last, met = store.players("active"), store.generation(), snapshot_name("main-01", store.generation())
    older = [one.name for one in store.players("historical") if one.name != met]
    commit(store, generation(last + 1, live, live, [met], older))


def fail(sentence: str) -> None:
    raise AssertionError(sentence)


def sync_another_of_the_same_name(league: Store, home: Path) -> None:
    """Sync a league, delete its folder, and sync another one that takes its name."""
    sync_mlflow(league, home, fail)
    league.unlock()
    shutil.rmtree(league.folder)
    again = found_league(home, count=0)
    commit(again, replace(turns()[0], seconds=77.0))
    sync_mlflow(again, home, fail)
    again.unlock()


def sync_mlflow(store: Store, home: Path, warn: Callable[[str], None]) -> None:
    """Bring MLflow up to date once."""
    with closing(Tracker(store, home)) as tracker:
        tracker.sync(warn)


def mlflow_client(home: Path) -> Any:
    return client.open_client(home / client.DATABASE)


def runs(home: Path) -> dict[str, Any]:
    """Every run by name."""
    return _runs(mlflow_client(home))


def _runs(there: Any) -> dict[str, Any]:
    experiments = [experiment.experiment_id for experiment in there.search_experiments()]
    found = there.search_runs(experiments)
    assert len({run.info.run_name for run in found}) == len(found)
    return {run.info.run_name: run for run in found}


def history(home: Path, run: Any, metric: str) -> dict[int, float]:
    """Step → value; every step once."""
    return _history(mlflow_client(home), run, metric)


def _history(there: Any, run: Any, metric: str) -> dict[int, float]:
    points = there.get_metric_history(run.info.run_id, metric)
    assert len({point.step for point in points}) == len(points), f"{run.info.run_name}: {metric} has a step twice"
    return {point.step: point.value for point in points}


def everything(home: Path) -> dict[str, Any]:
    """All that MLflow shows, without what it makes up itself: ids, and the times of images."""
    there = mlflow_client(home)
    found = _runs(there)
    names = {run.info.run_id: name for name, run in found.items()}
    shown = {}
    for name, run in found.items():
        tags = {key: names.get(value, value) for key, value in run.data.tags.items()}
        metrics = {metric: _history(there, run, metric) for metric in run.data.metrics}
        shown[name] = (
            run.info.status,
            run.info.start_time,
            run.info.end_time,
            tags,
            run.data.params,
            metrics,
            files(home, run),
        )
    shown["registered model"] = ("", 0, 0, registered(home))
    return shown


@cache
def shown_in(home: Path) -> dict[str, Any]:
    """The same for a home that nobody changes, read once."""
    return everything(home)


def registered(home: Path, name: str = CONFIG.name) -> list[dict[str, Any]]:
    """The versions of a league's registered model, oldest first, with the names of runs for their ids."""
    there, names = mlflow_client(home), {run.info.run_id: name for name, run in runs(home).items()}
    versions = sorted(there.search_model_versions(f"name = '{name}'"), key=lambda version: int(version.version))
    return [
        {
            "version": version.version,
            "run": names.get(version.run_id),
            "files of": names.get(path_of(version.source).parts[-3]),
            "aliases": sorted(there.get_model_version(name, version.version).aliases),
            **{tag: value for tag, value in version.tags.items() if tag != LEAGUE_RUN},
        }
        for version in versions
    ]


def artifacts(home: Path, name: str) -> Path:
    """The folder of a run's artifacts."""
    return home / "artifacts" / "classic-tictactoe_v3" / runs(home)[name].info.run_id / "artifacts"


def files(home: Path, run: Any) -> list[str]:
    folder = home / "artifacts" / "classic-tictactoe_v3" / run.info.run_id / "artifacts"
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return [re.sub(r"\+timestamp\+\d+\+[0-9a-f-]{36}", "", path) for path in paths]


def parent(found: dict[str, Any], name: str) -> str | None:
    up = found[name].data.tags.get(PARENT)
    return next((other for other, run in found.items() if run.info.run_id == up), None)


def without_times(shown: dict[str, Any]) -> dict[str, Any]:
    """The same without times, and without the tag that follows from when the league began."""
    return {
        name: (status, {tag: value for tag, value in tags.items() if tag != LEAGUE_RUN}, *rest)
        if name != "registered model"
        else (status, tags, *rest)
        for name, (status, _, _, tags, *rest) in shown.items()
    }
