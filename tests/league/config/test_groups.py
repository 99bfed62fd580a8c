"""A population in groups: what a group inherits, what it may not say, and what it does to the identity."""

from typing import Any

import pytest
import yaml

from league.config.schema import GroupConfig, LeagueConfig, check, to_yaml
from league.config.sections import PolicyConfig
from league.errors import LeagueError

GAME = {"name": "classic/tictactoe_v3"}


def config(population: Any, **settings: Any) -> LeagueConfig:
    return check({"name": "mine", "game": GAME, "population": population} | settings)


def refused(population: Any, **settings: Any) -> str:
    with pytest.raises(LeagueError) as refusal:
        config(population, **settings)
    return str(refusal.value).removeprefix("the configuration: ")


def test_a_number_is_one_group_with_the_settings_of_the_league():
    (group,) = config(3, policy={"hidden": [8]}, hyper={"gamma": 0.98}).groups
    assert (group.count, group.policy.hidden, group.hyper.gamma.start, group.league_role) == (3, [8], 0.98, "main agent")


def test_a_group_takes_what_it_does_not_say_from_its_league():
    one, two = config([{"count": 3}, {"count": 2, "policy": {"activation": "relu"}}], policy={"hidden": [8]}).groups
    assert (one.policy.hidden, one.policy.activation) == ([8], "tanh")
    assert (two.policy.hidden, two.policy.activation) == ([8], "relu")


def test_a_number_in_a_group_moves_the_start_within_the_range_of_its_league():
    hyper = {"learning_rate": {"start": 1e-3, "low": 1e-4, "high": 2e-3}}
    (group,) = config([{"count": 2, "hyper": {"learning_rate": 5e-4}}], hyper=hyper).groups
    rate = group.hyper.learning_rate
    assert (rate.start, rate.low, rate.high) == (5e-4, 1e-4, 2e-3)


def test_a_range_in_a_group_lies_around_the_start_of_its_league():
    (group,) = config([{"count": 2, "hyper": {"gamma": {"low": 0.95}}}], hyper={"gamma": 0.97}).groups
    assert (group.hyper.gamma.start, group.hyper.gamma.low) == (0.97, 0.95)


def test_a_group_with_another_learner_takes_the_hyper_parameters_that_this_has():
    ppo, a2c = config([{"count": 2}, {"count": 2, "learner": "a2c"}], hyper={"clip": 0.1, "gamma": 0.98}).groups
    assert (ppo.learner, ppo.hyper.start()["clip"]) == ("ppo", 0.1)
    assert (a2c.learner, a2c.hyper.start()["gamma"], "clip" in a2c.hyper.start()) == ("a2c", 0.98, False)


def test_a_group_takes_the_learner_of_its_league():
    assert [group.learner for group in config([{"count": 2}, {"count": 1}], learner="a2c").groups] == ["a2c", "a2c"]


def test_a_configuration_with_two_learners_comes_back_from_its_own_yaml():
    given = config([{"count": 3}, {"count": 1, "learner": "a2c"}], hyper={"clip": 0.1})
    assert check(yaml.safe_load(to_yaml(given))) == given


def test_groups_made_in_python_inherit_as_those_of_a_file_do():
    made = LeagueConfig(
        name="mine",
        game=GAME,
        policy=PolicyConfig(hidden=[8]),
        population=[GroupConfig(count=2, policy=PolicyConfig(activation="relu"))],
    )
    assert made == config([{"count": 2, "policy": {"activation": "relu"}}], policy={"hidden": [8]})


def test_a_configuration_with_groups_comes_back_from_its_own_yaml():
    given = config(
        [{"count": 3}, {"count": 1, "policy": {"hidden": [4]}, "league_role": "main exploiter"}], hyper={"clip": 0.1}
    )
    assert check(yaml.safe_load(to_yaml(given))) == given


def test_the_players_of_a_league_are_those_of_all_groups():
    assert config([{"count": 3}, {"count": 2}]).players == 5


@pytest.mark.parametrize(
    ("population", "sentence"),
    [
        ([{"count": 3, "polcy": {}}], "there is no setting 'population.0.polcy'; did you mean 'population.0.policy'?"),
        (
            [{"count": 3}, {"count": 1, "policy": {"hiden": [3]}}],
            "there is no setting 'population.1.policy.hiden'; did you mean 'population.1.policy.hidden'?",
        ),
        ([{"policy": {"hidden": [3]}}], "population.0.count is missing"),
        (
            [{"count": 3, "learner": "a2c", "hyper": {"clip": 0.1}}],
            "there is no setting 'population.0.hyper.clip' (there are learning_rate, entropy, gamma, gae_lambda)",
        ),
        ([{"count": 0}], "population.0.count is 0, but: input should be greater than or equal to 1"),
        ([3], "population.0 is 3, but: input should be a valid dictionary or instance of GroupConfig"),
        ([], "population is [], but: list should have at least 1 item after validation, not 0"),
        ([{"count": 1000}, {"count": 25}], "settings: population has 1025 players in its groups; the maximum is 1024"),
        (
            [{"count": 3}, {"count": 2, "league_role": "boss"}],
            "population.1.league_role is 'boss', but: input should be 'main agent', 'main exploiter' or 'league exploiter'",
        ),
    ],
)
def test_a_wrong_group_is_answered_in_one_sentence(population, sentence):
    assert refused(population) == sentence


def test_every_group_needs_room_for_its_elite_and_its_newborn():
    sentence = refused([{"count": 3}, {"count": 2}], evolution={"elite": 2, "replace": 1})
    assert sentence == "settings: evolution.elite 2 plus evolution.replace 1 must not exceed population.1.count 2"


def test_a_group_of_one_is_never_replaced_and_needs_no_room():
    assert config([{"count": 3}, {"count": 1}], evolution={"elite": 2, "replace": 1}).players == 4


def test_a_fault_of_the_league_is_named_once_and_not_for_every_group():
    assert refused([{"count": 3}, {"count": 1}], policy={"hiden": [3]}).count("\n") == 0


@pytest.mark.parametrize(
    "population",
    [
        [{"count": 3}, {"count": 2}],
        [{"count": 3}, {"count": 1, "policy": {"hidden": [4]}}],
        [{"count": 3}, {"count": 1, "league_role": "main exploiter"}],
        [{"count": 3}, {"count": 1, "learner": "a2c"}],
        [{"count": 1}, {"count": 3}],
    ],
)
def test_groups_are_part_of_the_identity(population):
    assert config(population).identity() != config([{"count": 3}, {"count": 1}]).identity()


def test_what_a_group_inherits_is_not_said_twice_in_the_identity():
    spelt_out = {"count": 3, "policy": {"hidden": [64, 64]}, "league_role": "main agent"}
    assert config([spelt_out, {"count": 1}]).identity() == config([{"count": 3}, {"count": 1}]).identity()
