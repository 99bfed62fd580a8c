"""What was measured on request, in MLflow."""

from league.evaluation.crossplay import CrossPlay, Partnership
from league.evaluation.scorecard import TARGETS, Measured, ScoreCard
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


def test_a_score_card_is_a_page_and_metrics_of_the_league(league, home):
    sync_mlflow(league, home, fail)
    values = {"success_rate": 0.95, "stability": None}
    measures = [
        Measured(name, value, None, None, str(TARGETS[name]), "met" if value else "not measurable", "")
        for name, value in values.items()
    ]
    player = f"{league.name}/main-01-g001"
    card = ScoreCard(player, "player", "g", "a win", [player], [0], 200, 0, ["bot:random"], measures, [])
    evaluations.save(league.folder, "scorecard-main-01-g001", card.stored())
    show_evaluations(league, fail)
    run = runs(home)[league.name]
    assert {"scorecard-main-01-g001.html", "scorecard-main-01-g001.json"} <= set(files(home, run))
    assert run.data.metrics["scorecard/success_rate"] == 0.95
    assert (run.data.metrics["scorecard/met"], run.data.metrics["scorecard/not_measurable"]) == (1, 1)
    assert "scorecard/stability" not in run.data.metrics


def test_a_league_that_is_not_in_mlflow_is_left_alone(league, home):
    show_evaluations(league, fail)
    assert not runs(home)
