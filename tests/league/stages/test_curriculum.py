"""Leagues with a curriculum, ways to explore and a reward of their own, from generation to generation."""

import pytest

from league import League
from league.config.schema import check
from league.errors import LeagueError
from league.execution import tasks
from league.population.curriculum import Position

CHASE = {
    "name": "smoke",
    "game": {"name": "native/chase", "options": {"size": 6, "chasers": 1, "steps": 8}},
    "generations": 4,
    "population": [
        {"count": 1, "exploration": [{"rnd": {"hidden": 4, "features": 4}}, {"count": {"buckets": 64}}]},
        {"count": 1, "learner": "dqn", "exploration": {"ucb": {"buckets": 64}}, "learner_options": {"replay": 500}},
    ],
    "reward": [
        "task",
        {"progress": {"weight": -0.1, "info": "distance"}},
        {"safety": {"weight": 0.1, "info": "bumped"}},
        {"efficiency": 0.01},
    ],
    "curriculum": [
        {"name": "tiny", "options": {"size": 4, "speed": 0.0, "obstacles": 0.0}, "success_threshold": 0.1, "window": 10},
        {"name": "blind", "reward": {"progress": 0.0}, "success_threshold": 0.99, "max_episodes": 10},
        {"name": "whole"},
    ],
    "policy": {"hidden": [4]},
    "train": {"copies": 8, "steps": 8, "updates": 2, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 2, "past": 1, "bootstrap": 20, "replays": False},
    "evolution": {"replace": 0},
    "compute": {"executor": "serial"},
    "tracking": False,
}


def refused(**changes):
    with pytest.raises(LeagueError) as refusal:
        League(check(CHASE | changes))
    return str(refusal.value)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The arenas and the hyper-parameters of the tasks of a league, and the league."""
    trained, played = [], []
    home = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        train, play = tasks.train, tasks.play
        patch.setattr(tasks, "train", lambda task: trained.append(task) or train(task))
        patch.setattr(tasks, "play", lambda task: played.append(task) or play(task))
        result = League(CHASE, home).run()
    return trained, played, result, home


def test_players_train_in_the_stages_and_are_measured_in_the_game_of_the_league(seen):
    trained, played, result, _ = seen
    found = [Position.of(row.figures) for row in result.store.generations()]
    assert [place.stage for place in found] == [0, 1, 2, 2]
    assert [place.passed for place in found[:2]] == [True, False]
    assert [task.arena.setup.options["size"] for task in trained] == [4, 4, 6, 6, 6, 6, 6, 6]
    assert {task.arena.setup.options["size"] for task in played} == {6}
    assert {task.arena.facts for task in played} == {()}


def test_a_stage_has_weights_of_its_own_and_the_players_keep_theirs(seen):
    trained, _, result, _ = seen
    assert [task.trainees[0].hyper["reward_progress"] for task in trained[::2]] == [-0.1, 0.0, -0.1, -0.1]
    assert {player.hyper["reward_progress"] for player in result.store.players("active")} == {-0.1}


def test_returns_are_those_of_the_game_whatever_players_are_paid(seen):
    _, _, result, _ = seen
    records = result.store.select("SELECT games, mean_return FROM training WHERE games > 0")
    assert all(0.0 <= mean <= 1.0 for _, mean in records)
    figures = result.store.select("SELECT figures FROM updates")
    assert any("designed_reward" in row[0] for row in figures)
    assert any("intrinsic_reward" in row[0] for row in figures)


def test_a_league_stopped_after_every_generation_ends_like_one_never_interrupted(seen, facts, tmp_path):
    *_, home = seen
    for generations in (1, 2, 3):
        League(CHASE | {"generations": generations}, tmp_path).run(resume=generations > 1)
    League(CHASE, tmp_path).run(resume=True)
    assert facts(home) == facts(tmp_path)
    states = {player.name: player.learner_state for player in League(CHASE, tmp_path).run(resume=True).store.players("active")}
    assert states == {player.name: player.learner_state for player in seen[2].store.players("active")}


def test_the_last_stage_must_be_the_game_of_the_league():
    assert "the last stage, 'tiny', has another game than the league" in refused(curriculum=CHASE["curriculum"][:1])


def test_a_stage_with_other_seats_is_refused():
    stages = [{"name": "crowd", "options": {"chasers": 2}}, {"name": "whole"}]
    assert "in the stage 'crowd', native/chase has other agents, spaces or states" in refused(curriculum=stages)


def test_a_stage_that_weighs_an_unknown_term_is_refused():
    stages = [{"name": "kind", "reward": {"kindness": 1.0}}, {"name": "whole"}]
    assert "the stage 'kind' weighs 'kindness', which is no term" in refused(curriculum=stages)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"reward": [{"progress": {"weight": 1}}]}, "the term progress needs either info or function"),
        ({"reward": ["task", "task"]}, "'task' is there twice"),
        ({"reward": ["tasks"]}, "there is no term 'tasks'; did you mean 'task'?"),
        ({"reward": ["task", {"safety": {"info": "hit"}}]}, "never had the key 'hit'"),
        ({"reward": ["task", "curiosity"], "population": 1}, "curiosity weighs what ways to explore pay"),
        ({"exploration": "rdn", "population": 1}, "there is no way to explore 'rdn'; did you mean 'rnd'?"),
        ({"exploration": {"rnd": {"hiden": 3}}, "population": 1}, "has no option 'hiden'"),
        ({"exploration": "ucb", "population": 1}, "ucb chooses actions by their values"),
        ({"exploration": ["ucb", "softmax"], "learner": "dqn", "population": 1}, "ucb and softmax both choose the actions"),
        ({"hyper": {"icm_weight": 1.0}, "population": 1}, "icm_weight"),
    ],
)
def test_what_does_not_fit_is_one_sentence(settings, words):
    assert words in refused(**{"curriculum": [], **settings})
