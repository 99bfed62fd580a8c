"""The identity of a league: what belongs to it, and that new settings leave the identities of old leagues alone."""

import pytest
import yaml
from pydantic import Field

from league.config.identity import FORMAT_1, what_counts
from league.config.load import load_config, presets
from league.config.schema import LeagueConfig, check, to_yaml
from league.config.sections import TrainConfig

# Computed by commit 05c64ed, which wrote the first format of the store.
OF_PRESETS = {
    "connect-four": "0aa796479a87ddb18ebf4ec375d6b5f5840fdee19b18db2275ae51073f23e952",
    "rps": "05cdaceb97e7d41059017175d1839210ca7e8fbdd89b7cb44e73c3821bc44c5c",
    "smoke": "674d279a8072afdf624b9fe3a03e5b12664550dc9d89f9e277556a843076a06a",
    "tag": "cec7e9e9ab7e9d85b2b700fc4222d111666da3572b5c2aeb5476bd101a9361f4",
    "tictactoe": "62e44f99fa08e1339831045d38bc09868facd1cd640d09130968872acbbe7f93",
}
MANY = {
    "seed": 7,
    "game.options": {"a": 1},
    "hyper.clip": {"high": 0.3},
    "train.steps": 11,
    "arena.workers": 2,
    "name": "other",
    "tournament.replays": False,
    "policy.hidden": [4, 4],
    "evolution.operators": {"clone": 2.0},
    "compute.executor": "processes",
}
GAME = {"name": "classic/tictactoe_v3"}
OF_MANY = "cde25652e348e99c8d8a7190406e9ff5615a6732c33af5090b849a7a18bd134f"


class NewTrainConfig(TrainConfig):
    patience: int = 3
    table: dict[str, int] = Field(default_factory=lambda: {"a": 1})


class NewLeagueConfig(LeagueConfig):
    """The configuration of a version to come."""

    train: NewTrainConfig = Field(default_factory=NewTrainConfig)
    horizon: int = 5


def counts(**changes):
    mine = NewLeagueConfig(name="mine", game=GAME, **changes)
    return what_counts(mine, NewLeagueConfig(name="any", game={"name": "any"}), FORMAT_1)


@pytest.mark.parametrize("preset", sorted(OF_PRESETS))
def test_presets_have_the_identity_that_they_had_in_the_first_format(preset):
    assert load_config(preset).identity() == OF_PRESETS[preset]


def test_a_league_keeps_the_number_of_copies_that_was_the_default_when_it_began():
    """Leagues store every setting, so that `tournament.copies`, once 256 for every game, stays what it was."""
    begun = load_config("smoke", {"tournament.copies": 256})
    stored = check(yaml.safe_load(to_yaml(begun)))
    assert stored.tournament.copies == 256
    assert stored.identity() == begun.identity() == OF_PRESETS["smoke"]
    assert stored.identity() != load_config("smoke", {"tournament.copies": None}).identity()


def test_settings_of_the_first_format_are_hashed_as_they_were():
    assert load_config("smoke", MANY).identity() == OF_MANY


def test_every_preset_of_the_first_format_is_still_there():
    assert set(OF_PRESETS) <= set(presets())


def test_a_new_setting_at_its_default_does_not_count():
    assert counts() == what_counts(
        LeagueConfig(name="mine", game={"name": "classic/tictactoe_v3"}),
        LeagueConfig(name="any", game={"name": "any"}),
        FORMAT_1,
    )


def test_a_new_setting_with_another_value_counts():
    assert counts(horizon=6)["horizon"] == 6
    assert counts(train={"patience": 4})["train"]["patience"] == 4


def test_a_new_table_counts_as_a_whole():
    assert counts(train={"table": {}})["train"]["table"] == {}
