"""The MLflow experiment of a game, and the operations on its runs: find, create, log, finish.

This module is a thin layer over MLflow's client and is independent of leagues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from league.plotting.png import EncodedImage
from league.tracking import private_formats
from league.tracking.client import DATABASE, path_of
from league.tracking.database import GAME, folder_of, uri_of
from league.tracking.names import LONGEST_EXPERIMENT, LONGEST_PARAM, LONGEST_TAG, identifier, renamed, shortened

NOTE = "mlflow.note.content"
PARENT = "mlflow.parentRunId"
COMMIT = "mlflow.source.git.commit"
"""Tags that MLflow documents: a description, the parent of a run, and the commit of the code."""

METRICS_PER_CALL, PARAMS_PER_CALL = 800, 100
"""MLflow takes 1,000 metrics, params and tags in one call."""

IMAGE_MARK = "league.images."
"""Prefix of a tag of a run, followed by the key of a series. Its value is the last step that `log_image` has logged."""

Points: TypeAlias = Sequence[tuple[int, int, Mapping[str, float]]]
"""Metrics by name, with the time in milliseconds since 1970 and the step."""

GUIDE = """\
These leagues play **{game}**. Open *Views* (top right). Every league has three views: *league*, *players* and *generations*.

1. **league** shows whether the league improves: `league/progress` (the champion) and `league/progress_mean` (the newest). Below
   are the scores of all pairs and the tree of descent, with a slider for the generation. In cooperative games `league/return`,
   the champion's mean return, comes first.
2. **players** shows the progress of all players: `player/progress`. A curve ends when its player was replaced. Group by
   `league_role` to see bands.
3. **generations** shows the progress of each generation (`gen/score_vs_previous`: above ½ is progress) and the training metrics
   (`train/*`).

*Progress* is measured against earlier players, whose published values stay. The random player has 0. *Elo* is another scale: in
`standings.json` and the report, one fit to all results rates all players, and the fit changes with every generation. Neither
scale can be compared between two leagues, because each has other players. To compare leagues, let their champions play:
`league tournament ONE/champion OTHER/champion`. Runs that an earlier version began still have its metrics `league/elo_best`,
`league/exploitability` (now `league/best_response_in_league`) and `player/elo`, in the tab *Model metrics* of the run.

More pages:

* **Compare two generations**: select them, press *Compare*, and scroll down to *Artifacts*: `standings.csv`, `payoff.png`. The
  button with the table, above the runs, shows `standings.json` of all runs.
* **Watch a match**: open a generation's run, *Artifacts*, `replay.html`. It shows the final.
* **Read about the league**: open the league's run, *Artifacts*: `report.html` (the champion, next steps), `tournament.html`
  (all matches), `solution.yaml` (the training and how to use the champion).
* **Use a champion**: open *Model registry* and the league's name. There is one version per generation. The newest is
  `@champion`.

Without a view, each league is a run. The sign at its left opens `generations` and `players`.
"""


@dataclass(frozen=True)
class Experiment:
    """The experiment of a game.

    Attributes:
        client: MLflow's client.
        id: MLflow's id of the experiment.
        uri: The URI of the database.
        home: The folder of the database.
        tags: The tags of the experiment when it was opened.
    """

    client: Any
    id: str
    uri: str
    home: str
    tags: Mapping[str, str]

    @classmethod
    def open(cls, client: Any, home: Path, game: str) -> Experiment:
        """Open the experiment of a game. It is created if it does not exist, and restored if it was deleted.

        Raises:
            OSError: The database was made in another folder. MLflow stores the absolute paths of its files.
        """
        artifacts, name = (home / folder_of(game)).as_uri(), identifier(game, LONGEST_EXPERIMENT)
        found = client.get_experiment_by_name(name) or _renamed(client, game, artifacts)
        if found is None:
            tags = {NOTE: GUIDE.format(game=game), GAME: game, **private_formats.experiment_tags()}
            found = client.get_experiment(client.create_experiment(name, artifact_location=artifacts, tags=tags))
        if found.artifact_location != artifacts:
            raise OSError(f"{home / DATABASE} was made for {found.artifact_location}; move it away, and a new one is made")
        if found.lifecycle_stage == "deleted":
            client.restore_experiment(found.experiment_id)
        opened = cls(client, found.experiment_id, uri_of(home / DATABASE), str(home), found.tags)
        opened.add_tags({GAME: game})
        return opened

    def pages(self, search: Callable[..., Any], *query: Any) -> list[Any]:
        """All results of a search, page after page."""
        page = search(*query, max_results=1000)
        found = list(page)
        while page.token:
            page = search(*query, max_results=1000, page_token=page.token)
            found += page
        return found

    def find(self, query: str, *, deleted: bool = False) -> list[Any]:
        """The runs that match a filter; with `deleted` also runs that were deleted."""
        from mlflow.entities import ViewType

        return self.pages(self.client.search_runs, [self.id], query, ViewType.ALL if deleted else ViewType.ACTIVE_ONLY)

    def children(self, parent: Any, since: int = 0) -> list[Any]:
        """The child runs of a run that began at `since` (milliseconds since 1970) or later."""
        return self.find(f"tags.`{PARENT}` = '{parent.info.run_id}' AND attributes.start_time >= {since}")

    def create(self, name: str, begun: int, tags: Mapping[str, str]) -> Any:
        """Create a run with status RUNNING and start time `begun`."""
        values = {key: shortened(value, LONGEST_TAG) for key, value in tags.items()}
        return self.client.create_run(self.id, start_time=begun, tags=values, run_name=name)

    def log(
        self, run: Any, points: Points, params: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        """Log metrics, params and tags, with tags last. Existing params are not changed, because MLflow does not allow it.

        Names that MLflow does not accept are changed, and long values are cut.
        """
        from mlflow.entities import Metric, Param, RunTag

        charted = renamed(key for _, _, values in points for key in values)
        metrics = [Metric(charted[key], value, at, step) for at, step, values in points for key, value in values.items()]
        named = renamed(params or {})
        new = [
            Param(named[key], shortened(value, LONGEST_PARAM))
            for key, value in (params or {}).items()
            if named[key] not in run.data.params
        ]
        calls = max(-(-len(metrics) // METRICS_PER_CALL), -(-len(new) // PARAMS_PER_CALL), 1)
        for call in range(calls):
            self.client.log_batch(
                run.info.run_id,
                metrics=metrics[call * METRICS_PER_CALL : (call + 1) * METRICS_PER_CALL],
                params=new[call * PARAMS_PER_CALL : (call + 1) * PARAMS_PER_CALL],
                tags=[RunTag(key, shortened(tag, LONGEST_TAG)) for key, tag in (tags or {}).items()]
                if call == calls - 1
                else [],
                synchronous=True,
            )

    def add_tags(self, tags: Mapping[str, str], outdated: Callable[[str], bool] = lambda value: False) -> None:
        """Add tags to the experiment. Existing tags stay, because a user may have edited them, unless they are outdated."""
        for key, value in tags.items():
            if key not in self.tags or outdated(self.tags[key]):
                self.client.set_experiment_tag(self.id, key, value)

    def folder(self, run: Any) -> Path:
        """The folder of a run's artifacts.

        Raises:
            OSError: The database, which may be somebody else's, says that it is outside of the home.
        """
        folder = path_of(run.info.artifact_uri)
        if not folder.resolve().is_relative_to((Path(self.home) / "artifacts").resolve()):
            raise OSError(f"{Path(self.home) / DATABASE} puts files into {folder}; move it away, and a new one is made")
        return folder

    def write_files(self, run: Any, files: Mapping[str, bytes]) -> None:
        """Write artifacts, each one atomically. A file of the same name is replaced.

        MLflow's client is not used, because it reads the run from the database and copies a temporary file for every artifact.
        """
        for name, content in files.items():
            path = self.folder(run) / name
            unfinished = path.with_name(f".{path.name}.part")
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(content)
                unfinished.replace(path)
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise

    def add_image(self, run: Any, key: str, step: int, at: int, image: EncodedImage) -> None:
        """Add an image to a series with a slider, once per step.

        Args:
            run: The run.
            key: The key of the series.
            step: Position on the slider; steps come in ascending order.
            at: Time in milliseconds since 1970.
            image: The image.
        """
        if private_formats.supported():
            files = private_formats.image_files(run.info.run_id, key, step, at, image)
            for path in self.folder(run).glob(private_formats.image_pattern(key, step)):
                if path.relative_to(self.folder(run)).as_posix() not in files:  # of another version of this project
                    path.unlink()
            self.write_files(run, files)
        elif step > number_in(run, IMAGE_MARK + key):  # what `log_image` logs twice is there twice
            picture = Image.fromarray(image.pixels)
            self.client.log_image(run.info.run_id, picture, key=key, step=step, timestamp=at, synchronous=True)
            self.client.set_tag(run.info.run_id, IMAGE_MARK + key, str(step))

    def has_image(self, run: Any, key: str, step: int) -> bool:
        """Whether a series has an image at a step."""
        if private_formats.supported():
            return any(self.folder(run).glob(private_formats.image_pattern(key, step)))
        return step <= number_in(run, IMAGE_MARK + key)

    def set_end(self, run: Any, ended: int | None) -> None:
        """Set a run to FINISHED at `ended`, or to RUNNING if `ended` is None. A killed process may have left another status."""
        status = "RUNNING" if ended is None else "FINISHED"
        if run.info.status != status:
            if ended is None:
                self.client.update_run(run.info.run_id, status=status)
            else:
                self.client.set_terminated(run.info.run_id, status, end_time=ended)


def _renamed(client: Any, game: str, artifacts: str) -> Any | None:
    """The experiment of a game whose name a user has changed, if there is one."""
    from mlflow.entities import ViewType

    for found in client.search_experiments(ViewType.ALL):
        # Experiments of earlier versions do not name their game; its name led to their folder.
        told = GAME in found.tags or folder_of(found.name) != folder_of(game)
        if told and found.artifact_location == artifacts and found.tags.get(GAME, game) == game:
            return found
    return None


def number_in(run: Any, tag: str) -> int:
    """The integer in a tag of a run; −1 if there is no tag, or if a user has changed it to other text."""
    text = run.data.tags.get(tag, "")
    return int(text) if text.isdecimal() else -1
