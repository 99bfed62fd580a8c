"""Plays an environment with random legal actions and records the evidence for the rules.

Nothing is corrected here. PettingZoo's own loop steps the environment, so faults become visible that an arena would hide.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete, Space, flatten
from pettingzoo.utils.env import ParallelEnv

from envs.description import NO_STATE, UNUSABLE_STATE
from envs.faults import GameError, environment_code
from envs.registry import Environment
from envs.spaces import masker


@dataclass(frozen=True)
class Frame:
    """The data that one agent received at one move.

    Attributes:
        move: Number of moves made before.
        agent: Its id.
        acting: True if it acts next.
        digest: Checksum of the observation.
        observation_fault: The fault of the observation, if any.
        mask_fault: The fault of the legal actions, if any.
        reward: The reward as the environment gave it.
        terminated: The termination flag as the environment gave it; None if missing.
        truncated: The truncation flag as the environment gave it; None if missing.
    """

    move: int
    agent: Any
    acting: bool
    digest: int
    observation_fault: str | None
    mask_fault: str | None
    reward: Any
    terminated: Any
    truncated: Any

    @property
    def ended(self) -> bool:
        """True if the agent terminated or was truncated here."""
        return bool(self.terminated) or bool(self.truncated)


@dataclass
class Trace:
    """One game from its reset to its end.

    Attributes:
        name: The game's name.
        frames: In order.
        finished: True if the game ended.
        fault: The environment's exception, if any.
        left: Agents that left without termination or truncation, with the move.
        stayed: Agents that were still in the game after their termination or truncation, with the move.
        states: The distinct pairs of the joint state's shape (None without a state) and whether it was finite.
    """

    name: str
    frames: list[Frame] = field(default_factory=list)
    finished: bool = False
    fault: str | None = None
    left: list[tuple[Any, int]] = field(default_factory=list)
    stayed: list[tuple[Any, int]] = field(default_factory=list)
    states: set[tuple[tuple[int, ...] | None, bool]] = field(default_factory=set)


def trace(name: str, environment: Environment, seed: int, moves: int) -> Trace:
    """Play one game with random legal actions.

    Args:
        name: The game's name, for messages.
        environment: It is reset first.
        seed: The seed of the reset and of the random actions.
        moves: Maximal number of moves.

    Returns:
        The record, up to the end, to the first error, or to the last move.
    """
    story = Trace(name)
    play = _play_parallel if isinstance(environment, ParallelEnv) else _play_in_turn
    try:
        with environment_code(f"{name} failed with seed {seed}"):
            play(environment, story, seed, moves)
    except GameError as error:
        story.fault = str(error)
    return story


def _play_in_turn(environment: Any, story: Trace, seed: int, moves: int) -> None:
    """Play an AEC environment."""
    random = np.random.default_rng(seed)
    environment.reset(seed=seed)
    for move in range(moves):
        if not environment.agents:
            break
        _note_state(environment, story)
        agent, before = environment.agent_selection, set(environment.agents)
        observation, reward, terminated, truncated, info = environment.last()
        ended = bool(terminated) or bool(truncated)
        frame = _frame(environment, move, agent, not ended, observation, info, reward, terminated, truncated)
        story.frames.append(frame)
        if frame.mask_fault:
            return
        environment.step(None if ended else _choose(environment, agent, observation, info, random))
        after = set(environment.agents)
        story.left += [(gone, move) for gone in sorted(before - after, key=str) if not (ended and gone == agent)]
        if ended and agent in after:
            story.stayed.append((agent, move))
            return
    story.finished = not environment.agents


def _play_parallel(environment: Any, story: Trace, seed: int, moves: int) -> None:
    """Play a parallel environment."""
    random = np.random.default_rng(seed)
    observations, infos = environment.reset(seed=seed)
    for agent in environment.agents:
        info = infos.get(agent)
        story.frames.append(_frame(environment, 0, agent, True, observations.get(agent), info, 0.0, False, False))
    for move in range(1, moves + 1):
        if not environment.agents:
            break
        _note_state(environment, story)
        before = list(environment.agents)
        if any(frame.mask_fault for frame in story.frames[-len(before) :]):
            return
        chosen = {agent: _choose(environment, agent, observations[agent], infos.get(agent), random) for agent in before}
        observations, rewards, terminations, truncations, infos = environment.step(chosen)
        after = set(environment.agents)
        for agent in [*before, *sorted(after - set(before), key=str)]:
            frame = _frame(
                environment,
                move,
                agent,
                agent in after,
                observations.get(agent),
                infos.get(agent),
                rewards.get(agent, 0.0 if agent not in before else None),
                terminations.get(agent, False if agent not in before else None),
                truncations.get(agent, False if agent not in before else None),
            )
            story.frames.append(frame)
            if frame.ended and frame.acting:
                story.stayed.append((agent, move))
            if agent in before and not frame.ended and not frame.acting:
                story.left.append((agent, move))
        if story.stayed:
            return
    _note_state(environment, story)  # arenas also read the state at the end of a game
    story.finished = not environment.agents


def _frame(
    environment: Any,
    move: int,
    agent: Any,
    acting: bool,
    observation: Any,
    info: Mapping[str, Any] | None,
    reward: Any,
    terminated: Any,
    truncated: Any,
) -> Frame:
    """Judge an observation and its mask at once, because storing all observations of a game could fill the memory."""
    space = environment.observation_space(agent)
    odd = None if observation is None and not acting else _observation_fault(space, observation)
    mask = None
    if acting and odd is None:
        mask = _mask_fault(environment.action_space(agent), masker(space)(observation, info))
    digest = 0 if odd or observation is None else zlib.crc32(np.ascontiguousarray(flatten(space, observation)).tobytes())
    return Frame(move, agent, acting, digest, odd, mask, reward, terminated, truncated)


def _observation_fault(space: Space, observation: Any) -> str | None:
    """Describe the fault of an observation, if any."""
    if observation is None:
        return "is missing"
    if not space.contains(observation):
        return f"is not inside {space}"
    if not np.isfinite(np.asarray(flatten(space, observation), np.float64)).all():
        return "contains numbers that are not finite"
    return None


def _mask_fault(space: Space, mask: Any) -> str | None:
    """Describe the fault of the legal actions of an acting agent, if any."""
    if mask is None or not isinstance(space, Discrete):
        return None
    values = np.asarray(mask)
    if values.shape != (int(space.n),):
        return f"has the shape {values.shape} instead of ({int(space.n)},)"
    if not np.isin(values, (0, 1)).all():
        return "holds values other than 0 and 1"
    return None if values.any() else "allows no action at all"


def _choose(environment: Any, agent: Any, observation: Any, info: Mapping[str, Any] | None, random: np.random.Generator) -> Any:
    """Choose a random legal action."""
    space = environment.action_space(agent)
    if isinstance(space, Box):
        return random.uniform(space.low, space.high).astype(space.dtype)
    mask = masker(environment.observation_space(agent))(observation, info)
    legal = np.arange(int(space.n)) if mask is None else np.flatnonzero(mask)
    return int(random.choice(legal)) + int(space.start)


def _note_state(environment: Any, story: Trace) -> None:
    """Note the shape of the joint state."""
    if story.name in UNUSABLE_STATE:
        return
    try:
        state = np.asarray(environment.state(), np.float32)
    except NO_STATE:
        story.states.add((None, True))
    else:
        story.states.add((state.shape, bool(np.isfinite(state).all())))
