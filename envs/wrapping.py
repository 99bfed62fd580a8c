"""SuperSuit wrappers, chosen by name in a game's setup."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

from gymnasium.spaces import Dict
from pettingzoo.utils.env import AECEnv, ParallelEnv

from envs.faults import GameError, environment_code, nearest
from envs.game import GameSetup
from envs.records import resolved

_REFUSED = {
    "black_death_v3": "it ends episodes one step late; seats that die are handled by the arena itself",
    "vectorize_aec_env_v0": "the arena steps many copies by itself",
    "concat_vec_envs_v1": "the arena steps many copies by itself",
    "pettingzoo_env_to_vec_env_v1": "the arena steps many copies by itself",
    "gym_vec_env_v0": "the arena steps many copies by itself",
    "stable_baselines_vec_env_v0": "the arena steps many copies by itself",
    "stable_baselines3_vec_env_v0": "the arena steps many copies by itself",
}


def wrap(environment: AECEnv | ParallelEnv, setup: GameSetup) -> AECEnv | ParallelEnv:
    """Apply the wrappers of a setup, innermost first.

    Args:
        environment: The bare environment.
        setup: The game's name and its wrappers.

    Returns:
        The wrapped environment, of the same kind (AEC or parallel).

    Raises:
        GameError: A wrapper is unknown, refused, or does not fit the environment.
    """
    for name, arguments in setup.wrappers:
        wrapper = _wrapper(name)
        fault = f"The wrapper {name} does not fit {setup.name}"
        spaces = [environment.observation_space(agent) for agent in environment.possible_agents]
        if any(isinstance(space, Dict) for space in spaces):
            fault += ", whose observations are dictionaries (SuperSuit's observation wrappers read arrays only)"
        ignore(".*agent_selector")  # SuperSuit 3.11 still uses PettingZoo's deprecated name of AgentSelector
        with environment_code(fault):
            environment = wrapper(environment, **resolved(arguments))
            for agent in environment.possible_agents:  # wrappers check the spaces only when these are read
                environment.observation_space(agent)
    return environment


def ignore(message: str) -> None:
    """Ignore a deprecation from now on.

    The filter is added once and stays. `warnings.catch_warnings` would make Python forget which warnings it has shown, so that
    every warning of a library would be shown again for every environment.

    Args:
        message: A regular expression for the beginning of the warning.
    """
    pattern = re.compile(message, re.IGNORECASE)
    if not any(kind == "ignore" and known == pattern for kind, known, *_ in warnings.filters):
        warnings.filterwarnings("ignore", message, DeprecationWarning)


def _wrapper(name: str) -> Callable[..., Any]:
    """Find a SuperSuit wrapper by its name."""
    import supersuit  # deferred: loading takes half a second, and only games with wrappers need it

    if name in _REFUSED:
        raise GameError(f"The wrapper {name} is not used here: {_REFUSED[name]}.")
    known = {word for word in vars(supersuit) if re.fullmatch(r"[a-z]\w*_v\d+", word)} - _REFUSED.keys()
    if name not in known:
        raise GameError(f"Unknown SuperSuit wrapper {name!r}{nearest(name, known)}")
    return vars(supersuit)[name]
