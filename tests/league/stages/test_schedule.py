"""Options of the game and learning rates that change in training, by generation."""

import pytest

from envs.faults import GameError
from league import League
from league.config.schema import LeagueConfig, check
from league.errors import LeagueError
from league.execution import tasks

ANNEALING = {"begin": 1, "end": 3, "share": 0.1}

TRAFFIC = {
    "name": "smoke",
    "game": {
        "name": "native/traffic_junction",
        "options": {"arrival": 0.3},
        "schedule": {"arrival": {"first": 0.1, "begin": 1, "end": 3}},
    },
    "generations": 4,
    "population": 1,
    "policy": {"hidden": [4]},
    "train": {"copies": 2, "steps": 4, "updates": 1, "epochs": 1, "minibatches": 1, "annealing": ANNEALING},
    "tournament": {"games": 2, "past": 1, "bootstrap": 20, "replays": False},
    "evolution": {"replace": 0},
    "compute": {"executor": "serial"},
    "tracking": False,
}


def traffic(game: dict[str, object]) -> LeagueConfig:
    return check(TRAFFIC | {"game": TRAFFIC["game"] | game})


def refused(game: dict[str, object]) -> str:
    with pytest.raises(LeagueError) as refusal:
        League(traffic(game))
    return str(refusal.value)


def test_an_option_rises_linearly_between_two_generations():
    arrivals = [traffic({}).game.training_setup(number).options["arrival"] for number in range(6)]
    assert arrivals == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.3, 0.3])


def test_a_whole_number_stays_one():
    ramp = {"first": 9, "begin": 0, "end": 4}
    game = LeagueConfig(name="mine", game={"name": "any", "options": {"size": 3}, "schedule": {"size": ramp}}).game
    sizes = [game.training_setup(number).options["size"] for number in range(6)]
    assert sizes == [9, 8, 6, 4, 3, 3]
    assert all(type(size) is int for size in sizes)


def test_players_train_with_the_schedule_and_are_measured_with_the_last_value_whoever_resumes(tmp_path, facts, monkeypatch):
    trained, played, rates = [], [], []

    def noting(work, seen):
        return lambda task: seen.append(task.arena.setup.options["arrival"]) or work(task)

    def noting_rates(task, work=tasks.train):
        rates.append(task.trainees[0].hyper["learning_rate"])
        return work(task)

    monkeypatch.setattr(tasks, "train", noting_rates)
    monkeypatch.setattr(tasks, "train", noting(tasks.train, trained))
    monkeypatch.setattr(tasks, "play", noting(tasks.play, played))
    whole = League(TRAFFIC, tmp_path / "whole").run()
    assert [player.hyper["learning_rate"] for player in whole.store.players("active")] == [1e-3]
    assert rates == pytest.approx([1e-3, 1e-3, 5.5e-4, 1e-4])
    assert trained == pytest.approx([0.1, 0.1, 0.2, 0.3])
    assert set(played) == {0.3}
    League(TRAFFIC | {"generations": 2}, tmp_path / "parts").run()
    League(TRAFFIC, tmp_path / "parts").run(resume=True)
    assert facts(tmp_path / "whole") == facts(tmp_path / "parts")


def test_a_schedule_changes_the_identity_of_a_league_and_the_lack_of_one_does_not():
    assert traffic({}).identity() != traffic({"schedule": {}}).identity()
    assert "schedule" not in LeagueConfig(name="mine", game={"name": "any"}).game.model_dump(exclude_defaults=True)


def test_a_schedule_of_an_option_without_a_value_is_one_sentence():
    assert refused({"options": {}}) == (
        "the configuration: game: game.schedule.arrival needs a number in game.options.arrival: the value at its end"
    )


def test_a_schedule_that_ends_before_it_begins_is_one_sentence():
    assert "end 1 must be a later generation than begin 1" in refused(
        {"schedule": {"arrival": {"first": 0.1, "begin": 1, "end": 1}}}
    )


def test_a_schedule_that_changes_what_seats_see_is_one_sentence():
    sight = {"options": {"vision": 1}, "schedule": {"vision": {"first": 0, "begin": 1, "end": 2}}}
    assert refused(sight) == (
        "game.schedule: with vision 0, native/traffic_junction has other agents, spaces or states than afterwards"
    )


def test_a_first_value_that_the_game_refuses_is_named():
    with pytest.raises(GameError, match=r"the options \{'arrival': 2\.0\}"):
        League(traffic({"schedule": {"arrival": {"first": 2.0, "begin": 1, "end": 2}}}))


def test_annealing_that_ends_before_it_begins_is_one_sentence():
    with pytest.raises(LeagueError, match="end 1 must be a later generation than begin 1"):
        check(TRAFFIC | {"train": {"annealing": ANNEALING | {"end": 1}}})
