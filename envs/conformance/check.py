"""Checks the rules on which arenas rely, for `league games --check`.

Every rule is a function from the evidence to a description of the fault. The rules are in one table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np

from envs.conformance.trace import Frame, Trace, trace
from envs.description import survey
from envs.faults import GameError
from envs.game import GameSetup
from envs.registry import construct
from envs.spaces import actions_of, shape_of

MOVES = 10_000
"""A game that takes more moves than this is assumed to be endless."""


@dataclass(frozen=True)
class Clause:
    """The result for one rule.

    Attributes:
        name: The rule.
        passed: True if the game keeps it.
        explanation: One sentence about the finding.
        required: False for advice: a game that fails it can still be played.
        examined: False if the rule could not be examined because the game failed before; then it has not passed either.
    """

    name: str
    passed: bool
    explanation: str
    required: bool = True
    examined: bool = True


@dataclass
class _Evidence:
    """Everything observed about a game.

    Attributes:
        setup: The game.
        environment: An environment of it, in which nothing is played; None if it cannot be made.
        unmade: The reason why it cannot be made.
        games: Games played in fresh environments with different seeds.
        again: The first of them, played again in another fresh environment.
        reused: The first of them, played again in the same environment.
    """

    setup: GameSetup
    environment: Any = None
    unmade: str | None = None
    games: list[Trace] = field(default_factory=list)
    again: Trace | None = None
    reused: Trace | None = None


@dataclass(frozen=True)
class _Rule:
    """A rule: `judge` describes the fault, or returns None; `kept` is the sentence for a game that keeps the rule."""

    name: str
    judge: Callable[[_Evidence], str | None]
    kept: str
    required: bool = True


def check(setup: GameSetup | str, moves: int = MOVES) -> list[Clause]:
    """Examine a game: make it, describe it, and play it four times with random legal actions.

    Args:
        setup: The game's setup, or just its name.
        moves: A game that takes more moves than this is assumed to be endless.

    Returns:
        One clause per rule; the game can be played if all the required ones passed.
    """
    evidence = _gather(GameSetup(setup) if isinstance(setup, str) else setup, moves)
    clauses: list[Clause] = []
    for rule in _RULES:
        reason = _unexamined(rule, evidence)
        fault = f"Not examined, because {reason}." if reason else rule.judge(evidence)
        clauses.append(Clause(rule.name, fault is None, fault or rule.kept, rule.required, not reason))
    return clauses


def _unexamined(rule: _Rule, evidence: _Evidence) -> str:
    """Return the reason why a rule cannot be examined; "" if it can."""
    if evidence.unmade and rule.judge is not _loads:
        return "the game could not be made"
    if rule.judge in _ON_PLAY and not evidence.games:
        return "the game could not be played"
    if rule.judge in (_seeds, _reuse) and evidence.again is None:
        return "the game did not come to its end"
    if rule.judge is _ends and any(game.fault for game in evidence.games):
        return "the game stopped early"
    if rule.judge in _ON_PLAY - {_plays} and not any(game.frames for game in evidence.games):
        return "no move was made"
    return ""


def _gather(setup: GameSetup, moves: int) -> _Evidence:
    """Play the games from which the rules are judged."""
    evidence = _Evidence(setup)
    try:
        evidence.environment = construct(setup)
    except GameError as error:
        evidence.unmade = str(error)
    if evidence.unmade or _spaces(evidence):
        return evidence
    player = construct(setup)
    evidence.games = [trace(setup.name, player, 0, moves)]
    if evidence.games[0].finished:
        evidence.reused = trace(setup.name, player, 0, moves)
        evidence.again = trace(setup.name, construct(setup), 0, moves)
        evidence.games.append(trace(setup.name, construct(setup), 1, moves))
    return evidence


def _loads(evidence: _Evidence) -> str | None:
    return evidence.unmade


def _spaces(evidence: _Evidence) -> str | None:
    if evidence.environment is None:
        return "Not examined, because the game cannot be made."
    environment = evidence.environment
    try:
        environment.reset(seed=0)
        for agent in environment.possible_agents:
            shape_of(environment.observation_space(agent), str(agent))
            actions_of(environment.action_space(agent), str(agent))
    except GameError as error:
        return str(error)
    return None


def _teams(evidence: _Evidence) -> str | None:
    if evidence.environment is None:
        return "Not examined, because the game cannot be made."
    try:
        survey(evidence.setup)
    except GameError as error:
        return str(error)
    return None


def _plays(evidence: _Evidence) -> str | None:
    return next((game.fault for game in _all(evidence) if game.fault), None)


def _ends(evidence: _Evidence) -> str | None:
    for game in evidence.games:
        if not game.finished and not game.fault and not game.stayed and not _masked(game):
            return f"A game was not over after {game.frames[-1].move + 1} moves."
    return None


def _observations(evidence: _Evidence) -> str | None:
    return next((f"{_at(frame)} {frame.observation_fault}." for frame in _frames(evidence) if frame.observation_fault), None)


def _masks(evidence: _Evidence) -> str | None:
    return next((f"{_at(frame, 'mask')} {frame.mask_fault}." for frame in _frames(evidence) if frame.mask_fault), None)


def _rewards(evidence: _Evidence) -> str | None:
    for frame in _frames(evidence):
        if not isinstance(frame.reward, Real) or not math.isfinite(frame.reward):
            return f"{_at(frame, 'reward')} is {frame.reward!r}, which is not a finite number."
    return None


def _flags(evidence: _Evidence) -> str | None:
    for frame in _frames(evidence):
        for word, value in (("termination", frame.terminated), ("truncation", frame.truncated)):
            if not isinstance(value, (bool, np.bool_)):
                return f"{_at(frame, word)} is {value!r}, which is neither True nor False."
    for game in evidence.games:
        for agent, move in game.left:
            return f"{agent} left the game at move {move} without having terminated or been truncated."
    return None


def _deaths(evidence: _Evidence) -> str | None:
    for game in evidence.games:
        for agent, move in game.stayed:
            return f"{agent} ended at move {move} but is still among the agents afterwards."
        ended: set[Any] = set()
        for frame in game.frames:
            if frame.agent in ended:
                return f"{frame.agent} came back at move {frame.move} after it had terminated or was truncated."
            if frame.ended:
                ended.add(frame.agent)
    return None


def _state(evidence: _Evidence) -> str | None:
    shapes = {shape for game in evidence.games for shape, _ in game.states}
    if None in shapes and len(shapes) > 1:
        return "state() sometimes works and sometimes fails."
    if len(shapes) > 1:
        return f"state() changes its shape: {', '.join(sorted(map(str, shapes)))}."
    if not all(finite for game in evidence.games for _, finite in game.states):
        return "state() contains numbers that are not finite."
    space = getattr(evidence.environment, "state_space", None)  # optional in PettingZoo
    shape = next(iter(shapes), None)
    if space is not None and shape is not None and tuple(space.shape) != shape:
        return f"state() has the shape {shape}, but state_space says {tuple(space.shape)}."
    return None


def _seeds(evidence: _Evidence) -> str | None:
    return _difference(evidence.games[0], evidence.again, "two new environments")


def _reuse(evidence: _Evidence) -> str | None:
    difference = _difference(evidence.games[0], evidence.reused, "a new environment and one used before")
    return difference and f"{difference} Tournaments use fresh environments."


def _difference(one: Trace, other: Trace | None, who: str) -> str | None:
    """Describe where two games with the same seed and actions differ, if they do."""
    if other is None:
        return "Not examined, because the game did not come to its end."
    for left, right in zip(one.frames, other.frames, strict=False):
        if left != right:
            return f"With the same seed and actions, {who} differ at move {left.move} for {left.agent}."
    if len(one.frames) != len(other.frames):
        return f"With the same seed and actions, {who} play games of different length."
    return None


def _all(evidence: _Evidence) -> list[Trace]:
    """Return all games played."""
    return [*evidence.games, *(game for game in (evidence.again, evidence.reused) if game)]


def _frames(evidence: _Evidence) -> Iterator[Frame]:
    """Return all frames of the games in fresh environments."""
    return (frame for game in evidence.games for frame in game.frames)


def _masked(game: Trace) -> bool:
    """Return whether a game stopped because no action was legal."""
    return any(frame.mask_fault for frame in game.frames)


def _at(frame: Frame, what: str = "observation") -> str:
    """Name something that an agent was given at a move."""
    return f"The {what} of {frame.agent} at move {frame.move}"


_RULES = (
    _Rule("loads", _loads, "The environment can be made and is an AECEnv or a ParallelEnv."),
    _Rule("spaces", _spaces, "All observation and action spaces are supported."),
    _Rule("teams", _teams, "Seats, teams, sides and roles can be read."),
    _Rule("plays", _plays, "Games with random legal actions raise no error."),
    _Rule("ends", _ends, "Every game comes to its end."),
    _Rule("observations", _observations, "Observations are inside their spaces and finite."),
    _Rule("masks", _masks, "Every seat that acts has a legal action."),
    _Rule("rewards", _rewards, "Rewards are finite numbers."),
    _Rule("flags", _flags, "Every seat has a termination and a truncation flag, and no seat leaves without one being set."),
    _Rule("deaths", _deaths, "Seats that terminated or were truncated leave the game and do not come back."),
    _Rule("state", _state, "state() keeps its shape and is finite, or is absent."),
    _Rule("seeds", _seeds, "The same seed and actions give the same game in two new environments."),
    _Rule("reuse", _reuse, "An environment used before plays the same game as a new one.", required=False),
)

_ON_PLAY = {_plays, _ends, _observations, _masks, _rewards, _flags, _deaths, _state, _seeds, _reuse}
