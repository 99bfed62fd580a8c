"""Positions of seats, success of games, and the chance level that a game declares."""

from contextlib import closing
from pathlib import Path

import pytest
import torch

import envs
from envs.arena import RESTS
from envs.conformance.compare import random_actions
from envs.description import describe
from envs.faults import GameError
from envs.game import Game, GameSetup

WALK = f"{Path(__file__).parent / 'games' / 'walk.py'}"
AT_ONCE, IN_TURNS = f"{WALK}:at_once", f"{WALK}:in_turns"


def story(name, copies=4, workers=0, steps=8, twin="never", **options):
    """The timesteps of random play."""
    random, seeds = torch.Generator().manual_seed(0), torch.arange(copies)
    with closing(envs.make(GameSetup(name, options), copies, twin=twin, workers=workers)) as arena:
        shown = [arena.restart(seeds)]
        for _ in range(steps):
            seeds = seeds + copies
            shown.append(arena.step(random_actions(arena.game, shown[-1], random), seeds))
    return shown


@pytest.mark.parametrize("name", [AT_ONCE, IN_TURNS])
def test_positions_and_success_are_what_the_infos_say(name):
    walked = story(name, copies=12)
    for now in walked:
        assert now.positions is not None
        assert torch.equal(now.positions[..., 0], now.positions[..., 1])
        if name == AT_ONCE:
            assert torch.equal(now.positions[..., 0], now.observation[0][..., 0])
        assert (now.success is None) == (not now.over.any())
    ended = next(now for now in walked if now.over.any())
    assert ended.over.all()
    assert ended.success is not None
    assert set(ended.success.tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("name", [AT_ONCE, IN_TURNS, "native/traffic_junction"])
def test_positions_and_success_are_the_same_with_workers(name):
    options = {"arrival": 0.9} if name == "native/traffic_junction" else {}
    for one, other in zip(story(name, steps=21, **options), story(name, steps=21, workers=2, **options), strict=True):
        assert one.positions is not None
        assert other.positions is not None
        assert torch.equal(one.positions, other.positions)
        assert (one.success is None) == (other.success is None)
        if one.success is not None and other.success is not None:
            assert torch.equal(one.success, other.success)


def test_a_resting_copy_is_nowhere_and_succeeds_in_nothing():
    for name, twin in ((AT_ONCE, "never"), ("native/predator_prey", "always"), ("mpe2/simple_spread_v3", "always")):
        with closing(envs.make(name, 2, twin=twin)) as arena:
            now = arena.restart(torch.tensor([3, RESTS]))
            assert now.positions is not None
            assert now.positions[0].any()
            assert not now.positions[1].any()
            for _ in range(30):
                now = arena.step(random_actions(arena.game, now, torch.Generator().manual_seed(1)), torch.full((2,), RESTS))
                assert now.success is None or bool(now.success[1].isnan())


@pytest.mark.parametrize(("name", "size"), [("mpe2/simple_tag_v3", 2), ("native/signal", 0), ("classic/tictactoe_v3", 0)])
def test_the_description_says_how_many_numbers_a_position_has(name, size):
    assert describe(name).position_size == size


@pytest.mark.parametrize(("length", "size"), [(0, 1), (1, 1), (3, 3)])
def test_a_position_is_a_number_or_several(length, size):
    assert describe(GameSetup(AT_ONCE, {"length": length})).position_size == size


def test_a_seat_that_acts_has_to_have_a_position():
    with pytest.raises(GameError, match=r"gives walker_0 the position None, which is not 2 numbers.*at move 1"):
        story(AT_ONCE, lost=True)


def test_success_that_is_no_number_is_named():
    with pytest.raises(GameError, match=r"says success: 'perhaps', which is no number"):
        story(AT_ONCE, says="perhaps")


def test_a_share_of_success_is_a_success_too():
    told = {value for now in story(AT_ONCE, says=0.5) if now.success is not None for value in now.success.tolist()}
    assert told == {0.5}


@pytest.mark.parametrize(("name", "options", "chance"), [("native/signal", {"goals": 4}, 0.25), (AT_ONCE, {}, 0.25)])
def test_a_game_declares_its_chance_level(name, options, chance):
    assert describe(GameSetup(name, options)).chance == chance
    assert describe("native/traffic_junction").chance is None


def test_a_chance_that_is_no_share_is_refused():
    with pytest.raises(GameError, match=r"declares the chance 1\.5 in its metadata, which is no number from 0 to 1"):
        describe(GameSetup(AT_ONCE, {"chance": 1.5}))


def test_descriptions_of_earlier_versions_have_no_positions_and_no_chance():
    game = describe("native/signal")
    text = game.to_json().replace('"chance": 0.5, ', "").replace('"position_size": 0, ', "")
    assert "chance" not in text
    assert "position_size" not in text
    earlier = Game.from_json(text)
    assert (earlier.position_size, earlier.chance) == (0, None)
