"""What a league takes is said before anything is played, and in the order of what it really takes."""

from contextlib import closing
from pathlib import Path

import pytest
import torch

from agents.acting.rollout import Experience
from envs import make
from envs.states import States
from league.config import memory
from league.config.load import load_config
from league.config.memory import check_memory, memory_of
from league.errors import LeagueError

PIXELS = f"{Path(__file__).parents[2]}/envs/games/pixels.py:make_env"


def config(**changes):
    return load_config("smoke", {"game": {"name": PIXELS}, "compute.executor": "serial", "stack": 2, **changes})


@pytest.mark.parametrize("critic", ["centralised", "local"])
def test_it_is_at_least_what_the_experience_of_a_task_takes(critic):
    league = config(**{"policy.critic": critic})
    copies = league.train.copies * league.stack
    with closing(make(league.game.setup(), 2, twin="never")) as arena:
        now = arena.restart(torch.tensor([0, 1]))
    seen = now.states if critic == "centralised" else States.of(torch.zeros(1, 1, 0))
    kept = Experience.empty(arena.game, league.train.steps, copies, torch.device("cpu"), like=now, seen=seen)
    held = sum(tensor.nbytes for tensor in (*kept.observation, kept.states))
    needed = memory_of(league)
    assert held <= needed.total <= 1.5 * held


def test_tasks_at_once_count_together():
    alone, together = config(), config(**{"compute.executor": "processes", "compute.workers": 2, "stack": 1, "population": 4})
    assert memory_of(together).tasks == 2
    assert memory_of(alone).tasks == 1


def test_a_league_that_does_not_fit_is_refused_with_what_takes_less(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1_000_000)
    league = config(**{"game": {"name": "classic/connect_four_v3"}, "train.copies": 4096})
    with pytest.raises(LeagueError, match=r"takes at least .* GB.*joint states, but 0.0 GB are free"):
        check_memory(league)
    with pytest.raises(LeagueError, match=r"policy.critic: local \(.* GB\), a smaller stack"):
        check_memory(league)


def test_a_league_that_fits_is_left_alone():
    league = config()
    check_memory(league)


def test_the_limit_of_the_process_counts(monkeypatch):
    monkeypatch.setattr(memory.resource, "getrlimit", lambda what: (10, 10))
    assert memory.free_memory() == 0
