"""`league bench league`: every group of a configuration is measured, and all of them together."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from league.bench import measure
from league.bench.groups import combined, measure_league
from league.config.schema import LeagueConfig, check

CONNECT_FOUR = "classic/connect_four_v3"
POPULATION = [
    {"count": 3},
    {"count": 1, "learner": "a2c", "policy": {"hidden": [8], "memory": "gru", "memory_size": 4}},
]
rates = st.floats(1.0, 1e6)
counts = st.integers(1, 100)


def mixed(**sections: object) -> LeagueConfig:
    small = {
        "name": "bench",
        "game": {"name": CONNECT_FOUR},
        "policy": {"hidden": [16]},
        "population": POPULATION,
        "train": {"copies": 4, "steps": 8},
        "tournament": {"copies": 8, "matches_per_task": 8},
        "evolution": {"replace": 0},
    }
    return check(small | sections)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mixed.yaml"
    path.write_text(json.dumps(mixed().model_dump(mode="json")))
    return path


def test_each_group_trains_with_its_own_learner_and_networks():
    tasks = [measure.train_task(mixed(), 0, group) for group in (0, 1)]
    assert [task.learner for task in tasks] == ["ppo", "a2c"]
    assert [task.architecture.hidden for task in tasks] == [(16,), (8,)]
    assert [task.architecture.memory for task in tasks] == ["none", "gru"]
    assert [set(task.trainees[0].hyper) for task in tasks] == [
        set(mixed().groups[0].hyper.start()),
        set(mixed().groups[1].hyper.start()),
    ]


def test_a_stack_has_as_many_players_as_a_league_trains_together():
    assert [len(measure.train_task(mixed(stack=2), 0, group).trainees) for group in (0, 1)] == [2, 1]


def test_players_of_all_groups_meet_in_the_tournament():
    task = measure.play_tasks(mixed(), 0)[0]
    assert [player.architecture.memory for player in task.contestants.values()] == ["none", "none", "none", "gru"]


def test_every_group_has_a_row_and_so_has_the_whole(cli_run, file):
    said = cli_run("bench", "league", file, "--seconds", "0.05", "--json")
    assert said.code == 0, said.err
    printed = json.loads(said.out)
    rows = [(row["group"], row["players"], row["stack"], row["learner"], row["model"]) for row in printed["groups"]]
    assert rows == [(0, 3, 2, "ppo", "mlp 16"), (1, 1, 1, "a2c", "mlp 8 + gru 4")]
    each = [row["agent_steps_per_second"] for row in printed["groups"]]
    assert min(each) <= printed["agent_steps_per_second"] <= max(each)
    assert printed["games_per_second"] > 0


def test_the_table_has_a_line_for_every_group_and_one_for_all(cli_run, file):
    lines = cli_run("bench", "league", file, "--seconds", "0.05").out.splitlines()
    groups = lines[next(number for number, line in enumerate(lines) if line.lstrip().startswith("group")) + 1 :]
    assert [line.split()[0] for line in groups[:3]] == ["0", "1", "all"]


def test_a_league_whose_population_is_a_number_is_one_group(cli_run):
    small = [word for setting in ("train.copies=4", "train.steps=8", "policy.hidden=[8]") for word in ("--set", setting)]
    said = cli_run("bench", "league", "smoke", *small, "--seconds", "0.05", "--json")
    printed = json.loads(said.out)
    assert [row["group"] for row in printed["groups"]] == [0]
    assert printed["agent_steps_per_second"] == pytest.approx(printed["groups"][0]["agent_steps_per_second"])


def test_a_configuration_that_does_not_fit_is_a_sentence(cli_run, file):
    said = cli_run("bench", "league", file, "--set", "arena.state=none")
    assert (said.code, said.out) == (2, "")
    assert "arena.state" in said.err
    assert "Traceback" not in said.err


def test_the_roofline_is_left_out_where_its_networks_are_others():
    figures = [row.figures.limit for row in measure_league(mixed(), 0.02).groups]
    assert figures[0] > 0
    assert figures[1] == 0


def test_two_groups_of_which_one_is_slow_are_as_fast_as_their_work_takes():
    assert combined([1, 1], [100.0, 300.0]) == pytest.approx(2 / (1 / 100 + 1 / 300))


@given(st.lists(st.tuples(counts, rates), min_size=1, max_size=5))
def test_the_whole_is_neither_slower_nor_faster_than_all_groups(groups):
    players, each = zip(*groups, strict=True)
    assert min(each) * (1 - 1e-9) <= combined(players, each) <= max(each) * (1 + 1e-9)


@given(counts, counts, rates, counts, rates)
def test_dividing_a_group_changes_nothing(one, other, rate, third, another):
    whole = combined([one + other, third], [rate, another])
    assert combined([one, other, third], [rate, rate, another]) == pytest.approx(whole)
