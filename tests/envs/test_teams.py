"""The setup says which agents form a team, which teams have the same aim, and what the roles are called."""

import json

import pytest
from pydantic import TypeAdapter

import envs
from envs.faults import GameError
from envs.game import GameSetup

RPS, SPREAD, TAG = "classic/rps_v2", "mpe2/simple_spread_v3", "mpe2/simple_tag_v3"


def test_teams_with_different_aims_are_on_different_sides():
    game = envs.describe(GameSetup(RPS, sides=(("player_0",), ("player_1",))))
    assert [side.teams for side in game.sides] == [(0,), (1,)]
    assert len(game.roles) == 2


def test_roles_name_what_agents_are():
    game = envs.describe(GameSetup(RPS, roles={"hunter": ("player_0",), "hare": ("player_1",)}))
    assert [side.name for side in game.sides] == ["hunter", "hare"]
    assert [role.name for role in game.roles] == ["hunter", "hare"]
    assert not game.symmetric


def test_a_role_of_all_agents_leaves_a_game_symmetric():
    game = envs.describe(GameSetup(RPS, roles={"thrower": ("player_0", "player_1")}))
    assert [role.name for role in game.roles] == ["thrower"]
    assert game.symmetric


def test_agents_of_one_team_with_equal_spaces_can_have_roles_of_their_own():
    game = envs.describe(GameSetup(SPREAD, roles={"goalkeeper": ("agent_1",)}))
    assert [(role.name, role.seats) for role in game.roles] == [("agent", (0, 2)), ("goalkeeper", (1,))]
    assert game.teams == ((0, 2, 1),)


def test_the_common_part_of_ids_names_all_of_them():
    game = envs.describe(GameSetup(TAG, teams=(("adversary",), ("agent_0",))))
    assert game.teams == ((0, 1, 2), (3,))


def test_published_teams_can_be_put_on_one_side_only_if_their_spaces_are_equal():
    game = envs.describe(GameSetup(TAG, sides=(("adversary", "agent"),)))
    assert [side.name for side in game.sides] == ["adversary", "agent"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"sides": (("player_0",),)}, "The sides of classic/rps_v2 leave out the seat 'player_1'."),
        ({"sides": (("player_0", "player_1"), ("player_1",))}, "name the seat 'player_1' more than once."),
        ({"sides": (("player_0",), ("plyer_1",))}, "name the unknown seat 'plyer_1'; did you mean 'player_1'"),
        ({"sides": (("player",), ())}, "contain an empty side"),
        ({"teams": (("player",),), "sides": (("player_0",), ("player_1",))}, "divide a team: player_0, player_1"),
        ({"roles": {"one": ("player_0",), "two": ("player",)}}, "has two roles, 'one' and 'two'"),
        ({"roles": {"one": ("nobody",)}}, "The role 'one' of classic/rps_v2 names the unknown seat 'nobody'"),
        ({"roles": {"a/b": ("player_0",)}}, "is called 'a/b'; use at most 40 letters"),
        ({"roles": {"one": ("player",)}, "sides": (("player_0",), ("player_1",))}, "'one' of classic/rps_v2 has seats on two"),
    ],
)
def test_what_does_not_fit_is_one_sentence(parts, said):
    with pytest.raises(GameError) as error:
        envs.describe(GameSetup(RPS, **parts))
    assert said in str(error.value)


@pytest.mark.parametrize("parts", [{"sides": (("player_0",), ("player_1",))}, {"roles": {"one": ("player",)}}])
def test_a_twin_does_not_play_a_game_with_other_sides(parts):
    with pytest.raises(GameError, match="sides"):
        envs.make(GameSetup(RPS, **parts), 2, twin="always")


def test_sides_and_roles_are_written_down_where_they_are_given():
    setup = GameSetup(RPS, sides=(("player_0",), ("player_1",)), roles={"one": ("player_0",)})
    assert TypeAdapter(GameSetup).validate_json(json.dumps(setup.plain()), strict=True) == setup
    assert not {"sides", "roles"} & GameSetup(RPS).plain().keys()
