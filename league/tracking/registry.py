"""The registered model of a league: one version per champion of a generation, and the aliases that name versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from league.analysis.history import History
from league.export.pyfunc import ABOUT, CODE, COPIED, Deployment
from league.population.player import Player
from league.storage.generation import GenerationRow
from league.storage.store import Store
from league.tracking.adoption import LEAGUE_RUN, league_run
from league.tracking.client import path_of
from league.tracking.experiment import Experiment
from league.tracking.model_folder import model_folder

FOLDER = "champion"
"""The folder of a model among the artifacts of its generation's run."""

NEWEST = "champion"
"""The alias of the newest champion."""

OF_A_GENERATION = re.compile(r"gen-\d{3,}")
"""The aliases of single generations."""


@dataclass(frozen=True)
class Registry:
    """The registered model of a league in MLflow.

    Attributes:
        experiment: The experiment of the league's game.
        name: The name of the model. It is that of the league, unless a user has renamed the model.
        run: Distinguishes the league's versions from those of another league with the same name.
        deployment: Makes the parts of the league's models.
        versions: Generation → version, for versions whose files exist.
    """

    experiment: Experiment
    name: str
    run: str
    deployment: Deployment
    versions: dict[int, Any]

    @classmethod
    def of(cls, experiment: Experiment, history: History, ids: Collection[str] = ()) -> tuple[Registry, int]:
        """Find the registered model of a league; it is made if there is none.

        Args:
            experiment: The experiment of the league's game.
            history: The league.
            ids: Ids of runs of the league: a version that belongs to one of them is the league's, whatever its tags say.

        Returns:
            The model, and how many of its versions had to be put right.
        """
        client, run = experiment.client, league_run(history)

        def ours(version: Any) -> bool:
            return version.tags.get(LEAGUE_RUN) == run or version.run_id in ids

        name, found = _model(experiment, history, ours)
        others = {str(version.version) for version in found if not ours(version)}
        for alias, number in client.get_registered_model(name).aliases.items() if others else ():
            if OF_A_GENERATION.fullmatch(alias) and str(number) in others:  # of an earlier league of this name
                client.delete_registered_model_alias(name, alias)
        versions: dict[int, Any] = {}
        mended = 0
        for version in sorted(filter(_sound, filter(ours, found)), key=lambda version: int(version.version)):
            if int(version.tags["generation"]) in versions:  # it was registered twice
                client.delete_model_version(name, version.version)
                mended += 1
                continue
            versions[int(version.tags["generation"])] = version
            if version.tags.get(LEAGUE_RUN) != run:
                client.set_model_version_tag(name, version.version, LEAGUE_RUN, run)
                mended += 1
        return cls(experiment, name, run, Deployment(history.config), versions), mended

    def register(self, run: Any, store: Store, history: History) -> None:
        """Register the champion of the last generation. An existing version is not changed.

        Args:
            run: The generation's run.
            store: The league.
            history: The history of the same league as of the generation.
        """
        client, name = self.experiment.client, self.name
        row, champion, points = history.rows[-1], history.player[history.champion], history.progress.get(history.champion)
        if row.number not in self.versions:
            tags = {
                "player": champion.name,
                **({} if points is None else {"progress": f"{points:.1f}"}),
                "generation": str(row.number),
                "weights": champion.weights,
                LEAGUE_RUN: self.run,
            }
            self.versions[row.number] = client.create_model_version(
                name,
                self._source(run, store, row, champion),
                run.info.run_id,
                tags=tags,
                description=f"{champion.name}, champion of generation {row.number}"
                + ("" if points is None else f", progress {points:.0f}"),
                await_creation_for=None,
            )
        client.set_registered_model_alias(name, f"gen-{row.number:03d}", self.versions[row.number].version)

    def point_champion_at(self, history: History) -> None:
        """Point the alias `champion` at the version of the last generation, if there is one."""
        if history.number in self.versions:
            self.experiment.client.set_registered_model_alias(self.name, NEWEST, self.versions[history.number].version)

    def restore_aliases(self, history: History) -> int:
        """Point every alias at its version; returns how many did not."""
        client = self.experiment.client
        wanted = {f"gen-{number:03d}": str(version.version) for number, version in self.versions.items()}
        if history.number in self.versions:
            wanted[NEWEST] = str(self.versions[history.number].version)
        there = {alias: str(number) for alias, number in client.get_registered_model(self.name).aliases.items()}
        missing = {alias: number for alias, number in wanted.items() if there.get(alias) != number}
        for alias, number in missing.items():
            client.set_registered_model_alias(self.name, alias, number)
        return len(missing)

    def _source(self, run: Any, store: Store, row: GenerationRow, champion: Player) -> str:
        """The location of the model. If a player is champion again, its model is not written again."""
        for version in self.versions.values():
            if version.tags["weights"] == champion.weights:
                return str(version.source)
        weights = store.weights.get(champion.weights, champion.name)
        files = model_folder(self.deployment.parts(champion, weights, row), run.info.run_id)
        self.experiment.write_files(run, {f"{FOLDER}/{name}": content for name, content in files.items()})
        return f"{run.info.artifact_uri}/{FOLDER}"


def _model(experiment: Experiment, history: History, ours: Callable[[Any], bool]) -> tuple[str, list[Any]]:
    """The name of a league's model, which a user may have changed, and its versions; it is made if there is none."""
    client, league, game = experiment.client, history.name, history.facts["game"]
    copied = COPIED if unquote(experiment.home) != experiment.home else dict.fromkeys(COPIED, "")
    about = ABOUT.format(league=league, game=game, uri=experiment.uri, code=CODE, **copied)
    models = {model.name: model for model in client.search_registered_models(f"name = '{league}'", max_results=1)}
    models |= {model.name: model for model in experiment.pages(client.search_registered_models, f"tags.league = '{league}'")}
    versions = {name: experiment.pages(client.search_model_versions, f"name = '{name}'") for name in models}
    name = max(models, key=lambda name: (len(list(filter(ours, versions[name]))), name == league), default="")
    if not name or (name != league and not any(map(ours, versions[name]))):
        client.create_registered_model(league, tags={"league": league, "game": game}, description=about)
        return league, []
    told = models[name].description or ""
    if name == league and told != about and told.partition("\n")[0] == about.partition("\n")[0]:  # the home was moved
        client.update_registered_model(name, about)
    return name, versions[name]


def _sound(version: Any) -> bool:
    """Whether a version's files exist and its tags identify its league. A person can change the tags."""
    tags = version.tags
    return tags.get("generation", "").isdecimal() and "weights" in tags and path_of(version.source).is_dir()
