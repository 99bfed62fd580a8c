"""The registered model of a league: one version per champion of a generation, and the aliases that name versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from league.analysis.history import History
from league.export.pyfunc import ABOUT, CODE, Deployment
from league.population.player import Player
from league.storage.generation import GenerationRow
from league.storage.store import Store
from league.tracking.client import path_of
from league.tracking.experiment import Experiment
from league.tracking.model_folder import model_folder

FOLDER = "champion"
"""The folder of a model among the artifacts of its generation's run."""

NEWEST = "champion"
"""The alias of the newest champion."""

OF_A_GENERATION = re.compile(r"gen-\d{3,}")
"""The aliases of single generations."""

LEAGUE_RUN = "league_run"
"""The tag that distinguishes a league's versions from those of an earlier league with the same name."""


@dataclass(frozen=True)
class Registry:
    """The registered model of a league in MLflow.

    Attributes:
        experiment: The experiment of the league's game.
        root: Id of the league's run.
        deployment: Makes the parts of the league's models.
        versions: Generation → version, for versions whose files exist.
    """

    experiment: Experiment
    root: str
    deployment: Deployment
    versions: dict[int, Any]

    @classmethod
    def of(cls, experiment: Experiment, history: History, root: str) -> Registry:
        """Find the registered model of a league. It is created if it does not exist."""
        client, name = experiment.client, history.name
        if not client.search_registered_models(f"name = '{name}'", max_results=1):
            game = history.facts["game"]
            about = ABOUT.format(league=name, game=game, uri=experiment.uri, code=CODE)
            client.create_registered_model(name, tags={"league": name, "game": game}, description=about)
        found = experiment.pages(client.search_model_versions, f"name = '{name}'")
        others = {str(version.version) for version in found if version.tags.get(LEAGUE_RUN) != root}
        for alias, number in client.get_registered_model(name).aliases.items() if others else ():
            if OF_A_GENERATION.fullmatch(alias) and str(number) in others:  # of an earlier league of this name
                client.delete_registered_model_alias(name, alias)
        mine = [version for version in found if version.tags.get(LEAGUE_RUN) == root and _sound(version)]
        return cls(experiment, root, Deployment(history.config), {int(version.tags["generation"]): version for version in mine})

    def register(self, run: Any, store: Store, history: History) -> None:
        """Register the champion of the last generation. An existing version is not changed.

        Args:
            run: The generation's run.
            store: The league.
            history: The history of the same league as of the generation.
        """
        client, name = self.experiment.client, history.name
        row, champion, elo = history.rows[-1], history.player[history.champion], history.elo[history.champion]
        if row.number not in self.versions:
            tags = {
                "player": champion.name,
                "elo": f"{elo:.1f}",
                "generation": str(row.number),
                "weights": champion.weights,
                LEAGUE_RUN: self.root,
            }
            self.versions[row.number] = client.create_model_version(
                name,
                self._source(run, store, row, champion),
                run.info.run_id,
                tags=tags,
                description=f"{champion.name}, champion of generation {row.number} with {elo:.0f} Elo",
                await_creation_for=None,
            )
        client.set_registered_model_alias(name, f"gen-{row.number:03d}", self.versions[row.number].version)

    def point_champion_at(self, history: History) -> None:
        """Point the alias `champion` at the version of the last generation, if there is one."""
        if history.number in self.versions:
            self.experiment.client.set_registered_model_alias(history.name, NEWEST, self.versions[history.number].version)

    def _source(self, run: Any, store: Store, row: GenerationRow, champion: Player) -> str:
        """The location of the model. If a player is champion again, its model is not written again."""
        for version in self.versions.values():
            if version.tags["weights"] == champion.weights:
                return str(version.source)
        weights = store.weights.get(champion.weights, champion.name)
        files = model_folder(self.deployment.parts(champion, weights, row), run.info.run_id)
        self.experiment.write_files(run, {f"{FOLDER}/{name}": content for name, content in files.items()})
        return f"{run.info.artifact_uri}/{FOLDER}"


def _sound(version: Any) -> bool:
    """Whether a version's files exist and its tags identify its league. A person can change the tags."""
    tags = version.tags
    return tags.get("generation", "").isdecimal() and "weights" in tags and path_of(version.source).is_dir()
