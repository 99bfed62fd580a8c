"""What a league takes is said before anything is played, and in the order of what it really takes."""

from pathlib import Path

import pytest

import envs
from agents.acting.rollout import Experience
from league.config import memory
from league.config.load import load_config
from league.config.memory import check_memory, memory_of
from league.errors import LeagueError

PIXELS = f"{Path(__file__).parents[2]}/envs/games/pixels.py:make_env"


def config(**changes):
    return load_config("smoke", {"game": {"name": PIXELS}, "compute.executor": "serial", "stack": 2, **changes})


def game(league):
    return envs.describe(league.game.setup(), league.arena.state)


@pytest.mark.parametrize("critic", ["centralised", "local"])
def test_it_is_at_least_what_the_experience_of_a_task_takes(critic):
    league = config(**{"policy.critic": critic})
    here = game(league)
    copies = league.train.copies * league.stack
    size = here.state_size if critic == "centralised" else 0
    kept = Experience.empty(here, league.train.steps, copies, "cpu", state_size=size)
    held = sum(tensor.nbytes for tensor in (*kept.observation, kept.state))
    needed = memory_of(league, here)
    assert held <= needed.total <= 1.5 * held


def test_tasks_at_once_count_together():
    alone, together = config(), config(**{"compute.executor": "processes", "compute.workers": 2, "stack": 1, "population": 4})
    assert memory_of(together, game(together)).tasks == 2
    assert memory_of(alone, game(alone)).tasks == 1


def test_a_league_that_does_not_fit_is_refused_with_what_takes_less(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1_000_000)
    league = config(**{"train.copies": 4096})
    with pytest.raises(LeagueError, match=r"takes at least .* GB.*joint states, one for each of .* teams, but 0.0 GB are free"):
        check_memory(league, game(league))
    with pytest.raises(LeagueError, match=r"arena.state: own \(.* GB\), policy.critic: local \(.* GB\), a smaller stack"):
        check_memory(league, game(league))


def test_a_league_that_fits_is_left_alone():
    league = config()
    check_memory(league, game(league))


def test_the_limit_of_the_process_counts(monkeypatch):
    monkeypatch.setattr(memory.resource, "getrlimit", lambda what: (10, 10))
    assert memory.free_memory() == 0
