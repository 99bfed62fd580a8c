"""Environments that are unusual or half-broken: what can be played is played, what cannot is one sentence."""

from pathlib import Path

import numpy as np
import pytest
import torch
from gymnasium import spaces

import envs
from envs.arena import RESTS
from envs.conformance.compare import random_actions
from envs.game import GameSetup

GAMES = Path(__file__).parents[1] / "games"
STRANGE = f"{GAMES}/strange.py"


def stock(name, copies=1, workers=0, state="joint", joint=True, **options):
    setup = GameSetup(f"{STRANGE}:{name}", options)
    return envs.make(setup, copies, twin="never", workers=workers, state=state, joint=joint)


def play(arena, steps, first=0):
    random = torch.Generator().manual_seed(0)
    seeds = torch.arange(first, first + arena.copies)
    story = [arena.restart(seeds)]
    for _ in range(steps):
        story.append(arena.step(random_actions(arena.game, story[-1], random), torch.full_like(seeds, RESTS)))
    return story


def environment(arena, copy=0):
    return arena._engine.environment(copy)


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize(
    ("what", "value", "said"),
    [
        ("observation", NAN, r"gives a_1 an observation with nan at \[1\]"),
        ("observation", -INF, r"gives a_1 an observation with -inf at \[1\]"),
        ("observation", None, r"gives a_1 an observation with nan at \[1\]"),
        ("whole observation", None, "gives a_1 the observation None, which does not fit Box"),
        ("whole observation", np.zeros(3), r"gives a_1 the observation array\(\[0., 0., 0.\]\), which does not fit Box"),
        ("whole observation", "left", "gives a_1 the observation 'left', which does not fit Box"),
        ("reward", INF, "gives a_2 the reward inf"),
        ("reward", None, "pays a_2 None, which is no number"),
        ("reward", [1.0, 2.0], r"pays a_2 \[1.0, 2.0\], which is no number"),
        ("state", NAN, r"gives as its state\(\) nan at position 1"),
        ("whole state", None, r"cannot say its state\(\): ValueError: it is None instead of 2 numbers"),
    ],
)
def test_a_value_that_is_no_number_is_named_with_game_agent_move_seed_and_copy(what, value, said, workers):
    arena = stock("says", copies=2, workers=workers, what=what, value=value)
    with pytest.raises(envs.GameError, match=rf"strange.py:says {said}.*\(at move 2, seed 7, copy 0\)"):
        play(arena, 3, first=7)
    arena.close()


@pytest.mark.parametrize(("what", "said"), [("observation", "an observation with"), ("reward", "the reward")])
def test_a_value_of_the_last_move_is_named_with_the_seed_of_its_game(what, said):
    arena = stock("says_last", what=what, value=NAN)
    with pytest.raises(envs.GameError, match=rf"gives a_\d {said} nan.*\(at move 2, seed 7, copy 0\)"):
        play(arena, 2, first=7)


def test_sums_that_overflow_are_no_fault_of_the_numbers():
    arena = stock("says", copies=3, what="observation", value=3e38)
    assert play(arena, 3)[2].observation[0][0, 1, 1] == pytest.approx(3e38)


@pytest.mark.parametrize("mask", [np.array([1.0, NAN]), np.ones(3, np.int8), None])
def test_a_mask_that_is_no_mask_is_named(mask):
    with pytest.raises(envs.GameError, match="gives a_0 an action mask that does not fit its 2 actions"):
        play(stock("masked", mask=mask), 1)


def test_a_number_outside_a_discrete_observation_space_is_named():
    with pytest.raises(envs.GameError, match=r"gives a_0 the observation 0, which does not fit Discrete\(3, start=1\)"):
        play(stock("numbered"), 1)


def test_a_crash_names_file_and_line_of_the_environment():
    line = next(number for number, text in enumerate(Path(STRANGE).read_text().splitlines(), 1) if "assert self.space" in text)
    arena = stock("acts", space=spaces.Discrete(2))
    environment(arena).space = spaces.Discrete(1, start=7)
    with pytest.raises(envs.GameError, match=rf"AssertionError: . is not in .* \(in .*strange.py, line {line}\)"):
        play(arena, 1)


@pytest.mark.parametrize("workers", [0, 1])
def test_an_environment_that_ends_the_program_is_one_sentence(workers):
    arena = stock("quits", workers=workers)
    with pytest.raises(envs.GameError, match=r"quits failed in copy 0 with seed 0: it called sys.exit\(3\) \(in .*strange.py"):
        play(arena, 4)
    arena.close()


def test_a_seat_that_pauses_goes_on_when_it_is_back():
    story = play(stock("pauses"), 8)
    assert [now.acting[0, 1].item() for now in story] == [True, True, False, False, True, False, True, True, False]
    assert [now.terminated[0].tolist() for now in story if now.terminated.any()] == [[True, True, True]]


def test_a_seat_that_pauses_is_not_seen_meanwhile():
    story = play(stock("pauses"), 8)
    assert not story[2].observation[0][0, 1].any()
    assert story[4].observation[0][0, 1].any()


def test_whoever_does_not_come_back_ends_with_the_game():
    story = play(stock("pauses_to_the_end"), 6)
    assert [now.terminated[0, 1].item() for now in story] == [False] * 6 + [True]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_game_without_a_move_gives_way_to_the_next_seed(workers):
    arena, later = stock("sometimes_empty", copies=2, workers=workers), stock("sometimes_empty", copies=2)
    for now, then in zip(play(arena, 6, first=11), play(later, 6, first=13), strict=True):
        assert torch.equal(now.observation[0][0], then.observation[0][0])
    arena.close()


def test_a_game_that_never_has_a_move_is_named():
    with pytest.raises(envs.GameError, match="is over before the first move with seed 5 and with the 99 seeds after it"):
        stock("always_empty").restart(torch.tensor([5]))


@pytest.mark.parametrize("last_view", [False, True])
def test_a_seat_that_is_cut_off_without_a_last_view_keeps_what_it_saw_last(last_view):
    now = play(stock("leaves", last_view=last_view), 6)[-1]
    assert (now.truncated.all().item(), now.over.item()) == (True, True)
    assert now.final.observation[0][0].tolist() == [[3.0, 4.0]] * 3
    assert now.final.state[0].tolist() == [[3.0, 4.0] * 3] * 3


@pytest.mark.parametrize("last_view", [False, True])
def test_a_seat_that_is_cut_off_while_the_game_goes_on_has_a_last_view_too(last_view):
    now = play(stock("leaves", last_view=last_view, early=2), 2)[-1]
    assert (now.truncated[0].tolist(), now.over.item()) == ([True, False, False], False)
    assert now.final.observation[0][0].tolist() == [[3.0, 4.0]] * 3
    assert now.final.state[0].tolist() == [[3.0, 4.0] * 3] * 3
    assert now.observation[0][0].tolist() == [[0.0, 0.0], [3.0, 4.0], [3.0, 4.0]]


def test_ids_and_spaces_that_cannot_be_pickled_stay_in_the_workers():
    stories = []
    for workers in (0, 2):
        arena = stock("enumerated", copies=3, workers=workers)
        stories.append([now.observation[0] for now in play(arena, 6)])
        arena.close()
    assert all(map(torch.equal, *stories))


def test_what_reaches_the_game_is_inside_its_space_in_the_spaces_own_type():
    space = spaces.Box(np.array([-0.1, 0.7]), np.array([0.3, 0.8]), dtype=np.float64)
    arena = stock("acts", space=space)
    now = arena.restart(torch.tensor([0]))
    for bound in (space.low, space.high):
        action = torch.tensor(bound, dtype=torch.float32).expand(1, 3, 2)
        now = arena.step([action], torch.tensor([RESTS]))
    given = environment(arena).given
    assert [action.tolist() for action in given[::3]] == [[-0.1, 0.7], [0.3, 0.8]]
    assert given[0].dtype == np.float64
    assert now.acting.all()


@pytest.mark.parametrize(
    "space",
    [
        spaces.Box(np.array([1e9]), np.array([1e9 + 1]), dtype=np.float64),
        spaces.Box(np.array([0.0]), np.array([1e300]), dtype=np.float64),
        spaces.Box(np.float32(-3e38), np.float32(3e38), (1,), np.float32),
    ],
)
def test_bounds_that_float32_cannot_hold_are_refused(space):
    with pytest.raises(envs.GameError, match="which float32 cannot hold"):
        stock("acts", space=space)


@pytest.mark.parametrize(
    ("space", "size"),
    [
        (spaces.MultiDiscrete([3, 2], start=[1, -1]), 6),
        (spaces.MultiBinary(3), 8),
        (spaces.MultiBinary((2, 2)), 16),
        (spaces.Box(np.array([-1, 4]), np.array([1, 5]), dtype=np.int64), 6),
        (spaces.Tuple((spaces.Discrete(3), spaces.MultiBinary(2))), 12),
        (spaces.Dict({"move": spaces.Discrete(4, start=2), "say": spaces.Tuple((spaces.Discrete(2),))}), 8),
    ],
)
def test_several_choices_become_one_among_all_combinations(space, size):
    arena = stock("acts", copies=1, space=space)
    assert (arena.game.roles[0].actions.kind, arena.game.roles[0].actions.size) == ("discrete", size)
    for action in range(size):
        arena.restart(torch.tensor([0]))
        arena.step([torch.full((1, 3), action)], torch.tensor([RESTS]))
    told = {repr(action) for action in environment(arena).given}
    assert len(told) == size


def test_boxes_in_a_dictionary_become_one_row():
    space = spaces.Dict({"aim": spaces.Box(-1, 1, (2,)), "pull": spaces.Box(0, 5, (), np.float64)})
    arena = stock("acts", space=space)
    assert (arena.game.roles[0].actions.low, arena.game.roles[0].actions.high) == ((-1, -1, 0), (1, 1, 5))
    arena.restart(torch.tensor([0]))
    arena.step([torch.tensor([[[0.5, -0.5, 4.0]] * 3])], torch.tensor([RESTS]))
    action = environment(arena).given[0]
    assert (action["aim"].tolist(), action["pull"].item()) == ([0.5, -0.5], 4.0)


@pytest.mark.parametrize(
    ("space", "said"),
    [
        (spaces.MultiDiscrete([100, 100]), "has 10000 combinations of actions"),
        (spaces.Box(0, 2**40, (2,), np.int64), "combinations of actions"),
        (spaces.Tuple((spaces.Discrete(2), spaces.Box(0, 1, (1,)))), "only choices among finitely many actions"),
        (spaces.Text(5), "only choices among finitely many actions"),
        (spaces.Box(-np.inf, 1, (2,)), "unbounded"),
    ],
)
def test_other_action_spaces_are_refused_in_a_sentence(space, said):
    with pytest.raises(envs.GameError, match=said):
        stock("acts", space=space)


def test_a_state_that_is_lost_with_the_last_move_is_the_one_before():
    now = play(stock("loses_its_state", at=6), 6)[-1]
    assert now.final.state[0, 0, 0].item() == 5


def test_a_state_that_is_lost_during_the_game_names_the_settings_that_do_without():
    with pytest.raises(envs.GameError, match=r"cannot say its state\(\): IndexError: nobody is left \(in .*arena.state: own"):
        play(stock("loses_its_state", at=3), 3)


@pytest.mark.parametrize("name", ["loses_its_state", "guess"])
def test_with_states_of_their_own_teams_see_their_own_seats(name):
    options = {"at": 1} if name == "loses_its_state" else {}
    arena = stock(name, state="own", **options)
    now = play(arena, 3)[-1]
    assert torch.equal(now.state[0], now.observation[0][0])


@pytest.mark.parametrize("how", [{"state": "none"}, {"joint": False}])
def test_without_states_none_is_shown_and_none_is_asked_for(how):
    arena = stock("turns", out_of_turn="raises", **how)
    assert play(arena, 5)[-1].state.shape == (1, 2, 0)
    assert environment(arena).unwrapped.asked == 0


@pytest.mark.parametrize("out_of_turn", ["none", "raises"])
def test_a_seat_that_cannot_be_asked_stands_in_the_joint_state_with_its_last_view(out_of_turn):
    story = play(stock("turns", out_of_turn=out_of_turn), 3)
    assert [now.state[0, 0].tolist() for now in story] == [[0, 5, 0, 0], [0, 5, 1, 6], [2, 5, 1, 6], [2, 5, 3, 6]]


def test_a_seat_that_can_be_asked_stands_there_with_its_present_view():
    story = play(stock("turns"), 2)
    assert [now.state[0, 0].tolist() for now in story] == [[0, 5, 0, 6], [1, 5, 1, 6], [2, 5, 2, 6]]
