"""Which leagues an experiment has, what they are called, and what cannot be planned."""

import pytest

from league import LeagueConfig, LeagueError, load_config
from league.experiments.plan import maker, parse_grid, plan
from league.population.player import LEAGUE_NAME


def planned(grid, seeds=2, source="smoke", name="", **same):
    return plan(maker(source), same, grid, seeds, name)


def test_every_combination_has_every_seed_and_the_seeds_come_one_after_another():
    found = planned({"train.epochs": [2, 4], "learner": ["ppo", "a2c"]})
    assert [each.config.name for each in found.leagues[:4]] == [
        "smoke-epochs-2-learner-ppo-s0",
        "smoke-epochs-2-learner-a2c-s0",
        "smoke-epochs-4-learner-ppo-s0",
        "smoke-epochs-4-learner-a2c-s0",
    ]
    assert [each.config.seed for each in found.leagues] == [0] * 4 + [1] * 4
    assert found.leagues[1].setting == "train.epochs=2, learner=a2c"
    assert found.leagues[1].config.learner == "a2c"


@pytest.mark.parametrize(
    "grid", [{"policy.hidden": [[8, 8], [16]]}, {"tournament.games": [2], "train.epochs": [*range(1, 40)]}]
)
def test_names_are_names_of_leagues_and_each_is_another_one(grid):
    found = planned(grid, name="x" * 50)
    names = [each.config.name for each in found.leagues]
    assert len(set(names)) == len(names)
    assert all(LEAGUE_NAME.fullmatch(name) for name in names)


def test_a_configuration_a_mapping_and_a_preset_give_the_same_leagues():
    plain = {"name": "smoke", "game": "classic/tictactoe_v3", "train": {"updates": 3}}
    grid = {"learner": ["ppo", "a2c"]}
    from_mapping = [each.config for each in planned(grid, source=plain).leagues]
    assert [each.config for each in planned(grid, source=LeagueConfig(**plain)).leagues] == from_mapping
    preset = planned({}, seeds=[3]).leagues[0].config
    assert preset.identity() == load_config("smoke", {"seed": 3}).identity()
    assert preset.name == "smoke-s3"
    assert plain["train"] == {"updates": 3}


def test_values_of_a_grid_are_yaml():
    assert parse_grid("train.epochs=2,4") == ("train.epochs", [2, 4])
    assert parse_grid("policy.hidden=[16],[32, 32]") == ("policy.hidden", [[16], [32, 32]])
    assert parse_grid("learner=ppo,a2c") == ("learner", ["ppo", "a2c"])


@pytest.mark.parametrize(
    ("grid", "sentence"),
    [
        ({"train.epoch": [1]}, "did you mean 'epochs'|epochs"),
        ({"train.epochs": [0]}, "train.epochs"),
        ({"train.epochs": [2, 2]}, "has a value twice"),
        ({"train.epochs": 2}, "should be a list of values"),
        ({"seed": [1, 2]}, "a grid cannot vary seed"),
        ({"game.name": ["classic/tictactoe_v3", "classic/rps_v2"]}, "play different games"),
        ({"arena.state": ["joint", "own"]}, "cannot vary arena.state"),
    ],
)
def test_what_cannot_be_planned_is_a_sentence(grid, sentence):
    with pytest.raises(LeagueError, match=sentence):
        planned(grid)


@pytest.mark.parametrize("text", ["train.epochs", "=2", "train..epochs=2", "train.epochs="])
def test_a_grid_without_key_or_values_is_a_sentence(text):
    with pytest.raises(LeagueError, match="should look like"):
        parse_grid(text)
