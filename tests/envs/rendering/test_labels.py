"""Names of actions, held against what the actions do in the stock games."""

import numpy as np
import pytest

from envs.description import describe
from envs.game import GameSetup
from envs.registry import construct
from envs.rendering.labels import LABELS, labels

pytestmark = pytest.mark.filterwarnings("ignore:.*precision lowered by casting:UserWarning")  # hold'em without limit


def names(name, seat=0, **options):
    game = describe(GameSetup(name, options))
    return labels(name, game.roles[game.role_of_seat[seat]])


@pytest.mark.parametrize("name", LABELS)
def test_every_role_has_a_name_for_each_of_its_actions(name):
    for role in describe(name).roles:
        found = labels(name, role)
        assert len(found) == role.actions.size
        assert len(set(found)) == len(found)


def test_an_option_that_gives_other_actions_leaves_them_without_names():
    assert names("classic/rps_v2", num_actions=7) == ()
    assert names("mpe2/simple_tag_v3", continuous_actions=True) == ()


def test_a_game_of_ones_own_has_no_names():
    assert labels("my_module:make", describe("classic/connect_four_v3").roles[0]) == ()


def test_five_moves_of_rock_paper_scissors_are_called_as_the_game_calls_them():
    environment = construct(GameSetup("classic/rps_v2", {"num_actions": 5}))
    called = [move.lower() for move in environment.unwrapped._moves[:5]]
    assert list(names("classic/rps_v2", num_actions=5)) == called


@pytest.mark.parametrize("number", range(9))
def test_a_cell_of_tic_tac_toe_is_where_its_name_says(number):
    from envs.rendering.drawing import draw

    environment = construct(GameSetup("classic/tictactoe_v3"))
    environment.reset(seed=0)
    environment.step(number)
    ((row, column),) = np.argwhere(np.array(draw("classic/tictactoe_v3", environment)["board"]) == 0)
    place = (("top", "middle", "bottom")[row], ("left", "middle", "right")[column])
    assert names("classic/tictactoe_v3")[number] == " ".join(place)


@pytest.mark.parametrize("name", ["classic/leduc_holdem_v4", "classic/texas_holdem_v4"])
def test_bids_are_called_as_the_game_calls_them(name):
    environment = construct(GameSetup(name))
    environment.reset(seed=0)
    assert list(names(name)) == environment.unwrapped.env.actions


def test_bids_without_a_limit_are_in_the_order_of_the_game():
    environment = construct(GameSetup("classic/texas_holdem_no_limit_v6"))
    environment.reset(seed=0)
    called = [action.name for action in environment.unwrapped.env.actions]
    assert called == ["FOLD", "CHECK_CALL", "RAISE_HALF_POT", "RAISE_POT", "ALL_IN"]
    assert names("classic/texas_holdem_no_limit_v6")[0] == "fold"
    assert names("classic/texas_holdem_no_limit_v6")[4] == "all in"


@pytest.mark.parametrize(
    ("name", "seat"), [("mpe2/simple_reference_v3", 0), ("mpe2/simple_world_comm_v3", 0), ("mpe2/simple_spread_v3", 0)]
)
def test_an_action_moves_and_says_what_its_name_says(name, seat):
    course = {"stay": (0, 0), "left": (-1, 0), "right": (1, 0), "down": (0, -1), "up": (0, 1)}
    for number, label in enumerate(names(name, seat)):
        environment = construct(GameSetup(name))
        environment.reset(seed=0)
        environment.step({agent: number if place == seat else 0 for place, agent in enumerate(environment.agents)})
        agent = environment.unwrapped.world.agents[seat]
        assert tuple(np.sign(agent.action.u)) == course[label.split(", ")[-1]]
        if label.startswith("say "):
            assert "ABCDEFGHIJ"[int(np.argmax(agent.state.c))] == label[4]
