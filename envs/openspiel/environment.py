"""Any game of turns of OpenSpiel as a PettingZoo AEC environment.

A seat observes OpenSpiel's information state, which holds everything that the seat saw and did, or the position where OpenSpiel
has no information state of the game.
`envs.openspiel.environment:env` with the option `game` is any of OpenSpiel's games; the published ones have names of their own.

Reference:
    Lanctot et al. (2019), "OpenSpiel: a framework for reinforcement learning in games".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import AECEnv

from envs.faults import GameError, nearest

INSTALL = "pip install 'marl-league[openspiel]'"


def load(name: str, options: Mapping[str, Any]) -> Any:
    """OpenSpiel's game of a name.

    Args:
        name: Its name, as OpenSpiel calls it.
        options: Its parameters.

    Raises:
        GameError: OpenSpiel is not installed, or has no such game, or the game is not played in turns or has no observations.
    """
    try:
        import pyspiel  # deferred: it is an optional dependency
    except ImportError as error:
        raise GameError(f"openspiel/{name} needs the package pyspiel: {INSTALL}.") from error
    known = pyspiel.registered_names()
    if name not in known:
        raise GameError(f"OpenSpiel has no game {name!r}{nearest(name, known)}")
    try:
        game = pyspiel.load_game(name, dict(options))
    except pyspiel.SpielError as error:
        raise GameError(f"OpenSpiel does not make {name} with the options {dict(options)}: {error}") from error
    kind = game.get_type()
    seen = kind.provides_information_state_tensor or kind.provides_observation_tensor
    if kind.dynamics != pyspiel.GameType.Dynamics.SEQUENTIAL or not seen:
        raise GameError(f"OpenSpiel's {name} is not played in turns, or does not say what a player sees")
    return game


def agents_of(game: Any) -> list[str]:
    """PettingZoo's ids of the players of a game of OpenSpiel."""
    return [f"player_{number}" for number in range(game.num_players())]


def observation(state: Any, seat: int) -> NDArray[np.float32]:
    """What a seat knows, float32 [F]."""
    whole = state.get_game().get_type().provides_information_state_tensor
    return np.asarray(state.information_state_tensor(seat) if whole else state.observation_tensor(seat), np.float32)


def outcome(likely: NDArray[np.float64], drawn: float) -> int:
    """The number of an outcome of chance.

    Args:
        likely: float64 [·], the probabilities of the outcomes.
        drawn: A random number in [0, 1).
    """
    return min(int(np.searchsorted(np.cumsum(likely), drawn, side="right")), len(likely) - 1)


def env(game: str, render_mode: str | None = None, **options: Any) -> OpenSpielEnv:
    """Make any game of turns.

    Args:
        game: Its name, as OpenSpiel calls it.
        render_mode: "ansi" or None.
        options: The parameters of the game.
    """
    return OpenSpielEnv(game, options, render_mode)


class OpenSpielEnv(AECEnv):
    """A game of OpenSpiel. Chance draws one number in [0, 1) from NumPy's generator for each of its moves."""

    metadata: ClassVar[dict[str, Any]] = {"name": "openspiel", "render_modes": ["ansi"], "is_parallelizable": False}

    def __init__(self, name: str, options: Mapping[str, Any], render_mode: str | None = None) -> None:
        super().__init__()
        self.game = load(name, options)
        self.render_mode = render_mode
        self.metadata = {**self.metadata, "name": name}  # type: ignore[misc]
        self.possible_agents = agents_of(self.game)
        self.agents: list[str] = []
        whole, actions = self.game.get_type().provides_information_state_tensor, self.game.num_distinct_actions()
        size = int(np.prod(self.game.information_state_tensor_shape() if whole else self.game.observation_tensor_shape()))
        seen = spaces.Dict(
            {
                "observation": spaces.Box(-np.inf, np.inf, (size,), np.float32),
                "action_mask": spaces.Box(0, 1, (actions,), np.int8),
            }
        )
        self.observation_spaces = dict.fromkeys(self.possible_agents, seen)
        self.action_spaces = {agent: spaces.Discrete(actions) for agent in self.possible_agents}
        self.position = self.game.new_initial_state()

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The space of an agent's observations."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """The space of an agent's actions."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin a game; chance moves up to the first decision."""
        self._chance = np.random.default_rng(seed)
        self.position = self.game.new_initial_state()
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in self.agents}
        self._let_chance_move()
        self.agent_selection = self.agents[self.position.current_player()]

    def step(self, action: int | None) -> None:
        """Make the move of the agent whose turn it is."""
        if self.terminations[self.agent_selection]:
            self._was_dead_step(action)
            return
        mover = self.possible_agents.index(self.agent_selection)
        self._cumulative_rewards[self.agent_selection] = 0.0
        self.position.apply_action(int(action))  # type: ignore[arg-type]
        self._let_chance_move()
        if self.position.is_terminal():
            self.terminations = dict.fromkeys(self.agents, True)
            self.rewards = dict(zip(self.possible_agents, map(float, self.position.returns()), strict=True))
            self.agent_selection = self.possible_agents[(mover + 1) % len(self.possible_agents)]
        else:
            self._clear_rewards()
            self.agent_selection = self.possible_agents[self.position.current_player()]
        self._accumulate_rewards()

    def observe(self, agent: str) -> dict[str, NDArray[Any]]:
        """What an agent knows, and its legal actions if it is its turn."""
        seat = self.possible_agents.index(agent)
        mask = np.zeros(self.game.num_distinct_actions(), np.int8)
        if not self.position.is_terminal() and self.position.current_player() == seat:
            mask[self.position.legal_actions()] = 1
        return {"observation": observation(self.position, seat), "action_mask": mask}

    def action_names(self, agent: str) -> dict[int, str]:
        """The names of an agent's legal actions in the present position."""
        seat = self.possible_agents.index(agent)
        if self.position.is_terminal() or self.position.current_player() != seat:
            return {}
        return {action: self.position.action_to_string(seat, action) for action in self.position.legal_actions()}

    def render(self) -> str | None:
        """The position in characters; None without a render mode."""
        return None if self.render_mode is None else str(self.position)

    def close(self) -> None:
        """Free nothing."""

    def _let_chance_move(self) -> None:
        while self.position.is_chance_node():
            outcomes, likely = zip(*self.position.chance_outcomes(), strict=True)
            self.position.apply_action(outcomes[outcome(np.array(likely), self._chance.random())])
