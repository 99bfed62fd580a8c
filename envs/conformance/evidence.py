"""The evidence from which the rules are judged: a game is made, described and played several times."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from pettingzoo.utils.env import ParallelEnv

from envs import aims
from envs.conformance.elsewhere import Unreachable, fingerprints_elsewhere
from envs.conformance.places import defined_at
from envs.conformance.trace import Frame, Trace, trace, traces_in_turn
from envs.conformance.values import seat_of, shown
from envs.description import StateKind, survey
from envs.faults import GameError, environment_code
from envs.game import Game, GameSetup
from envs.registry import Environment, construct, dispose

MORE, MOST, LEAST = 1000, 100, 2 * aims.ENOUGH
"""Games are played with further seeds until so many moves are made and so many games at least, or so many games at most."""

ENOUGH, FEWEST, ENOUGH_SECONDS = 500, 30, 5.0
"""Maximal and minimal number of moves of games that are only compared with another game, and how long each may take."""


@dataclass
class Evidence:
    """Everything observed about a game.

    Attributes:
        setup: The game.
        state: What a team's critic sees.
        environment: An environment of it, in which nothing is played; None if it cannot be made.
        game: Its description; None if it cannot be described.
        faults: Stage → what went wrong there: `made`, `opened`, `spaces`, `teams`, `closed`.
        seconds: How long it took to make an environment.
        games: The first game, in a fresh environment; none if there is no playing it.
        few: Number of moves after which games are broken off that are only compared with the first one.
        more: Games with further seeds. The first of them is in a fresh environment.
        again: The first of them, played again in another fresh environment.
        reused: The first of them, played again in the same environment.
        beside: The first of them, played in two environments in turn, while others use the process's random generators.
        asked: The first of them, played while seats are observed whose turn it is not; None in simultaneous games.
        elsewhere: The first of them as another process plays it, see `Frame.fingerprint`; None if that was not tried.
        unreachable: Why another process cannot play it, if so.
    """

    setup: GameSetup
    state: StateKind = "joint"
    environment: Any = None
    game: Game | None = None
    faults: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    games: list[Trace] = field(default_factory=list)
    few: int = ENOUGH
    more: list[Trace] = field(default_factory=list)
    again: Trace | None = None
    reused: Trace | None = None
    beside: list[Trace] = field(default_factory=list)
    asked: Trace | None = None
    elsewhere: list[list[str]] | None = None
    unreachable: str | None = None

    @property
    def played(self) -> list[Trace]:
        """All games played in this process."""
        return [*self.games, *self.more, *self.beside, *(game for game in (self.again, self.reused, self.asked) if game)]

    @property
    def returns(self) -> list[list[float]]:
        """Per finished game with another seed, the return of each team; games in which a team was absent are left out."""
        if self.game is None:
            return []
        found = []
        for story in (*self.games, *self.more):
            paid = story.returns
            teams = [[paid[name] for seat in team if (name := self.game.seats[seat]) in paid] for team in self.game.teams]
            if story.finished and all(teams):
                found.append([sum(team) / len(team) for team in teams])
        return found

    @property
    def frames(self) -> Iterator[tuple[Trace, Frame]]:
        """All frames of the games with different seeds."""
        return ((game, frame) for game in (*self.games, *self.more) for frame in game.frames)


def gather(setup: GameSetup, moves: int, state: StateKind = "joint", *, elsewhere: bool = True) -> Evidence:
    """Make, describe and play a game. Whatever it does, its faults are noted and its environments are closed.

    Args:
        setup: The game.
        moves: A game that takes more moves than this is assumed to be endless.
        state: What a team's critic sees.
        elsewhere: Also play it in another process.
    """
    evidence, made = Evidence(setup, state), list[Environment]()

    def new() -> Environment:
        begun = time.perf_counter()
        made.append(construct(setup))
        evidence.seconds = time.perf_counter() - begun
        return made[-1]

    with _noted(evidence, "made"):
        evidence.environment = new()
    if evidence.environment is not None:
        _describe(evidence)
        if not evidence.faults.keys() & {"opened", "spaces"}:
            with _noted(evidence, "again"):
                _play(evidence, new, moves)
                if elsewhere and evidence.games[0].finished:
                    _play_elsewhere(evidence)
    for environment in made:
        with _noted(evidence, "closed"):
            dispose(environment, setup)
    if "closed" in evidence.faults and evidence.faults.get("teams") == evidence.faults["closed"]:
        del evidence.faults["teams"]  # the survey closes its environment, too
    return evidence


@contextmanager
def _noted(evidence: Evidence, stage: str) -> Iterator[None]:
    """Note the first error of a stage."""
    try:
        with environment_code(f"{evidence.setup.name} cannot be examined"):
            yield
    except GameError as error:
        evidence.faults.setdefault(stage, str(error))


def _describe(evidence: Evidence) -> None:
    """Reset the environment, and read its spaces and teams."""
    environment, name = evidence.environment, evidence.setup.name
    where = defined_at(environment, "reset")
    with _noted(evidence, "opened"), environment_code(f"reset(seed=0) of {name}{where} failed"):
        environment.reset(seed=0)
    if "opened" in evidence.faults:
        return
    with _noted(evidence, "spaces"), environment_code(f"the agents of {name} cannot be read"):
        agents = list(environment.possible_agents)
        if not agents:
            raise GameError(f"possible_agents of {name} is {shown(environment.possible_agents)}: there is nobody to play.")
        for agent in agents:
            seat_of(environment, agent)
    if "spaces" not in evidence.faults:
        with _noted(evidence, "teams"):
            evidence.game = survey(evidence.setup, evidence.state).game


def _play(evidence: Evidence, new: Callable[[], Environment], moves: int) -> None:
    """Play the games in this process."""
    name, player, begun = evidence.setup.name, new(), time.perf_counter()
    evidence.games = [first := trace(name, player, 0, moves)]
    spent = time.perf_counter() - begun
    if not first.finished:
        return
    evidence.few = few = min(moves, ENOUGH, max(FEWEST, int(ENOUGH_SECONDS * (first.move + 1) / max(spent, 1e-9))))
    evidence.reused = trace(name, player, 0, few)
    evidence.beside = traces_in_turn(name, [new(), new()], 0, few, _disturb)
    evidence.again = trace(name, new(), 0, few)
    if not isinstance(evidence.environment, ParallelEnv):
        evidence.asked = trace(name, new(), 0, few, curious=True)
    made = first.move
    for seed in range(1, MOST):
        enough = made >= MORE and seed >= LEAST
        if enough or spent > ENOUGH_SECONDS or any(game.fault for game in evidence.played):
            break
        evidence.more.append(trace(name, new() if seed == 1 else player, seed, moves))
        made += evidence.more[-1].move + 1
        spent = time.perf_counter() - begun


def _play_elsewhere(evidence: Evidence) -> None:
    try:
        evidence.elsewhere = fingerprints_elsewhere(evidence.setup, 0, evidence.few)
    except Unreachable as error:
        evidence.unreachable = str(error)


def _disturb() -> None:
    """Draw numbers from the generators that everybody in this process shares, as other code may do at any time."""
    random.random()
    np.random.random_sample(3)
    torch.rand(1)
