"""What MLflow shows of a league is deleted with it, or gets its new name. Both can be repeated after a failure."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from envs.game import Game
from league.errors import LeagueError
from league.evaluation.standings import described
from league.storage.removal import RENAMED_FROM
from league.storage.store import Store
from league.tracking import client
from league.tracking.adoption import LEAGUE_RUN
from league.tracking.private_formats import saved_views
from league.tracking.views import VIEWS, views_of

KINDS = ("league", "folder", "generation", "player")
"""The tag `kind` of the runs of a league."""

PAGE = 1000
"""Runs, or versions of a model, in one answer of MLflow."""


def delete_from_mlflow(home: Path, name: str) -> int:
    """Delete the runs of a league with their artifacts, its registered model, and its saved views.

    MLflow marks the runs as deleted and no longer shows them. `mlflow gc` takes them out of its database.

    Returns:
        How many runs were deleted.

    Raises:
        LeagueError: MLflow fails; what was not deleted is when this is repeated.
    """
    if not (home / client.DATABASE).is_file():
        return 0
    try:
        mlflow = client.connect(home)
        runs = _runs(mlflow, name)
        _delete_model(mlflow, name, {run.info.run_id for run in runs} | {run.data.tags.get(LEAGUE_RUN, "") for run in runs})
        _delete_views(mlflow, name)
        for run in sorted(runs, key=lambda run: run.data.tags["kind"] == "league"):  # the run of the league last
            _delete_artifacts(home, run)
            mlflow.delete_run(run.info.run_id)
    except client.failures() as error:
        raise LeagueError(f"MLflow's runs of {name!r} cannot be deleted: {client.reason(error)}; nothing else was") from error
    return len(runs)


def rename_in_mlflow(home: Path, store: Store) -> int:
    """Give the runs, the registered model and the saved views of a league the name that its folder has now, if it was renamed.

    Returns:
        How many runs have the new name.

    Raises:
        LeagueError: MLflow fails; what was not renamed is when this is repeated.
    """
    old, new = store.fact(RENAMED_FROM, missing=""), store.name
    if not old:
        return 0
    runs: list[Any] = []
    try:
        if (home / client.DATABASE).is_file():
            mlflow = client.connect(home)
            runs = _runs(mlflow, old)
            _rename_model(mlflow, old, new)
            _delete_views(mlflow, old)
            for run in sorted(runs, key=lambda run: run.data.tags["kind"] == "league"):
                if run.data.tags["kind"] == "league":
                    mlflow.update_run(run.info.run_id, name=new)
                    for key, value in _views_of(run, new, described(store)).items():
                        mlflow.set_experiment_tag(run.info.experiment_id, key, value)
                mlflow.set_tag(run.info.run_id, "league", new)
    except client.failures() as error:
        raise LeagueError(
            f"the league {old!r} is called {new!r} now, but MLflow's runs still have the old name "
            f"({client.reason(error)}); `league sync {new}` renames them"
        ) from error
    store.drop_fact(RENAMED_FROM)
    return len(runs)


def _views_of(run: Any, name: str, game: Game | None) -> dict[str, str]:
    """The saved views of a league.

    Args:
        run: The league's run.
        name: The league's name.
        game: Its game, if it can be described.
    """
    views = VIEWS if game is None else views_of(game)
    return saved_views(views, name, run.info.start_time, run.data.tags.get(LEAGUE_RUN, ""))


def _runs(mlflow: Any, name: str) -> list[Any]:
    """All runs of a league, in whatever experiment."""
    experiments = [found.experiment_id for found in mlflow.search_experiments(max_results=PAGE)]
    found: list[Any] = []
    token = None
    while True:
        page = mlflow.search_runs(experiments, f"tags.league = '{name}'", max_results=PAGE, page_token=token)
        found += [run for run in page if run.data.tags.get("kind") in KINDS]
        token = page.token
        if not token:
            return found


def _delete_artifacts(home: Path, run: Any) -> None:
    """Delete the folder of a run's artifacts, if it is a plain folder among those of the home."""
    folder, artifacts = client.path_of(run.info.artifact_uri).parent, (home / "artifacts").resolve()
    if folder.name == run.info.run_id and folder.resolve().is_relative_to(artifacts) and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)


def _model(mlflow: Any, name: str) -> Any:
    """A registered model; None if there is none of this name."""
    found = mlflow.search_registered_models(f"name = '{name}'", max_results=1)
    return found[0] if found else None


def _delete_model(mlflow: Any, name: str, runs: set[str]) -> None:
    """Delete the registered model of a league; of a model that another league of the name has used, too, only its versions."""
    if _model(mlflow, name) is None:
        return
    versions = list(mlflow.search_model_versions(f"name = '{name}'", max_results=PAGE))
    mine = [version for version in versions if version.tags.get(LEAGUE_RUN) in runs or version.run_id in runs]
    if len(mine) == len(versions):
        mlflow.delete_registered_model(name)
    else:
        for version in mine:
            mlflow.delete_model_version(name, version.version)


def _rename_model(mlflow: Any, old: str, new: str) -> None:
    if _model(mlflow, old) is not None and _model(mlflow, new) is None:
        mlflow.rename_registered_model(old, new)
        mlflow.set_registered_model_tag(new, "league", new)


def _delete_views(mlflow: Any, name: str) -> None:
    """Delete the saved views that show a league."""
    keys = set(saved_views(VIEWS, name, 0, ""))
    for experiment in mlflow.search_experiments(max_results=PAGE):
        for tag in experiment.tags:
            if tag in keys:
                mlflow.delete_experiment_tag(experiment.experiment_id, tag)
