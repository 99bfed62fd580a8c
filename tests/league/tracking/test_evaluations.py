"""What was measured on request, in MLflow."""

from league.evaluation.crossplay import CrossPlay, Partnership
from league.storage import evaluations
from league.tracking.sync import show_evaluations
from tests.league.paper_league import fail, files, runs, sync_mlflow
from tournaments.rating.crossplay import Cooperation, Diversity

FOUND = CrossPlay(
    "chores",
    0,
    "seat_0",
    True,
    "bot:random",
    [Cooperation("a", 1.0, None, "a", 1.0, None, None, None)],
    [Partnership(one, other, 1.0, None, None, 2, talk=False) for one in ("a", "bot:random") for other in ("a", "bot:random")],
    1.0,
    None,
    Diversity(1.0, 1.0, 1),
    [],
)


def test_an_evaluation_is_an_artifact_of_the_league(league, home):
    sync_mlflow(league, home, fail)
    evaluations.save(league.folder, "crossplay", FOUND.plain())
    show_evaluations(league, fail)
    assert {"crossplay.json", "crossplay.png"} <= set(files(home, runs(home)[league.name]))


def test_a_league_that_is_not_in_mlflow_is_left_alone(league, home):
    show_evaluations(league, fail)
    assert not runs(home)
