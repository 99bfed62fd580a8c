"""Names become environments, environments become descriptions, and what goes wrong is one clear sentence."""

import warnings
from pathlib import Path

import pytest
import torch

import envs
from envs.game import GameSetup
from envs.naming import named
from envs.registry import construct
from envs.stock.arena import StockArena
from envs.twins.board import BoardArena

GAMES = Path(__file__).parent / "games"
NIM, SKIRMISH, MEDLEY, BROKEN = (f"{GAMES}/{game}.py" for game in ("nim", "skirmish", "medley", "broken"))


def fault(setup: GameSetup | str) -> str:
    with pytest.raises(envs.GameError) as caught:
        envs.describe(setup)
    return str(caught.value)


def named_teams(setup: GameSetup | str) -> list[set[str]]:
    game = envs.describe(setup)
    return [{game.seats[seat] for seat in team} for team in game.teams]


def test_connect_four_has_two_teams_of_one_seat_on_one_side():
    game = envs.describe("classic/connect_four_v3")
    assert (game.teams, len(game.sides), len(game.roles), game.symmetric) == (((0,), (1,)), 1, 1, True)


def test_a_game_whose_import_warns_loads_where_warnings_are_errors(tmp_path):
    (tmp_path / "warns.py").write_text(
        "import warnings\n"
        "warnings.warn('builtin type SwigPyPacked has no __module__ attribute', DeprecationWarning)\n"
        "from pettingzoo.classic import rps_v2\n"
        "def make():\n    warnings.warn('and so does its maker', DeprecationWarning)\n    return rps_v2.parallel_env()\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="The old environment creation API")
        assert envs.describe(f"{tmp_path}/warns.py:make").seats == ("player_0", "player_1")


def test_numbers_of_which_a_game_shows_very_many_are_not_made_one_hot(tmp_path):
    game = envs.describe(f"{GAMES}/odd_spaces.py:armies")
    assert game.roles[0].features == 2 + 30 * 30 + 1
    arena = envs.make(f"{GAMES}/odd_spaces.py:armies", 1, twin="never")
    seen = arena.restart(torch.tensor([0])).observation[0][0, 0]
    arena.close()
    assert seen.tolist() == [1.0, 0.0, *[99_999.0] * 900, 7.0]


def test_a_board_game_is_turn_based_and_its_state_is_both_observations():
    game = envs.describe("classic/connect_four_v3")
    assert (game.turn_based, game.state_size, game.roles[0].observation_shape) == (True, 2 * 6 * 7 * 2, (6, 7, 2))


def test_simple_tag_has_a_side_for_the_predators_and_one_for_the_prey():
    game = envs.describe("mpe2/simple_tag_v3")
    assert [(side.name, side.seats_per_team) for side in game.sides] == [("adversary", 3), ("agent", 1)]


def test_a_simultaneous_game_is_described_from_its_parallel_environment():
    game = envs.describe("mpe2/simple_tag_v3")
    assert (game.turn_based, game.state_size, game.symmetric) == (False, 62, False)


def test_seats_with_different_actions_have_different_roles_on_one_side():
    game = envs.describe("mpe2/simple_world_comm_v3")
    assert [(role.name, role.side, role.seats) for role in game.roles] == [
        ("leadadversary", 0, (0,)),
        ("adversary", 0, (1, 2, 3)),
        ("agent", 1, (4, 5)),
    ]


def test_role_seats_go_team_by_team():
    setup = GameSetup("mpe2/simple_spread_v3", {"N": 4}, teams=(("agent_3", "agent_0"), ("agent_1", "agent_2")))
    [role] = envs.describe(setup).roles
    assert (role.seats, role.per_team) == ((3, 0, 1, 2), 2)


def test_team_seats_go_role_by_role():
    teams = (("watcher_0", "guide_0", "walker_0"),)
    game = envs.describe(GameSetup(f"{MEDLEY}:make", teams=teams))
    assert [game.seats[seat] for seat in game.teams[0]] == [game.seats[role.seats[0]] for role in game.roles]


@pytest.mark.parametrize(
    ("name", "teams"),
    [
        ("mpe2/simple_spread_v3", [{"agent_0", "agent_1", "agent_2"}]),
        ("mpe2/simple_speaker_listener_v4", [{"speaker_0", "listener_0"}]),
        ("mpe2/simple_crypto_v3", [{"eve_0"}, {"bob_0", "alice_0"}]),
        ("classic/go_v5", [{"black_0"}, {"white_0"}]),
        (f"{SKIRMISH}:make", [{"red_0", "red_1"}, {"blue_0", "blue_1"}]),
    ],
)
def test_teams_are_found_without_being_told(name, teams):
    assert named_teams(name) == teams


def test_seats_that_share_a_prefix_play_alone_unless_the_game_is_known():
    assert named_teams(f"{BROKEN}:sound") == [{"a_0"}, {"a_1"}]


def test_teams_with_equal_spaces_share_a_side():
    assert [side.teams for side in envs.describe(f"{SKIRMISH}:make").sides] == [(0, 1)]


def test_padding_does_not_put_predators_and_prey_on_one_side():
    setup = GameSetup("mpe2/simple_tag_v3", {"num_adversaries": 1}, wrappers=(("pad_observations_v0", {}),))
    assert len(envs.describe(setup).sides) == 2


@pytest.mark.parametrize(
    ("teams", "sentence"),
    [
        ((("red_0", "red_1"), ("blue_0", "blew_1")), "name the unknown seat 'blew_1'; did you mean 'blue_1'?"),
        ((("red_0", "red_1"), ("blue_0",)), "leave out the seat 'blue_1'."),
        ((("red_0", "red_1", "blue_0"), ("blue_0", "blue_1")), "name the seat 'blue_0' more than once."),
        ((("red_0", "red_1", "blue_0", "blue_1"), ()), "contain an empty team."),
    ],
)
def test_wrong_teams_are_refused(teams, sentence):
    assert fault(GameSetup(f"{SKIRMISH}:make", teams=teams)) == f"The teams of {SKIRMISH}:make {sentence}"


def test_an_unknown_game_names_the_nearest_known_one():
    assert fault("classic/conect_four_v3") == "Unknown game 'classic/conect_four_v3'; did you mean 'classic/connect_four_v3'?"


def test_an_unknown_family_is_an_unknown_game():
    assert fault("mpe/simple_tag_v3") == "Unknown game 'mpe/simple_tag_v3'; did you mean 'mpe2/simple_tag_v3'?"


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr("envs.registry._NEEDS", {"classic/chess": ("no_such_package",)})
    assert fault("classic/chess_v6") == "classic/chess_v6 needs the package no_such_package: pip install 'pettingzoo[classic]'."


def test_a_missing_family_says_what_to_install(monkeypatch):
    monkeypatch.setitem(envs.registry.FAMILIES, "mpe2", envs.registry.Family("no_such_package", "pip install mpe2"))
    assert fault("mpe2/simple_tag_v3") == "mpe2/simple_tag_v3 needs the package no_such_package: pip install mpe2."


def test_an_option_the_environment_refuses_is_named():
    assert "cannot be made with the options {'max_circles': 3}: TypeError" in fault(
        GameSetup("mpe2/simple_tag_v3", {"max_circles": 3})
    )


def test_a_callable_that_is_not_there_names_the_nearest():
    assert fault(f"{NIM}:mak") == f"{NIM} has no 'mak'; did you mean 'make'?"


def test_a_game_of_ones_own_is_found_in_the_working_directory(monkeypatch):
    monkeypatch.chdir(GAMES)
    assert envs.describe("skirmish:make").seats == envs.describe("skirmish.py:make").seats


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert fault(f"{tmp_path}/nothing.py:make") == f"There is no file {tmp_path}/nothing.py."


def test_something_else_than_an_environment_is_refused():
    sentence = "made an object of type dict, which is neither an AECEnv nor a ParallelEnv."
    assert fault(f"{BROKEN}:not_an_environment") == f"{BROKEN}:not_an_environment {sentence}"


def test_unbounded_actions_are_refused():
    assert "continuous actions need finite bounds" in fault(f"{MEDLEY}:unbounded")


def test_action_spaces_of_other_kinds_are_refused():
    assert "only choices among finitely many actions" in fault(f"{MEDLEY}:written")


def test_continuous_actions_keep_their_bounds():
    game = envs.describe(f"{MEDLEY}:make")
    actions = game.roles[1].actions
    assert (actions.kind, actions.size, actions.low, actions.high) == ("continuous", 2, (-0.5, -0.5), (2.0, 2.0))


def test_wrappers_are_applied_in_order():
    wrappers = (("frame_stack_v1", {"stack_size": 4}), ("dtype_v0", {"dtype": "float64"}))
    game = envs.describe(GameSetup("mpe2/simple_tag_v3", wrappers=wrappers))
    assert [role.observation_shape for role in game.roles] == [(64,), (56,)]


@pytest.mark.parametrize(
    ("wrapper", "sentence"),
    [
        ("frame_stak_v1", "Unknown SuperSuit wrapper 'frame_stak_v1'; did you mean 'frame_stack_v1'?"),
        ("black_death_v3", "The wrapper black_death_v3 is not used here: it ends episodes one step late;"),
        ("concat_vec_envs_v1", "The wrapper concat_vec_envs_v1 is not used here: the arena steps many copies by itself."),
    ],
)
def test_a_wrapper_that_cannot_be_used_is_named_with_the_reason(wrapper, sentence):
    assert fault(GameSetup("mpe2/simple_tag_v3", wrappers=((wrapper, {}),))).startswith(sentence)


@pytest.mark.parametrize("wrapper", ["frame_stack_v1", "flatten_v0"])
def test_a_wrapper_that_does_not_read_dictionaries_is_named(wrapper):
    sentence = fault(GameSetup("classic/connect_four_v3", wrappers=((wrapper, {}),)))
    assert sentence.startswith(
        f"The wrapper {wrapper} does not fit classic/connect_four_v3, whose observations are dictionaries"
    )


def test_auto_takes_the_twin():
    assert isinstance(envs.make("classic/connect_four_v3", 2), BoardArena)


@pytest.mark.parametrize(
    "setup",
    [
        GameSetup("classic/connect_four_v3", teams=(("player_0",), ("player_1",))),
        GameSetup("classic/connect_four_v3", wrappers=(("clip_reward_v0", {}),)),
        GameSetup("mpe2/simple_world_comm_v3"),
    ],
)
def test_auto_takes_the_stock_environment_where_no_twin_covers_the_setup(setup):
    assert isinstance(envs.make(setup, 2), StockArena)


def test_never_takes_the_stock_environment():
    assert isinstance(envs.make("classic/connect_four_v3", 2, twin="never"), StockArena)


def test_always_refuses_a_game_without_a_twin():
    with pytest.raises(envs.GameError, match=r"mpe2/simple_world_comm_v3 has no twin\."):
        envs.make("mpe2/simple_world_comm_v3", 2, twin="always")


def test_an_arena_needs_a_copy():
    with pytest.raises(ValueError, match="at least one copy, not 0"):
        envs.make("classic/connect_four_v3", 0)


def test_known_games_say_whether_they_are_installed_and_have_a_twin():
    listed = {game.name: (game.installed, game.twin) for game in envs.games()}
    assert listed["classic/connect_four_v3"] == (True, True)
    assert listed["mpe2/simple_world_comm_v3"] == (True, False)


def test_pictures_are_asked_for_only_where_wanted():
    setup = GameSetup("mpe2/simple_spread_v3")
    assert (construct(setup).render_mode, construct(setup, render=True).render_mode) == (None, "rgb_array")


def test_a_maker_that_takes_no_render_mode_is_not_asked_for_pictures(tmp_path):
    (tmp_path / "shy.py").write_text(
        "from mpe2 import simple_v3\n\n\ndef make():\n    return simple_v3.env()\n\n\ndef keen(render_mode=None):\n"
        "    return simple_v3.env(render_mode=render_mode)\n"
    )
    modes = [construct(named(f"{tmp_path}/shy.py:{maker}"), render=True).unwrapped.render_mode for maker in ("make", "keen")]
    assert modes == [None, "rgb_array"]
