"""All code that depends on undocumented formats of MLflow, and the versions with which it was tested.

The formats are: saved views, the names of images with a slider, the files of a model's folder, four tags, and addresses of
pages. MLflow may change them in any release. Therefore callers check `supported` first. If the version is not supported:

* a view is not saved (`saved_views` is empty);
* an image is logged by `MlflowClient.log_image` (`experiment`);
* a model is written by `mlflow.pyfunc.save_model` (`model_folder`), which takes seconds instead of milliseconds;
* the tags are left out (`experiment_tags` and similar functions return nothing): pages look plainer, but no content is lost;
* `league ui` opens MLflow's front page (`links`);
* the addresses in the database of a home that was moved are not changed (`database`).

To support a new release, add it to `TESTED` and run `tests/league/tracking` and `tests/browser/test_mlflow_ui.py`.
mlflow itself is not imported here.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, NAMESPACE_URL, uuid5

import yaml

from league.export.pyfunc import CODE, OUTPUTS, PARAMS, ModelParts
from league.plotting.png import EncodedImage
from league.tracking.views import ChartGroup, MetricChart, View, key_of

TESTED = ("3.17",)
"""Release series of MLflow, major and minor, whose formats are those of this file."""

RETIRED = ("league/elo_best", "league/exploitability", "player/elo", "gen/elo_best")
"""Metrics that earlier versions logged and showed in their views."""

VIEW_TAG = "mlflow.sharedViewState."
"""Prefix of the tag of a saved view. The key of the view follows."""


def supported() -> bool:
    """Whether the installed version of MLflow was tested."""
    return ".".join(installed().split(".")[:2]) in TESTED


@cache
def installed() -> str:
    """The version of the installed MLflow."""
    return version("mlflow")


# Tags


def experiment_tags() -> dict[str, str]:
    """The tags that mark an experiment as training, not as an experiment with language models."""
    return {"mlflow.experimentKind": "custom_model_development"} if supported() else {}


def table_tags(file: str) -> dict[str, str]:
    """The tags that mark a JSON file of a run as a table. MLflow then shows the tables of several runs side by side."""
    return {"mlflow.loggedArtifacts": json.dumps([{"path": file, "type": "table"}])} if supported() else {}


def image_tags() -> dict[str, str]:
    """The tags that say that a run has images with a slider."""
    return {"mlflow.loggedImages": "True"} if supported() else {}


def colour_tags(colour: str) -> dict[str, str]:
    """The tags that set the colour of a run."""
    return {"mlflow.runColor": colour} if supported() else {}


# Images with a slider


def image_files(run: str, key: str, step: int, at: int, image: EncodedImage) -> dict[str, bytes]:
    """An image of a series with a slider, as files by their names among a run's artifacts.

    MLflow reads key, step and time from the name. `log_image` appends a random number, so an image that is logged twice appears
    twice. Here the number is computed from run, key and step.

    Args:
        run: MLflow's id of the run.
        key: The key of the series.
        step: Position on the slider.
        at: Time in milliseconds since 1970.
        image: The image.
    """
    name = f"images/{key}+step+{step}+timestamp+{at}+{uuid5(NAMESPACE_URL, f'{run}/{key}/{step}')}"
    return {f"{name}.png": image.png, f"{name}+compressed.webp": image.thumbnail}


def image_pattern(key: str, step: int) -> str:
    """A glob pattern of all files that MLflow reads as an image of a series at a step."""
    return f"images/{key}+step+{step}+*"


# Models


def model_files(parts: ModelParts, run: str) -> dict[str, bytes]:
    """The files of a model's folder, as `mlflow.pyfunc.save_model` writes them; a test compares the two.

    Args:
        parts: The model.
        run: MLflow's id of the run that it belongs to.
    """
    texts = _environment(parts.needed)
    if parts.example is not None:
        texts["input_example.json"] = json.dumps(parts.example)
        texts["serving_input_example.json"] = json.dumps({"dataframe_split": parts.example})
    files = {name: text.encode() for name, text in texts.items()}
    files |= {CODE: parts.code} | {f"artifacts/{name}": content for name, content in parts.artifacts.items()}
    size = sum(map(len, files.values()))
    return {**files, "MLmodel": yaml.safe_dump(_mlmodel(parts, run, size)).encode()}


def _mlmodel(parts: ModelParts, run: str, size: int) -> dict[str, Any]:
    """The content of the file MLmodel: the kind of the model and its loader."""
    card = {
        "artifact_path": "champion",
        "flavors": {
            "python_function": {
                "artifacts": {Path(name).stem: {"path": f"artifacts/{name}", "uri": name} for name in parts.artifacts},
                "code": None,
                "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
                "loader_module": "mlflow.pyfunc.loaders.code_model",
                "model_code_path": CODE,
                "python_version": platform.python_version(),
                "streamable": False,
            }
        },
        "is_signature_from_type_hint": False,
        "metadata": parts.facts,
        "mlflow_version": installed(),
        "model_size_bytes": size,
        "model_uuid": uuid5(NAMESPACE_OID, f"{run} {parts.facts['weights']}").hex,
        "run_id": run,
        "signature": {
            "inputs": json.dumps([{"type": kind, "name": name, "required": need} for name, kind, need in parts.inputs]),
            "outputs": json.dumps([{"type": kind, "name": name, "required": need} for name, kind, need in OUTPUTS]),
            "params": json.dumps([{"name": n, "default": value, "shape": None, "type": kind} for n, kind, value in PARAMS]),
        },
        "type_hint_from_example": False,
        "utc_time_created": parts.created,
    }
    if parts.example is not None:
        card["saved_input_example_info"] = {
            "artifact_path": "input_example.json",
            "pandas_orient": "split",
            "serving_input_path": "serving_input_example.json",
            "type": "dataframe",
        }
    return card


def _environment(packages: Sequence[str]) -> dict[str, str]:
    """The requirements of a model, for pip, virtualenv and conda."""
    needed = [f"{name}=={version(name)}" for name in packages]
    python = platform.python_version()
    build = {"python": python, "build_dependencies": ["pip", "setuptools", "wheel"], "dependencies": ["-r requirements.txt"]}
    conda = {"name": "mlflow-env", "channels": ["conda-forge"], "dependencies": [f"python={python}", "pip", {"pip": needed}]}
    return {
        "requirements.txt": "\n".join(needed),
        "python_env.yaml": yaml.safe_dump(build),
        "conda.yaml": yaml.safe_dump(conda),
    }


# Saved views: a tag of the experiment holds the state of MLflow's page as JSON. A page ignores keys that it does not know.


def saved_views(views: Sequence[View], league: str, at: int, run: str) -> dict[str, str]:
    """The tags of an experiment that contain a league's views; none if the version is not supported.

    Args:
        views: The views, in order.
        league: The league's name.
        at: Start of the league in milliseconds since 1970.
        run: Distinguishes leagues with the same name; see `adoption.league_run`.
    """
    tags = {}
    for number, view in enumerate(views if supported() else (), 1):
        state = json.dumps({**_COMMON, **_state(view, league, run)}, separators=(",", ":"))
        saved = {"name": f"{league} · {number} · {view.name}", "createdAt": at, "updatedAt": at, "state": state}
        tags[VIEW_TAG + key_of(league, view.name)] = json.dumps(saved, separators=(",", ":"))
    return tags


_COMMON = {
    "startTime": "ALL",
    "lifecycleFilter": "Active",
    "datasetsFilter": [],
    "modelVersionFilter": "All Runs",
    "runsHiddenMode": "SHOW_ALL",
    "isAccordionReordered": True,
    "hideEmptyCharts": True,
    "globalLineChartConfig": {"xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": ""},
}
"""The settings that are equal in all views: every run is drawn, and groups keep their order."""


def outdated(view: str, league: str, run: str) -> bool:
    """Whether a tag is a view of another league of the same name, or shows metrics that are not logged any more.

    A view that somebody has changed is neither.
    """
    if f"tags.league = '{league}'" not in view:
        return False
    with suppress(ValueError, RecursionError):
        times = json.loads(view)
        if any(f'"{metric}\\"' in view for metric in RETIRED) and times.get("createdAt") == times.get("updatedAt"):
            return True
    return run not in view


def _state(view: View, league: str, run: str) -> dict[str, Any]:
    groups = list(enumerate(view.groups))
    return {
        "searchFilter": f"tags.kind = '{view.kind}' AND tags.league = '{league}' AND tags.league_run = '{run}'",
        "orderByKey": view.order,
        "orderByAsc": view.ascending,
        "compareRunCharts": [
            _chart(chart, number, place) for number, group in groups for place, chart in enumerate(group.charts)
        ],
        "compareRunSections": [_group(group, number) for number, group in groups],
    }


def _group(group: ChartGroup, number: int) -> dict[str, Any]:
    return {
        "uuid": f"section-{number}",
        "name": group.title,
        "display": True,
        "isReordered": True,
        "deleted": False,
        "isGenerated": False,
        "columns": group.columns,
        "cardHeight": group.height,
    }


def _chart(chart: MetricChart, group: int, place: int) -> dict[str, Any]:
    kinds = {"lines": _lines, "bars": _bars, "images": _images}
    return {
        "uuid": f"chart-{group}-{place}",
        "metricSectionId": f"section-{group}",
        "runsCountToCompare": 10,
        "deleted": False,
        "isGenerated": False,
        **kinds[chart.kind](chart),
    }


def _lines(chart: MetricChart) -> dict[str, Any]:
    return {
        "type": "LINE",
        "displayName": chart.title,
        "metricKey": chart.keys[0],
        "selectedMetricKeys": list(chart.keys),
        "lineSmoothness": 0,
        "xAxisScaleType": "linear",
        "scaleType": "linear",
        "range": {},
        "xAxisKey": "step",
        "selectedXAxisMetricKey": "",
        "yAxisKey": "metric",
        "yAxisExpressions": [],
        "ignoreOutliers": False,
        "useGlobalXaxisKey": True,
        "useGlobalLineSmoothing": True,
    }


def _bars(chart: MetricChart) -> dict[str, Any]:
    return {"type": "BAR", "displayName": chart.title, "metricKey": chart.keys[0]}


def _images(chart: MetricChart) -> dict[str, Any]:
    return {"type": "IMAGE", "imageKeys": list(chart.keys), "step": 0, "showRunParams": False}


# Addresses of MLflow's pages; `server` is `http://host:port`.

_TRAINING = "workflowType=machine_learning"
"""The query that selects MLflow's user interface for training (there are two)."""


def charts_address(server: str, experiment: str) -> str:
    """The address of an experiment's charts, which MLflow's front page does not show."""
    return f"{server}/#/experiments/{experiment}/runs?{_TRAINING}&compareRunsMode=CHART" if supported() else f"{server}/"


def league_addresses(server: str, league: str, experiment: str, run: str, views: Sequence[View]) -> dict[str, str]:
    """The pages of a league: label → address.

    Args:
        server: The address of MLflow's server.
        league: The league's name.
        experiment: MLflow's id of the game's experiment.
        run: MLflow's id of the league's run.
        views: The league's saved views.
    """
    if not supported():
        return {league: f"{server}/"}
    charts = charts_address(server, experiment)
    return {
        **{f"{league}: {view.name}": f"{charts}&viewStateShareKey={key_of(league, view.name)}" for view in views},
        f"{league}: report": f"{server}/#/experiments/{experiment}/runs/{run}/artifacts/report.html?{_TRAINING}",
        f"{league}: champions": f"{server}/#/models/{league}",
    }
