"""`league comms` and `league crossplay` on a league of the smallest size."""

import json

import pytest

from league import League
from league.config.schema import LeagueConfig
from league.storage import evaluations

SETTINGS = {
    "name": "duo",
    "game": {"name": "native/signal"},
    "generations": 1,
    "population": 2,
    "tracking": False,
    "policy": {"hidden": [8], "memory": "gru", "memory_size": 4},
    "comms": {"topology": "complete", "message_size": 1},
    "train": {"copies": 4, "steps": 4, "updates": 1, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 2, "bootstrap": 20, "replays": False},
    "compute": {"executor": "serial"},
}


@pytest.fixture(scope="module")
def duo(once):
    """A league of one generation whose players send messages."""
    return once("duo", lambda home: League(LeagueConfig(**SETTINGS), home).run())


def test_comms_prints_the_worth_of_messages_and_trains_the_control_once(cli_run, duo, tmp_path):
    command = ("comms", "duo/champion", "--games", 60, "--executor", "serial", "--home", duo)
    said = cli_run(*command, "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert {"score", "score_cut", "score_trained_without", "chance", "bits_per_step", "edges"} <= set(found)
    assert found["score_trained_without"] is not None
    assert found["score_without_memory"] is not None
    (control,) = (duo / "controls" / "leagues").iterdir()
    assert found["control"].startswith(control.name)
    trained = (control / "league.db").stat().st_mtime_ns
    again = cli_run(*command)
    assert again.code == 0
    assert "trained without messages" in again.out
    assert (control / "league.db").stat().st_mtime_ns == trained
    assert [name.partition("-")[0] for name in evaluations.names(duo / "leagues" / "duo")] == ["comms"]


def test_crossplay_of_a_league_fills_its_teams_from_two_players(cli_run, duo):
    said = cli_run("crossplay", "duo", "--games", 4, "--executor", "serial", "--json", "--home", duo)
    found = json.loads(said.out)
    assert {"players", "pairs", "self_play", "cross_play", "diversity"} <= set(found)
    assert sum(pair["talk"] for pair in found["pairs"]) == 4  # two players, each alone and with the other
    assert "with others" in cli_run("crossplay", "duo", "--games", 4, "--executor", "serial", "--home", duo).out


def test_the_report_shows_what_was_measured(cli_run, duo, tmp_path):
    cli_run("comms", "duo/champion", "--games", 2, "--no-train-control", "--executor", "serial", "--home", duo)
    cli_run("crossplay", "duo", "--games", 2, "--executor", "serial", "--home", duo)
    assert cli_run("report", "duo", "--out", tmp_path, "--home", duo).code == 0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "What messages are worth" in page
    assert "Who can work with whom" in page


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("comms", "bot:random"), "is no player of a league"),
        (("comms", "duo/main-01"), "still learns"),
        (("comms", "duo/champion", "--against", "bot:random"), "all seats are one team"),
        (("crossplay", "duo/champion", "duo/champion"), "named twice"),
        (("crossplay", "nowhere"), "no league"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(cli_run, duo, arguments, sentence):
    said = cli_run(*arguments, "--home", duo)
    assert said.code == 2
    assert sentence in " ".join(said.err.split())
