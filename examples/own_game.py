"""A league on your own game, which can be any PettingZoo environment.

Run it from the project's folder:  python examples/own_game.py
"""

import functools

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv

from league import League


class Duel(ParallelEnv):
    """Two duellists walk towards each other on a line. The first to shoot from near enough wins. A player that misses loses."""

    PACES = 10

    def __init__(self):
        self.metadata = {"name": "duel_v0", "render_modes": []}
        self.possible_agents = ["left", "right"]

    @functools.cache  # noqa: B019 - PettingZoo asks for the same space object every time
    def observation_space(self, agent):
        return spaces.Box(0.0, 1.0, (1,), np.float32)

    @functools.cache  # noqa: B019
    def action_space(self, agent):
        return spaces.Discrete(2)  # 0: walk on, 1: shoot

    def reset(self, seed=None, options=None):
        self.agents, self.paces, self.luck = self.possible_agents[:], 0, np.random.default_rng(seed)
        return self._observations(), {agent: {} for agent in self.agents}

    def step(self, actions):
        near = self.paces / self.PACES
        hits = {agent: actions[agent] == 1 and self.luck.random() < near for agent in self.agents}
        shots = sum(actions.values())
        self.paces += 1
        over = shots > 0 or self.paces >= self.PACES
        score = {agent: hits[agent] - (actions[agent] and not hits[agent]) for agent in self.agents}
        left = float(np.sign(score["left"] - score["right"]))
        rewards = {"left": left, "right": -left} if shots else dict.fromkeys(self.agents, 0.0)
        seen, infos = self._observations(), {agent: {} for agent in self.agents}
        ended = dict.fromkeys(self.agents, over)
        never = dict.fromkeys(self.agents, False)
        if over:
            self.agents = []
        return seen, rewards, ended, never, infos

    def _observations(self):
        return {agent: np.array([self.paces / self.PACES], np.float32) for agent in self.agents}


if __name__ == "__main__":
    config = {
        "name": "duel",
        "game": {"name": Duel},
        "generations": 6,
        "population": 2,
        "policy": {"hidden": [16]},
        "train": {"copies": 32, "steps": 32, "updates": 16},
        "tournament": {"games": 20, "past": 2},
        "compute": {"executor": "serial"},
        "tracking": False,
    }
    result = League(config).run(resume=True)
    for row in result.standings[:3]:
        print(f"{row.player:15s} {row.elo:6.0f} Elo   {row.score:.2f} over {row.games} games")
    duellist = result.player("champion")
    shoots_at = [paces for paces in range(10) if duellist.act({"left": np.array([paces / 10], np.float32)})["left"] == 1]
    print("the champion shoots after", shoots_at[0] if shoots_at else "no", "paces")
