"""Environments that are slow to make are reset where that gives the same; everything that is made is closed."""

import math
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

import envs
from envs import shelf
from envs.arena import RESTS
from envs.game import GameSetup
from envs.references import find
from envs.registry import construct, dispose
from envs.shelf import SHELF
from envs.stock import renewal

MAKERS = f"{Path(__file__).parent}/games/makers.py"
MADE, ALIVE = (vars(__import__("sys").modules[find(f"{MAKERS}:coin").__module__])[name] for name in ("MADE", "ALIVE"))


@pytest.fixture(autouse=True)
def _empty():
    """Every test begins and ends with nothing kept."""
    for forget in (SHELF.slow, SHELF.resets, MADE, ALIVE):
        forget.clear()
    yield
    SHELF.clear()
    SHELF.slow.clear()
    SHELF.resets.clear()


@pytest.fixture
def all_slow(monkeypatch):
    monkeypatch.setattr(shelf, "SLOW", 0.0)
    monkeypatch.setattr(renewal, "WORTH", math.inf)


def matches(name, games=3):
    """Play games one after the other in two copies, in environments that are fresh, and return what was seen."""
    arena, seen = envs.make(f"{MAKERS}:{name}", 2, twin="never", fresh=True), []
    for game in range(games):
        seen.append(arena.restart(torch.tensor([game, 10 + game])).observation[0])
        for _ in range(3):
            seen.append(arena.step([torch.zeros(2, 2, dtype=torch.int64)], torch.tensor([RESTS] * 2)).observation[0])
    arena.close()
    return torch.stack(seen)


def test_slow_environments_are_made_once_and_reset(all_slow):
    envs.make(f"{MAKERS}:coin", 2, twin="never").close()
    made = len(MADE)
    matches("coin")
    matches("coin")
    assert len(MADE) == made


def test_quick_environments_are_made_for_every_match(monkeypatch):
    monkeypatch.setattr(shelf, "SLOW", 1e9)
    matches("coin")
    made = len(MADE)
    matches("coin")
    assert len(MADE) - made == 1 + 2 * 3  # one to describe the game, one for every match


def test_reset_environments_play_the_matches_of_new_ones(all_slow):
    kept = [matches("coin") for _ in range(2)][1]
    shelf.SLOW = 1e9
    SHELF.slow.clear()
    assert torch.equal(kept, matches("coin"))


def test_environments_that_do_not_reset_like_new_are_made_anew(all_slow):
    assert torch.equal(matches("worn_coin"), matches("worn_coin"))
    assert not any(SHELF.resets.values())


def test_an_examination_that_costs_more_than_it_could_save_is_broken_off(all_slow, monkeypatch):
    monkeypatch.setattr(renewal, "WORTH", 0.0)
    matches("coin")
    made = len(MADE)
    matches("coin")
    assert not any(SHELF.resets.values())
    assert len(MADE) - made == 1 + 2 * 3  # as if they were quick to make


@pytest.mark.parametrize("name", ["coin", "worn_coin"])
def test_everything_that_was_made_is_closed(all_slow, name):
    matches(name)
    SHELF.clear()
    assert (len(MADE) > 2, ALIVE) == (True, [])


def test_environments_of_one_setup_are_kept_at_a_time(all_slow):
    matches("coin")
    first = list(ALIVE)
    matches("slow")
    assert (len(first), len(ALIVE), [coin for coin in first if coin in ALIVE]) == (2, 2, [])


def test_an_environment_that_failed_is_not_used_again(all_slow):
    arena = envs.make(f"{MAKERS}:coin", 2, twin="never")
    arena.restart(torch.tensor([0, 1]))
    MADE[-1].agents = None
    with pytest.raises(envs.GameError, match="copy 1"):
        arena.step([torch.zeros(2, 2, dtype=torch.int64)], torch.tensor([RESTS] * 2))
    before = len(ALIVE)
    arena.close()
    assert len(ALIVE) == before - 1  # its half is closed; the other half is kept


def test_an_environment_that_refuses_pictures_is_made_without_them_and_a_warning_says_so():
    with pytest.warns(UserWarning, match="nothing to draw with.*replays of .*no_pictures have no pictures"):
        environment = construct(GameSetup(f"{MAKERS}:no_pictures"), render=True)
    assert environment.render_mode is None


def test_closing_one_copy_leaves_pygame_to_the_others():
    pytest.importorskip("pygame")
    setup = GameSetup(f"{MAKERS}:drawn")
    one, other = construct(setup), construct(setup)
    other.reset(seed=0)
    dispose(one, setup)
    other.step({"a_0": 0, "a_1": 0})
    dispose(other, setup)
    assert ALIVE == []


def test_a_librarys_warning_is_shown_once_however_many_environments_are_made():
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        for _ in range(5):
            dispose(construct(GameSetup(f"{MAKERS}:warns")), GameSetup(f"{MAKERS}:warns"))
    assert [str(warning.message) for warning in shown] == ["this library is old"]


@pytest.mark.parametrize("name", ["butterfly/cooperative_pong_v6", "butterfly/pistonball_v6"])
def test_players_of_games_that_see_the_picture_are_not_blind(name):
    pytest.importorskip("pymunk")
    environment = construct(GameSetup(name))
    first = {agent: seen.copy() for agent, seen in environment.reset(seed=0)[0].items()}
    for _ in range(4):
        actions = {agent: np.ones_like(environment.action_space(agent).sample()) for agent in environment.agents}
        seen = environment.step(actions)[0]
    assert any((first[agent] != seen[agent]).any() for agent in first)
