"""What is done with MLflow's runs: whole files, one point each, in calls that MLflow takes."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from league.plotting.png import EncodedImage
from league.tracking import client
from league.tracking.experiment import METRICS_PER_CALL, PARAMS_PER_CALL, Experiment, number_in

GAME = "classic/go_v5"


@pytest.fixture
def experiment(home: Path) -> Experiment:
    return Experiment.open(client.connect(home), home, GAME)


@pytest.fixture
def run(experiment: Experiment) -> Any:
    return experiment.create("it", 1000, {"kind": "league"})


def again(experiment: Experiment, run: Any) -> Any:
    """The run as MLflow has it now."""
    return experiment.client.get_run(run.info.run_id)


def test_an_experiment_is_made_once(home: Path, experiment: Experiment) -> None:
    assert Experiment.open(client.connect(home), home, GAME).id == experiment.id


def test_an_experiment_that_was_deleted_is_restored(home: Path, experiment: Experiment) -> None:
    experiment.client.delete_experiment(experiment.id)
    assert Experiment.open(client.connect(home), home, GAME).id == experiment.id
    assert experiment.client.get_experiment(experiment.id).lifecycle_stage == "active"


def test_more_than_mlflow_takes_in_one_call_is_logged_in_several(experiment: Experiment, run: Any) -> None:
    points = [(1000 + step, step, {"elo": float(step)}) for step in range(METRICS_PER_CALL + 1)]
    params = {f"setting.{number}": str(number) for number in range(2 * PARAMS_PER_CALL + 1)}
    experiment.log(run, points, params, {"mark": "7"})
    assert len(experiment.client.get_metric_history(run.info.run_id, "elo")) == METRICS_PER_CALL + 1
    assert again(experiment, run).data.params == params
    assert number_in(again(experiment, run), "mark") == 7


def test_a_param_that_is_there_stays(experiment: Experiment, run: Any) -> None:
    experiment.log(run, [], {"seed": "1"})
    experiment.log(again(experiment, run), [], {"seed": "2"})
    assert again(experiment, run).data.params == {"seed": "1"}


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_nothing_else(
    experiment: Experiment, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment.write_files(run, {"page.html": b"old"})

    def full(self: Path, content: bytes) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            experiment.write_files(run, {"page.html": b"new"})
    assert [(path.name, path.read_bytes()) for path in experiment.folder(run).iterdir()] == [("page.html", b"old")]


def test_an_image_that_is_added_again_is_there_once(experiment: Experiment, run: Any) -> None:
    image = EncodedImage(np.zeros((4, 4, 3), np.uint8))
    assert not experiment.has_image(run, "payoff", 1)
    for at in (1000, 2000):
        experiment.add_image(run, "payoff", 1, at, image)
    assert len(list((experiment.folder(run) / "images").iterdir())) == 2  # whole and small
    assert experiment.has_image(run, "payoff", 1)
    assert not experiment.has_image(run, "payoff", 11)


def test_a_run_ends_and_goes_on(experiment: Experiment, run: Any) -> None:
    experiment.set_end(run, 5000)
    ended = again(experiment, run)
    assert (ended.info.status, ended.info.end_time) == ("FINISHED", 5000)
    experiment.set_end(ended, None)
    assert again(experiment, run).info.status == "RUNNING"


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("", -1), ("x", -1), ("-3", -1)])
def test_a_tag_that_is_no_number_counts_as_none(experiment: Experiment, run: Any, text: str, number: int) -> None:
    experiment.log(run, [], tags={"mark": text})
    assert number_in(again(experiment, run), "mark") == number


def test_a_database_that_puts_a_runs_files_elsewhere_writes_none(experiment: Experiment, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    entity = SimpleNamespace(info=SimpleNamespace(artifact_uri=outside.as_uri()))
    with pytest.raises(OSError, match="puts files into"):
        experiment.write_files(entity, {"page.html": b"theirs"})
    assert list(outside.iterdir()) == []
