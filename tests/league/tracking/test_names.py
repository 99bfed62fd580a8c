"""Every name and value that a league can have is one that MLflow takes, and no two become one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from league.tracking import client
from league.tracking.experiment import Experiment
from league.tracking.names import LONGEST_NAME, LONGEST_PARAM, identifier, renamed, shortened

HARD = [
    "game.options.rewards.C,C",
    "game.options.rewards.C;C",
    "operators.my ops (copy), v2+/own.py:mutate",
    "a@b=c[0]{1}%20?#",
    "a//b",
    "a/../b",
    "./a",
    "/a",
    "a/",
    "..",
    "..a",
    ".",
    "",
    "x" * 251,
    "x" * 250 + "/",
    "x" * 249 + "/y",
    "x" * 300 + "1",
    "x" * 300 + "2",
    "naïve:ünïcode/名",
    "line\nbreak",
    "trailing\n",
    "half \ud800",
    "nul\0",
]


@pytest.fixture
def experiment(home: Path) -> Experiment:
    return Experiment.open(client.connect(home), home, "classic/go_v5")


def test_mlflow_takes_every_name_after_it_was_changed(experiment: Experiment) -> None:
    run = experiment.create("it", 1000, {})
    experiment.log(run, [(1, 0, dict.fromkeys(HARD, 1.0))], dict.fromkeys(HARD, "v"), {"mark": "1"})
    logged = experiment.client.get_run(run.info.run_id).data
    assert len(logged.params) == len(logged.metrics) == len(HARD)
    assert logged.tags["mark"] == "1"


@given(st.lists(st.text(max_size=300), unique=True, max_size=8))
def test_no_two_names_become_one(names: list[str]) -> None:
    new = renamed(names)
    assert set(new) == set(names)
    assert len(set(new.values())) == len(names)
    assert all(0 < len(name) <= LONGEST_NAME for name in new.values())


@given(st.text(alphabet="abc/.,-", max_size=12), st.text(alphabet="abc/.,-", max_size=12))
def test_what_a_name_becomes_does_not_follow_from_the_order_of_names(one: str, two: str) -> None:
    assert renamed([one, two]) == renamed([two, one])


@pytest.mark.parametrize("name", ["train.updates", "player/elo", "a b:c-d_e", "名", "x" * 250])
def test_a_name_that_mlflow_takes_stays(name: str) -> None:
    assert renamed([name, "a,b"])[name] == name


def test_a_changed_name_can_be_recognised() -> None:
    assert renamed(["rewards.C,C"])["rewards.C,C"] == "rewards.C_C"


def test_long_values_are_cut(experiment: Experiment) -> None:
    run = experiment.create("it", 1000, {"long": "y" * 10_000})
    experiment.log(run, [], {"long": "x" * 10_000, "odd": "a\0b\ud800"}, {"longer": "z" * 10_000})
    logged = experiment.client.get_run(run.info.run_id).data
    assert logged.params["long"] == "x" * (LONGEST_PARAM - 1) + "…"
    assert len(logged.tags["long"]) == len(logged.tags["longer"]) == 8000
    assert len(logged.params["odd"]) == 4


def test_a_text_that_is_short_stays() -> None:
    assert shortened("naïve", 5) == "naïve"


def test_long_identifiers_stay_two() -> None:
    one, two = (identifier("x" * 600 + end, 500) for end in "12")
    assert one != two
    assert len(one) == 500


def test_a_game_with_a_long_name_has_an_experiment(home: Path) -> None:
    game = "/a/rather/long/folder" * 30 + "/game.py:Game"
    experiment = Experiment.open(client.connect(home), home, game)
    run = experiment.create("it", 1000, {})
    experiment.write_files(run, {"page.html": b"page"})
    assert (experiment.folder(run) / "page.html").read_bytes() == b"page"
    assert Experiment.open(client.connect(home), home, game).id == experiment.id
