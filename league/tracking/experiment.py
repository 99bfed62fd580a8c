"""The MLflow experiment of a game, and what is done with its runs: find, create, log, finish.

A thin layer over MLflow's client that knows nothing of leagues.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from league.plotting.png import EncodedImage
from league.tracking import private_formats
from league.tracking.client import DATABASE, path_of, uri_of

NOTE = "mlflow.note.content"
PARENT = "mlflow.parentRunId"
"""Tags that MLflow documents: a description, and the run above another."""

METRICS_PER_CALL, PARAMS_PER_CALL = 800, 100
"""MLflow takes 1,000 metrics, params and tags in one call."""

IMAGE_MARK = "league.images."
"""Tag of a run: up to which step `log_image` has logged a series, whose key follows."""

Points: TypeAlias = Sequence[tuple[int, int, Mapping[str, float]]]
"""Metrics by name, with the time in milliseconds since 1970 and the step."""

GUIDE = """\
Leagues that play **{game}**. Open *Views* (top right): three for every league, *league*, *players* and *generations*.

1. **league**: is it getting better? `league/elo_best` and `league/elo_mean`; 0 Elo is the random player. Below: who beats whom
   and who descends from whom, with a slider for the generation.
2. **players**: who is how strong? `player/elo` of everybody; a curve ends where its player was replaced. Group by `league_role`
   for bands.
3. **generations**: what did each bring (`gen/score_vs_previous`: above ½ is progress), and does training work (`train/*`)?

Then:

* **Two generations side by side**: tick them, press *Compare*, go down to *Artifacts*: `standings.csv`, `payoff.png`. The
  button with the table, above the runs, shows `standings.json` of all of them.
* **Watch a match**: a generation's run, *Artifacts*, `replay.html`: its final.
* **Read**: the league's run, *Artifacts*: `report.html` (how the champion got there, what to do next), `tournament.html`
  (every match), `solution.yaml` (what was trained and how to use it).
* **Use a champion**: *Model registry*, the league's name; one version per generation, the newest is `@champion`.

Without a view each league is a run; the sign at its left opens `generations` and `players`.
"""


@dataclass(frozen=True)
class Experiment:
    """The experiment of a game.

    Attributes:
        client: MLflow's.
        id: MLflow's id of the experiment.
        uri: Of the database.
        tags: Of the experiment, when it was opened.
    """

    client: Any
    id: str
    uri: str
    tags: Mapping[str, str]

    @classmethod
    def open(cls, client: Any, home: Path, game: str) -> Experiment:
        """Open the experiment of a game. It is made if there is none, and restored if somebody deleted it.

        Raises:
            OSError: The database was made in another folder: MLflow stores the full names of its files.
        """
        artifacts = (home / "artifacts" / re.sub(r"[^A-Za-z0-9._-]+", "-", game)).as_uri()
        found = client.get_experiment_by_name(game)
        if found is None:
            tags = {NOTE: GUIDE.format(game=game), **private_formats.experiment_tags()}
            found = client.get_experiment(client.create_experiment(game, artifact_location=artifacts, tags=tags))
        if found.artifact_location != artifacts:
            raise OSError(f"{home / DATABASE} was made for {found.artifact_location}; move it away, and a new one is made")
        if found.lifecycle_stage == "deleted":
            client.restore_experiment(found.experiment_id)
        return cls(client, found.experiment_id, uri_of(home / DATABASE), found.tags)

    def pages(self, search: Callable[..., Any], *query: Any) -> list[Any]:
        """All results of a search, page after page."""
        page = search(*query, max_results=1000)
        found = list(page)
        while page.token:
            page = search(*query, max_results=1000, page_token=page.token)
            found += page
        return found

    def find(self, query: str) -> list[Any]:
        """Runs by a filter."""
        return self.pages(self.client.search_runs, [self.id], query)

    def children(self, parent: Any, since: int = 0) -> dict[str, Any]:
        """Runs directly below another that began at a time (milliseconds since 1970) or later, by name."""
        query = f"tags.`{PARENT}` = '{parent.info.run_id}' AND attributes.start_time >= {since}"
        return {run.info.run_name: run for run in self.find(query)}

    def create(self, name: str, begun: int, tags: Mapping[str, str]) -> Any:
        """Create a run, RUNNING since `begun`."""
        return self.client.create_run(self.id, start_time=begun, tags=dict(tags), run_name=name)

    def log(
        self, run: Any, points: Points, params: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        """Log metrics, params and tags, the tags last. Params that are there stay: MLflow does not change them."""
        from mlflow.entities import Metric, Param, RunTag

        metrics = [Metric(key, value, at, step) for at, step, values in points for key, value in values.items()]
        new = [Param(key, value) for key, value in (params or {}).items() if key not in run.data.params]
        calls = max(-(-len(metrics) // METRICS_PER_CALL), -(-len(new) // PARAMS_PER_CALL), 1)
        for call in range(calls):
            self.client.log_batch(
                run.info.run_id,
                metrics=metrics[call * METRICS_PER_CALL : (call + 1) * METRICS_PER_CALL],
                params=new[call * PARAMS_PER_CALL : (call + 1) * PARAMS_PER_CALL],
                tags=[RunTag(*tag) for tag in (tags or {}).items()] if call == calls - 1 else [],
                synchronous=True,
            )

    def add_tags(self, tags: Mapping[str, str]) -> None:
        """Add tags to the experiment. Those that are there stay: a user may have changed them."""
        for key, value in tags.items():
            if key not in self.tags:
                self.client.set_experiment_tag(self.id, key, value)

    def folder(self, run: Any) -> Path:
        """Where the artifacts of a run are."""
        return path_of(run.info.artifact_uri)

    def write_files(self, run: Any, files: Mapping[str, bytes]) -> None:
        """Write artifacts, each of them whole or not at all. A file of the same name is replaced.

        MLflow's client would read the run from the database and copy a temporary file, for every artifact.
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
        """Add an image to a series with a slider, once a step.

        Args:
            run: The run.
            key: Of the series.
            step: Position on the slider; steps come in ascending order.
            at: Milliseconds since 1970.
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
        """Whether a series has its image at a step."""
        if private_formats.supported():
            return any(self.folder(run).glob(private_formats.image_pattern(key, step)))
        return step <= number_in(run, IMAGE_MARK + key)

    def set_end(self, run: Any, ended: int | None) -> None:
        """Make a run FINISHED since `ended`, or RUNNING where that is None; a killed process may have left it otherwise."""
        status = "RUNNING" if ended is None else "FINISHED"
        if run.info.status != status:
            if ended is None:
                self.client.update_run(run.info.run_id, status=status)
            else:
                self.client.set_terminated(run.info.run_id, status, end_time=ended)


def number_in(run: Any, tag: str) -> int:
    """The whole number in a tag of a run; −1 where there is none, or a user has changed it to something else."""
    text = run.data.tags.get(tag, "")
    return int(text) if text.isdecimal() else -1
