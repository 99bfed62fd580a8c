"""Published parallel games without the detours of PettingZoo's adapter.

Nearly all of them are AEC games in which the agents move in a cycle, made parallel by an adapter that computes every
observation twice and reaches the game through guards. The arena has guards of its own, so it goes to the game directly; a game
steps half as long again otherwise, and the results are the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pettingzoo.utils import wrappers
from pettingzoo.utils.conversions import aec_to_parallel_wrapper
from pettingzoo.utils.env import AECEnv, ParallelEnv

_GUARDS = (wrappers.OrderEnforcingWrapper, wrappers.AssertOutOfBoundsWrapper, wrappers.ClipOutOfBoundsWrapper)
"""What only checks or mends the actions and the order of calls, for callers that get them wrong."""


class Cycle(aec_to_parallel_wrapper):
    """PettingZoo's adapter, whose `step` does not observe what nobody looks at before the cycle is complete.

    It is meant for games whose `observe` only reads the game: whether it is called can then make no difference.
    """

    def step(self, actions: Mapping[Any, Any]) -> tuple[dict, dict, dict, dict, dict]:
        """Make the moves of all living agents; as `ParallelEnv.step`, with agents' ids as keys.

        Raises:
            AssertionError: The game does not let its agents move in a cycle.
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
    """Replace PettingZoo's adapter by ours, and take off the guards beneath it; every other environment stays as it is."""
    if type(environment) is not aec_to_parallel_wrapper:
        return environment
    game = environment.aec_env
    while type(game) in _GUARDS:
        game = game.env
    return Cycle(game)
