"""`league evaluate` on leagues that are as small as they can be."""

import json
import shutil

import pytest
import yaml

from envs.description import describe
from league import League
from league.evaluation.examination import examine, tickets
from league.evaluation.scorecard import TARGETS
from league.experiments import evaluating
from league.experiments.evaluating import Asked, evaluate_configuration, evaluate_player
from league.storage.store import Store, leagues

SIGNAL = {
    "name": "duo",
    "game": {"name": "native/signal"},
    "generations": 1,
    "population": 1,
    "tracking": False,
    "policy": {"hidden": [4]},
    "train": {"copies": 4, "steps": 4, "updates": 1, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 2, "bootstrap": 20, "replays": False},
    "evaluation": {"variations": [{"name": "longer", "options": {"steps": 3}}], "episodes": 20},
}


@pytest.fixture
def cup(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "home")
    return tmp_path / "home"


def test_a_configuration_is_trained_on_every_seed_once_and_has_a_card(tmp_path):
    asked = Asked(tmp_path, executor="serial")
    card = evaluate_configuration(SIGNAL, asked, seeds=2)
    assert leagues(tmp_path) == ["duo-s0", "duo-s1"]
    written = {name: (tmp_path / "leagues" / name / "league.db").stat().st_mtime_ns for name in leagues(tmp_path)}
    assert evaluate_configuration(SIGNAL, asked, seeds=2) == card
    assert written == {name: (tmp_path / "leagues" / name / "league.db").stat().st_mtime_ns for name in leagues(tmp_path)}
    assert card.criterion == "what the game declares in its infos"
    found = {each.name: each for each in card.measures}
    assert [each.name for each in found["generalisation"].details] in ([], ["longer"])
    assert found["success_rate"].details[0].games == 20
    page = (tmp_path / "scorecards" / "duo" / "scorecard.html").read_text("utf-8")
    assert "Sample efficiency" in page


def test_a_player_has_a_card_on_the_command_line_in_the_report_and_in_the_solution(cli_run, cup, tmp_path):
    said = cli_run("evaluate", "smoke/champion", "--episodes", 20, "--executor", "serial", "--json", "--home", cup)
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert list(found["measures"]) == list(TARGETS)
    assert found["kind"] == "player"
    assert found["measures"]["stability"]["verdict"] == "not measurable"
    assert found["met"] + found["missed"] + found["not_measurable"] == 6
    said = cli_run("evaluate", "smoke/champion", "--episodes", 20, "--executor", "serial", "--home", cup)
    assert "not measurable" in said.out
    assert cli_run("report", "smoke", "--out", tmp_path, "--home", cup).code == 0
    assert "Score card" in (tmp_path / "report.html").read_text("utf-8")
    (card,) = yaml.safe_load((tmp_path / "solution.yaml").read_text("utf-8"))["score_cards"]
    assert card["measures"]["success_rate"]["value"] == found["measures"]["success_rate"]["value"]


def test_no_game_of_an_examination_has_a_seed_of_the_league(finished, monkeypatch):
    jobs = []
    store = Store.open(finished, "smoke")
    used = {result.ticket.seed for result in store.matches()}
    monkeypatch.setattr(evaluating, "used_seeds", lambda store, seeds: frozenset(list(seeds)[:40]))
    monkeypatch.setattr(evaluating, "examine", lambda job: jobs.append(job) or examine(job))
    monkeypatch.setattr(evaluating, "write_card", lambda *rest: None)
    monkeypatch.setattr(evaluating.evaluations, "save", lambda *rest: None)
    evaluate_player("smoke/champion", Asked(finished, 20, executor="serial"))
    (job,) = jobs
    played = {ticket.seed for ticket in tickets(job, describe(job.arena.setup), job.opponents)}
    assert played
    assert not played & (used | job.used)


def test_leagues_with_other_seeds_are_found(finished, tmp_path, smoke):
    shutil.copytree(finished, tmp_path / "home")
    League(smoke({"name": "second", "seed": 7}), tmp_path / "home").run()
    League(smoke({"name": "third", "seed": 7, "train.epochs": 1}), tmp_path / "home").run()
    card = evaluate_player("smoke/champion", Asked(tmp_path / "home", 10, executor="serial"))
    found = {each.name: each for each in card.measures}
    assert len(found["stability"].details) == 2
    assert [each.name for each in found["generalisation"].details] == ["opponents never met"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("smoke/main-01",), "still learns"),
        (("smoke/nobody",), "has no player 'nobody'"),
        (("smok",), "neither a file nor a preset"),
        (("smoke/champion", "--seeds", 2), "are for configurations"),
        (("signal", "--seeds", 1, "--set", "evaluation.variations=[{name: x, options: {goals: 3}}]", "--set", "generations=1",
          "--set", "train.updates=1", "--set", "population=1", "--set", "tracking=false", "--set", "tournament.replays=false",
          "--executor", "serial"),
         "has other agents, spaces or states"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_is_one_sentence(cli_run, cup, arguments, sentence):
    said = cli_run("evaluate", *arguments, "--home", cup)
    assert said.code == 2
    assert sentence in " ".join(said.err.split())
