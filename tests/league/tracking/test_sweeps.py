"""What MLflow shows of a sweep."""

from league import Sweep
from league.tracking import client
from league.tracking.adoption import LEAGUE_RUN
from league.tracking.experiment import PARENT

TINY = {
    "generations": 1,
    "population": 1,
    "train.copies": 4,
    "train.updates": 1,
    "tournament.replays": False,
    "tournament.games": 2,
}


def test_leagues_are_below_the_run_of_their_sweep_once_however_often_it_is_run(home):
    for _ in range(2):
        Sweep("smoke", {"stack": [1, 2]}, 1, settings=TINY, games=2, executor="serial", home=home).run()
    mlflow = client.connect(home)
    (experiment,) = [each for each in mlflow.search_experiments() if each.name != "Default"]
    runs = mlflow.search_runs([experiment.experiment_id])
    (parent,) = [run for run in runs if run.data.tags.get("kind") == "sweep"]
    below = [run for run in runs if run.data.tags.get("kind") == "league"]
    assert {run.data.tags[PARENT] for run in below} == {parent.info.run_id}
    assert sorted(run.data.params["stack"] for run in below) == ["1", "2"]
    assert parent.data.params["grid.stack"] == "[1, 2]"
    assert parent.info.status == "FINISHED"
    for run in below:
        assert run.data.tags[LEAGUE_RUN]
        assert {"sweep/elo", "sweep/score", "sweep/return"} <= set(run.data.metrics)
        assert len(mlflow.get_metric_history(run.info.run_id, "sweep/elo")) == 1
    assert {each.path for each in mlflow.list_artifacts(parent.info.run_id)} == {"sweep.html", "sweep.json"}
