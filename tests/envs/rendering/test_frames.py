"""A stock arena draws its copies through the game's own environment."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import envs

NIM = Path(__file__).parents[1] / "games" / "nim.py"


def test_a_frame_is_drawn_from_the_copys_environment(monkeypatch):
    monkeypatch.setitem(
        sys.modules, "envs.rendering.drawing", SimpleNamespace(draw=lambda name, env: {"name": name, "seed": env.seed})
    )
    arena = envs.make(f"{NIM}:make", 2)
    arena.restart(torch.tensor([7, 8]))
    assert arena.frame(1) == {"name": f"{NIM}:make", "seed": 8}


def test_one_arena_can_be_drawn_after_another_was_closed():
    arena, other = (envs.make(f"{NIM.with_name('painted.py')}:Painted", 1, render=True) for _ in range(2))
    arena.restart(torch.tensor([0]))
    other.close()
    assert "png" in arena.frame(0)


def test_copies_in_workers_are_not_drawn():
    arena = envs.make(f"{NIM}:make", 1, workers=1)
    with pytest.raises(envs.GameError, match="workers=0"):
        arena.frame(0)
    arena.close()
