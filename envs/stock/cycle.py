"""Published parallel games without the overhead of PettingZoo's adapter.

Nearly all of them are AEC games whose agents move in a fixed cycle, made parallel by an adapter. The adapter computes every
observation twice and calls the game through guarding wrappers. The arena checks actions itself, so it calls the game directly.
With the adapter a step takes about 1.5 times as long; the results are the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pettingzoo.utils import wrappers
from pettingzoo.utils.conversions import aec_to_parallel_wrapper
from pettingzoo.utils.env import AECEnv, ParallelEnv

_GUARDS = (wrappers.OrderEnforcingWrapper, wrappers.AssertOutOfBoundsWrapper, wrappers.ClipOutOfBoundsWrapper)
"""Wrappers that only check or correct actions and the order of calls, and change nothing for a correct caller."""


class CyclicParallelGame(aec_to_parallel_wrapper):
    """PettingZoo's adapter with a `step` that skips the observations within a cycle, which nobody uses.

    It requires games whose `observe` only reads the game, so that skipping it makes no difference.
    """

    def step(self, actions: Mapping[Any, Any]) -> tuple[dict, dict, dict, dict, dict]:
        """Make the moves of all living agents; as `ParallelEnv.step`, with agents' ids as keys.

        Raises:
            AssertionError: The game's agents do not move in a fixed cycle.
        """
        game: Any = self.aec_env
        rewards: dict[Any, float] = defaultdict(int)
        for agent in game.agents:
            assert agent == game.agent_selection, f"expected the move of {game.agent_selection}, not of {agent}"
            game.step(actions[agent])
            for each in game.agents:
                rewards[each] += game.rewards[each]
        terminations, truncations, infos = dict(game.terminations), dict(game.truncations), dict(game.infos)
        observations = {agent: game.observe(agent) for agent in game.agents}
        while game.agents and (game.terminations[game.agent_selection] or game.truncations[game.agent_selection]):
            game.step(None)
        self.agents = game.agents
        return observations, rewards, terminations, truncations, infos


def straight(environment: AECEnv | ParallelEnv) -> AECEnv | ParallelEnv:
    """Replace PettingZoo's adapter by ours and remove the guards beneath it; return every other environment unchanged."""
    if type(environment) is not aec_to_parallel_wrapper:
        return environment
    game = environment.aec_env
    while type(game) in _GUARDS:
        game = game.env
    return CyclicParallelGame(game)
