"""Verification of a replay: re-execution gives the same match, and the content matches its digest and its seal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from envs.arena import Timestep
from envs.description import StateKind, survey
from envs.faults import GameError
from envs.game import Game, GameSetup, Role
from envs.stock.arena import StockArena
from tournaments.replay.format import Decision, Replay, ReplayError, Step, digest, load, sealed
from tournaments.replay.re_execution import (
    DecisionSource,
    ReplayMismatch,
    legal_moves,
    re_execute,
    require_same_seats,
    seats_of,
    step_returns,
)


@dataclass(frozen=True)
class Verification:
    """The result of a verification; `reason` is a sentence if it failed."""

    verified: bool
    reason: str = ""


Gate: TypeAlias = Callable[[GameSetup], None]
"""Raises a `GameError` if the game of a replay must not be made: it may be code, in a file that somebody else wrote."""


def no_code(setup: GameSetup) -> None:
    """Let published games pass, and no others.

    Raises:
        GameError: The game is code of its own.
    """
    if ":" in setup.name:
        raise GameError(f"the file names code, {setup.name}, which does not run unasked; see `league replay verify --trust`")


def verify(path: Path, gate: Gate = no_code) -> Verification:
    """Verify a replay file: it can be read, and it passes `check`."""
    try:
        return check(load(path), gate)
    except ReplayError as error:
        return Verification(False, str(error))


def check(replay: Replay, gate: Gate = no_code) -> Verification:
    """Check that re-execution of a replay gives the same match and that the content matches its digest and its seal.

    Args:
        replay: The replay.
        gate: Says whether the game may be made; asked before anything is imported.

    Returns:
        The verification. It fails for a modified action, legal action, reward, ending, observation hash, seat, seed or return,
        and the reason names the first difference. Modifications that re-execution cannot notice fail by the digest or the seal.
    """
    try:
        gate(replay.setup)
    except GameError as error:
        return Verification(False, str(error))
    fault = _fault(replay, "joint")
    if fault and _fault(replay, "none"):  # the match may have been played without asking for states
        return Verification(False, fault)
    if digest(replay) != replay.digest:
        return Verification(False, "the digest does not match the content: its setup, seed or players were changed")
    if sealed(replay) != replay:
        return Verification(
            False, "a part that re-execution cannot verify was changed: estimates, pictures, ratings, tags or versions"
        )
    return Verification(True)


def _fault(replay: Replay, state: StateKind) -> str:
    """Execute a match again in an arena with this kind of state; return what went differently, or ""."""
    try:
        with closing(StockArena(survey(replay.setup, state), 1, fresh=True)) as arena:
            _play_again(arena, replay)
    except ReplayMismatch as error:
        return str(error)
    except GameError as error:
        return f"the match cannot be played again: {error}"
    return ""


def _play_again(arena: StockArena, replay: Replay) -> None:
    """Execute a recorded match again and compare.

    Raises:
        ReplayMismatch: The first difference between the recording and the match.
    """
    game, steps = arena.game, []
    if replay.seats != seats_of(game, _players(game, replay)):
        raise ReplayMismatch(f"the seats are not those of {game.name}")
    nobody = (False,) * len(game.seats)
    opening = Step((), (0.0,) * len(game.seats), nobody, nobody, replay.opening)
    for number, again in enumerate(re_execute(arena, replay.seed, _from_file(game, replay)), -1):
        difference = _difference(replay.steps[number] if number >= 0 else opening, again)
        if difference:
            raise ReplayMismatch(f"step {number}: {difference}" if number >= 0 else f"before step 0: {difference}")
        steps.append(again)
    if len(steps) - 1 != len(replay.steps):
        raise ReplayMismatch(f"the recording has {len(replay.steps)} steps, but the match is over after {len(steps) - 1}")
    returns = step_returns(game, steps)
    if replay.returns != returns:
        raise ReplayMismatch(f"the returns were recorded as {replay.returns}, but the rewards give {returns}")


def _from_file(game: Game, replay: Replay) -> DecisionSource:
    """Take the decisions from a replay, and check that they can be executed."""

    def decide(step: int, now: Timestep) -> tuple[Decision, ...]:
        decisions = replay.steps[step].decisions if step < len(replay.steps) else ()
        require_same_seats(game, step, tuple(decision.seat for decision in decisions), now)
        for decision in decisions:
            if not _possible(game.roles[game.role_of_seat[decision.seat]], decision.action):
                raise ReplayMismatch(f"step {step}: {game.seats[decision.seat]} has no action {decision.action}")
        return tuple(replace(decision, legal=legal_moves(game, decision.seat, now)) for decision in decisions)

    return decide


def _possible(role: Role, action: int | tuple[float, ...]) -> bool:
    if isinstance(action, int):
        return role.actions.kind == "discrete" and 0 <= action < role.actions.size
    return role.actions.kind == "continuous" and len(action) == role.actions.size


def _players(game: Game, replay: Replay) -> tuple[str, ...]:
    """Return the player of each seat."""
    if len(replay.seats) != len(game.seats):
        raise ReplayMismatch(f"the recording has {len(replay.seats)} seats, but {game.name} has {len(game.seats)}")
    return tuple(seat.player for seat in replay.seats)


def _difference(old: Step, new: Step) -> str:
    """Describe the first difference between a recorded step and the re-executed one; "" if there is none."""
    compared: list[tuple[str, object, object]] = [
        ("the legal moves", [d.legal for d in old.decisions], [d.legal for d in new.decisions]),
        ("the rewards", old.rewards, new.rewards),
        ("the seats that terminated", old.terminated, new.terminated),
        ("the seats that were truncated", old.truncated, new.truncated),
    ]
    for what, before, after in compared:
        if before != after:
            return f"{what} were recorded as {before}, but in the re-execution they are {after}"
    if old.view.observation != new.view.observation:
        return "the observations differ from the recorded ones"
    return ""
