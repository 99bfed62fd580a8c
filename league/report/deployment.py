"""The short program in `solution.yaml` that plays a game with the champion. It runs exactly as printed."""

from __future__ import annotations

import json

from league.analysis.history import History

HEAD = """\
# Plays one game of {game} with the champion of the league {league} in every seat, and prints the return.
# Run it in the folder that holds {home}.

from pathlib import Path

from envs.registry import construct
from league import Result
from league.evaluation.configuration import stored_config
from league.storage.store import Store

store = Store.open(Path({home}), {league})
player = Result(store).player("champion")  # acts on PettingZoo observations
env = construct(stored_config(store).game.setup())  # the PettingZoo environment, wrapped as in training
"""

TURNS = """\
returns = dict.fromkeys(env.possible_agents, 0.0)
env.reset(seed=0)
for agent in env.agent_iter():
    observation, reward, terminated, truncated, info = env.last()
    returns[agent] += reward
    over = terminated or truncated
    env.step(None if over else player.act({agent: observation}, {agent: info})[agent])
"""

AT_ONCE = """\
observations, infos = env.reset(seed=0)
returns = dict.fromkeys(env.possible_agents, 0.0)
while env.agents:
    actions = player.act({agent: observations[agent] for agent in env.agents}, infos)  # team-mates hear each other
    observations, rewards, _, _, infos = env.step(actions)
    for agent, reward in rewards.items():
        returns[agent] += reward
"""

TAIL = """\
for agent, value in returns.items():
    print(f"{agent}: return {value:g}")
"""


def deployment(history: History) -> str:
    """The program for the game of a league, which is turn-based or simultaneous."""
    game, league, home = map(json.dumps, (history.game.name, history.name, history.home.resolve().name))
    body = TURNS if history.game.turn_based else AT_ONCE
    return HEAD.format(game=game, league=league, home=home) + body + TAIL
