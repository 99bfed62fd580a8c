"""Playing an environment with random legal actions and recording what the rules are judged by.

Nothing is corrected here: the environment is driven by PettingZoo's own loop, so that faults appear that an arena would hide.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pettingzoo.utils.env import ParallelEnv

from envs.conformance.places import defined_at
from envs.conformance.values import Seat, reward_fault, seat_of, shown
from envs.dead_steps import dead_step
from envs.description import NO_STATE, UNUSABLE_STATE
from envs.faults import GameError, environment_code
from envs.own_states import own_state
from envs.registry import Environment

EXACT = 1e-6
"""Relative and absolute tolerance between a cumulative reward and the sum of rewards."""


@dataclass(frozen=True)
class Frame:
    """What one agent was given at one move.

    Attributes:
        move: Number of moves made before.
        agent: Its id.
        acting: True if it acts next.
        digest: Checksum of the observation.
        observation_fault: Why a league cannot be played with the observation, if so.
        observation_remark: How the observation differs from its space although a league can be played with it, if so.
        mask_fault: The fault of the legal actions, if any.
        reward: As given.
        terminated: As given; None if missing.
        truncated: As given; None if missing.
        blind: True if the agent ends here without an observation.
    """

    move: int
    agent: Any
    acting: bool
    digest: int
    observation_fault: str | None
    observation_remark: str | None
    mask_fault: str | None
    reward: Any
    terminated: Any
    truncated: Any
    blind: bool

    @property
    def ended(self) -> bool:
        """True if the agent terminated or was truncated here."""
        return bool(self.terminated) or bool(self.truncated)

    @property
    def fingerprint(self) -> list[str]:
        """Everything that has to be the same when the game is played again, as text."""
        return [str(self.move), str(self.agent), f"{self.digest:08x}", repr(self.reward), f"{self.terminated} {self.truncated}"]


@dataclass
class Trace:
    """One game from its reset to its end.

    Attributes:
        name: The game's name.
        seed: The seed of its reset.
        frames: In order.
        move: The number of the move being made.
        finished: True if the game ended.
        fault: The environment's exception, or what it returned instead of what PettingZoo asks for, if any.
        left: Agents that left without termination or truncation, with the move.
        stayed: Agents that were still in the game after their termination or truncation, with the move.
        states: The distinct pairs of the joint state's shape (None without a state) and its fault (None if it has none).
        unpaid: The first turn whose cumulative reward is not the sum of the rewards since the agent acted last, in words.
        unseen: The first agent that could not be observed although it was not its turn, in words.
    """

    name: str
    seed: int = 0
    frames: list[Frame] = field(default_factory=list)
    move: int = 0
    finished: bool = False
    fault: str | None = None
    left: list[tuple[Any, int]] = field(default_factory=list)
    stayed: list[tuple[Any, int]] = field(default_factory=list)
    states: set[tuple[tuple[int, ...] | None, str | None]] = field(default_factory=set)
    unpaid: str | None = None
    unseen: str | None = None

    @property
    def returns(self) -> dict[str, float]:
        """What each agent that took part was paid in all, by its name; nothing where a reward is no finite number."""
        paid: dict[str, float] = {}
        for frame in self.frames:
            if reward_fault(frame.reward) is not None:
                return {}
            paid[str(frame.agent)] = paid.get(str(frame.agent), 0.0) + float(frame.reward)
        return paid

    @property
    def fingerprints(self) -> list[list[str]]:
        """What has to be the same when the game is played again, frame by frame."""
        return [frame.fingerprint for frame in self.frames]


def trace(name: str, environment: Environment, seed: int, moves: int, *, curious: bool = False) -> Trace:
    """Play one game with random legal actions.

    Args:
        name: The game's name, for messages.
        environment: It is reset first.
        seed: Of the reset, and of the random actions.
        moves: Maximal number of moves.
        curious: Ask for the observations of agents whose turn it is not, as the joint state of an arena does.

    Returns:
        The record, up to the end, to the first error, or to the last move.
    """
    [story] = traces_in_turn(name, [environment], seed, moves, curious=curious)
    return story


def traces_in_turn(
    name: str,
    environments: Sequence[Environment],
    seed: int,
    moves: int,
    between: Callable[[], None] = lambda: None,
    *,
    curious: bool = False,
) -> list[Trace]:
    """Play the same game in several environments, which make their moves in turn.

    Args:
        name: The game's name, for messages.
        environments: They are reset first.
        seed: Of all resets, and of the random actions.
        moves: Maximal number of moves.
        between: Called between moves.
        curious: See `trace`.

    Returns:
        The records, in order.
    """
    stories = [Trace(name, seed) for _ in environments]
    playing = {
        number: (_play_parallel if isinstance(environment, ParallelEnv) else _play_in_turn)(environment, story, moves, curious)
        for number, (environment, story) in enumerate(zip(environments, stories, strict=True))
    }

    def doing() -> str:
        return f"{name} failed at move {story.move} with seed {seed}"

    while playing:
        for number, moving in list(playing.items()):
            story = stories[number]
            try:
                with environment_code(doing):
                    if next(moving, StopIteration) is StopIteration:
                        del playing[number]
            except GameError as error:
                story.fault = str(error)
                del playing[number]
            between()
    return stories


def _play_in_turn(environment: Any, story: Trace, moves: int, curious: bool) -> Iterator[None]:
    """Play an AEC environment, move by move."""
    random, owed = np.random.default_rng(story.seed), dict[Any, float]()
    environment.reset(seed=story.seed)
    seats = _seats(environment)
    for move in range(moves):
        if not environment.agents:
            break
        story.move = move
        _note_state(environment, story)
        agent, before = environment.agent_selection, set(environment.agents)
        observation, reward, terminated, truncated, info = _five(environment, environment.last(), "last")
        ended = bool(terminated) or bool(truncated)
        seat = _seat(environment, seats, agent)
        frame, legal = _frame(seat, move, not ended, observation, info, reward, terminated, truncated)
        story.frames.append(frame)
        if frame.mask_fault or frame.observation_fault:
            return
        _compare_pay(story, frame, owed.pop(agent, 0.0))
        if curious and not ended:
            _ask_others(environment, story, seats)
        if ended:
            dead_step(environment)
        else:
            environment.step(seat.choose(legal, random))
        for other, paid in environment.rewards.items() if not ended else ():
            owed[other] = owed.get(other, 0.0) + _number(paid)
        after = set(environment.agents)
        story.left += [(gone, move) for gone in sorted(before - after, key=str) if not (ended and gone == agent)]
        if ended and agent in after:
            story.stayed.append((agent, move))
            return
        yield
    story.finished = not environment.agents


def _play_parallel(environment: Any, story: Trace, moves: int, curious: bool) -> Iterator[None]:
    """Play a parallel environment, move by move."""
    random = np.random.default_rng(story.seed)
    observations, infos = _dictionaries(environment, environment.reset(seed=story.seed), "reset", "observations", "infos")
    seats, legal = _seats(environment), dict[Any, Any]()

    def note(agent: Any, acting: bool, *given: Any) -> Frame:
        seat, info = _seat(environment, seats, agent), infos.get(agent)
        frame, legal[agent] = _frame(seat, story.move, acting, observations.get(agent), info, *given)
        story.frames.append(frame)
        return frame

    seen = [note(agent, True, 0.0, False, False) for agent in environment.agents]
    for move in range(1, moves + 1):
        if not environment.agents:
            break
        _note_state(environment, story)
        if any(frame.mask_fault or frame.observation_fault for frame in seen):
            return
        before, story.move = list(environment.agents), move
        chosen = {agent: seats[agent].choose(legal[agent], random) for agent in before}
        what = ("observations", "rewards", "terminations", "truncations", "infos")
        observations, rewards, terminations, truncations, infos = _dictionaries(
            environment, environment.step(chosen), "step", *what
        )
        after, seen = set(environment.agents), []
        for agent in [*before, *sorted(after - set(before), key=str)]:
            absent = (None, None, None) if agent in before else (0.0, False, False)
            given = [part.get(agent, usual) for part, usual in zip((rewards, terminations, truncations), absent, strict=True)]
            seen.append(note(agent, agent in after, *given))
            if seen[-1].ended and seen[-1].acting:
                story.stayed.append((agent, move))
            if agent in before and not seen[-1].ended and not seen[-1].acting:
                story.left.append((agent, move))
        if story.stayed:
            return
        yield
    _note_state(environment, story)  # arenas also read the state at the end of a game
    story.finished = not environment.agents


def _seats(environment: Any) -> dict[Any, Seat]:
    return {agent: seat_of(environment, agent) for agent in environment.possible_agents}


def _seat(environment: Any, seats: Mapping[Any, Seat], agent: Any) -> Seat:
    if agent not in seats:
        raise GameError(f"{agent!r} is among the agents but not among the possible_agents{defined_at(environment, 'reset')}.")
    return seats[agent]


def _five(environment: Any, given: Any, method: str) -> Sequence[Any]:
    """Make sure that a method returned five things."""
    if not isinstance(given, tuple) or len(given) != 5:
        raise GameError(f"{method}() returned {shown(given)}, not five values{defined_at(environment, method)}.")
    return given


def _dictionaries(environment: Any, given: Any, method: str, *names: str) -> Sequence[Mapping[Any, Any]]:
    """Make sure that a method returned dictionaries by agent."""
    said = f"{method}() returned {{}}, but PettingZoo asks for {', '.join(names)}{defined_at(environment, method)}."
    if not isinstance(given, tuple) or len(given) != len(names):
        raise GameError(said.format(f"{len(given)} values" if isinstance(given, tuple) else shown(given)))
    for name, part in zip(names, given, strict=True):
        if not isinstance(part, Mapping):
            raise GameError(said.format(f"{shown(part)} as {name}"))
    return given


def _frame(
    seat: Seat,
    move: int,
    acting: bool,
    observation: Any,
    info: Mapping[str, Any] | None,
    reward: Any,
    terminated: Any,
    truncated: Any,
) -> tuple[Frame, Any]:
    """Judge an observation and its mask at once, because storing all observations of a game could fill the memory."""
    if observation is None and not acting:
        return Frame(move, seat.agent, acting, 0, None, None, None, reward, terminated, truncated, blind=True), None
    sight = seat.see(observation)
    legal, mask_fault = seat.legal(observation, info) if acting and sight.fault is None else (None, None)
    digest = 0 if sight.row is None else zlib.crc32(np.ascontiguousarray(sight.row + 0.0).tobytes())
    judged = (sight.fault, sight.remark, mask_fault)
    return Frame(move, seat.agent, acting, digest, *judged, reward, terminated, truncated, blind=False), legal


def _compare_pay(story: Trace, frame: Frame, owed: float) -> None:
    """Compare what `last()` gives with the rewards since the agent acted last."""
    given = _number(frame.reward)
    if story.unpaid is None and not math.isclose(given, owed, rel_tol=EXACT, abs_tol=EXACT):
        story.unpaid = (
            f"At move {frame.move} with seed {story.seed} last() gives {frame.agent} the reward {given:g}, "
            f"but the rewards since it acted last add up to {owed:g}"
        )


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0  # another rule judges rewards that are not numbers


def _ask_others(environment: Any, story: Trace, seats: Mapping[Any, Seat]) -> None:
    """Ask for the observations of the living agents whose turn it is not."""
    for other in environment.agents:
        if other == environment.agent_selection or environment.terminations[other] or environment.truncations[other]:
            continue
        try:
            with environment_code("raises an error"):
                fault = _seat(environment, seats, other).see(environment.observe(other)).fault
        except GameError as error:
            fault = str(error)
        if fault and story.unseen is None:
            story.unseen = f"observe({other!r}) at move {story.move} with seed {story.seed}, when it is not its turn: {fault}"


def _note_state(environment: Any, story: Trace) -> None:
    """Note the shape and the faults of the joint state."""
    if story.name in UNUSABLE_STATE:
        return
    try:
        with environment_code("raises an error"):
            story.states.add(_state(environment, story))
    except GameError as error:
        story.states.add(((), f"{error}, at move {story.move} with seed {story.seed}"))


def _state(environment: Any, story: Trace) -> tuple[tuple[int, ...] | None, str | None]:
    try:
        state = np.asarray(own_state(story.name, environment), np.float32)
    except NO_STATE:
        return None, None
    if np.isfinite(state).all():
        return state.shape, None
    value = state[~np.isfinite(state)].flat[0]
    return state.shape, f"has the value {value}, which is not finite, at move {story.move} with seed {story.seed}"
