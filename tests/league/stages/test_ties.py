"""A league in which every game is drawn still changes: ties go to the newest and to chance, never to the oldest name."""

from pathlib import Path

import pytest

from league import League, Result
from league.population.player import is_mutant, learns

GENERATIONS = 6

FLAT = """
import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv


class Flat(ParallelEnv):
    metadata = {"name": "flat_v0", "render_modes": []}
    possible_agents = ["a", "b"]

    def __init__(self, render_mode=None):
        self.render_mode = render_mode

    def observation_space(self, agent):
        return spaces.Box(0, 1, (1,), np.float32)

    def action_space(self, agent):
        return spaces.Discrete(2)

    def reset(self, seed=None, options=None):
        self.agents = list(self.possible_agents)
        return dict.fromkeys(self.agents, np.zeros(1, np.float32)), self.infos(self.agents)

    def step(self, actions):
        agents, self.agents = self.agents, []
        views = {agent: np.ones(1, np.float32) for agent in agents}
        return views, dict.fromkeys(agents, 0.0), dict.fromkeys(agents, True), dict.fromkeys(agents, False), self.infos(agents)

    def infos(self, agents):
        return {agent: {} for agent in agents}
"""


def league(folder: Path, seed: int) -> Result:
    (folder / "flat.py").write_text(FLAT)
    config = {
        "name": f"flat-{seed}",
        "seed": seed,
        "game": {"name": f"{folder / 'flat.py'}:Flat"},
        "generations": GENERATIONS,
        "population": 4,
        "policy": {"hidden": [4]},
        "train": {"copies": 2, "steps": 2, "updates": 1, "epochs": 1, "minibatches": 1},
        "tournament": {"games": 2, "past": 2, "bootstrap": 20},
        "compute": {"executor": "serial"},
        "tracking": False,
    }
    return League(config, folder / "home", progress=False).run()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return league(tmp_path_factory.mktemp("drawn"), seed=1)


def test_the_champion_of_equal_players_is_one_of_the_newest(drawn: Result) -> None:
    born = {player.name: player.frozen for player in drawn.store.players("historical")}
    assert [born[row.champion] for row in drawn.store.generations()] == list(range(GENERATIONS))
    assert {row.elo for row in drawn.standings} == {0.0}


def test_a_mutation_can_outlive_a_founder_of_equal_rating(drawn: Result) -> None:
    lines = [player for player in drawn.store.players() if learns(player)]
    assert any(is_mutant(player) and player.status == "active" and (player.born or 0) < GENERATIONS - 1 for player in lines)
    assert any(player.operator == "founder" and (player.retired or 0) > 0 for player in lines)


def test_the_same_seed_breaks_ties_alike(drawn: Result, tmp_path: Path) -> None:
    again = league(tmp_path, seed=1)
    assert [row.champion for row in again.store.generations()] == [row.champion for row in drawn.store.generations()]
    assert again.store.players("active") == drawn.store.players("active")
