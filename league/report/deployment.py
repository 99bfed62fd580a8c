"""The short program in `solution.yaml` that plays a game with the champion. It runs exactly as printed."""

from __future__ import annotations

import json

from league.analysis.history import History
from league.paths import importable

HEAD = """\
# Plays one game of {game} with the champion of the league {league} in every seat, and prints the return.
# A safety monitor checks every action before it is taken. Run it in the folder that holds {home}.

import sys
from pathlib import Path

from envs.registry import construct
from league.evaluation.configuration import stored_config
from league.export.folder import export
from league.storage.store import Store

folder = Path("deployed") / {module}
if not folder.exists():
    export({player}, Path({home}), folder)  # the folder needs numpy, and nothing of this project
sys.path.insert(0, "deployed")
from {module_name} import Player, SafetyMonitor

monitor = SafetyMonitor(Player.load())  # legal actions, bounds, and observations like those that were seen
env = construct(stored_config(Store.open(Path({home}), {league})).game.setup())  # wrapped as in training
"""

TURNS = """\
returns = dict.fromkeys(env.possible_agents, 0.0)
env.reset(seed=0)
for agent in env.agent_iter():
    observation, reward, terminated, truncated, info = env.last()
    returns[agent] += reward
    over = terminated or truncated
    env.step(None if over else monitor.safe_actions({agent: observation}, {agent: info})[agent])
"""

AT_ONCE = """\
observations, infos = env.reset(seed=0)
returns = dict.fromkeys(env.possible_agents, 0.0)
while env.agents:
    actions = monitor.safe_actions({agent: observations[agent] for agent in env.agents}, infos)  # team-mates hear each other
    observations, rewards, _, _, infos = env.step(actions)
    for agent, reward in rewards.items():
        returns[agent] += reward
"""

TAIL = """\
for agent, value in returns.items():
    print(f"{agent}: return {value:g}")
monitor.write_log("safety.jsonl")  # the actions that were replaced, and why
"""


def deployment(history: History) -> str:
    """The program for the game of a league, which is turn-based or simultaneous."""
    game, league, home = map(json.dumps, (history.game.name, history.name, history.home.resolve().name))
    module, player = importable(f"{history.name}_{history.champion}"), json.dumps(f"{history.name}/{history.champion}")
    head = HEAD.format(game=game, league=league, home=home, player=player, module=json.dumps(module), module_name=module)
    return head + (TURNS if history.game.turn_based else AT_ONCE) + TAIL
