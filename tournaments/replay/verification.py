"""Verifying a replay: played again it gives the same, and its content has the digest and the seal it carries."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from envs.arena import Timestep
from envs.describe import survey
from envs.faults import GameError
from envs.game import Game, Role
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
    """Whether a replay is what it claims to be, and if not, why: one sentence."""

    verified: bool
    reason: str = ""


def verify(path: Path) -> Verification:
    """Check a replay's file: it can be read, and it passes `check`."""
    try:
        return check(load(path))
    except ReplayError as error:
        return Verification(False, str(error))


def check(replay: Replay) -> Verification:
    """Check that a replay's content has the digest it carries, and that playing it again gives the same.

    Args:
        replay: The replay.

    Returns:
        The verdict. A changed action, legal move, reward, ending, fingerprint, seat, seed or result fails, and the reason names
        the first difference; changes that playing again cannot notice fail by the digest or the seal.
    """
    try:
        with closing(StockArena(survey(replay.setup), 1, fresh=True)) as arena:
            _play_again(arena, replay)
    except ReplayMismatch as error:
        return Verification(False, str(error))
    except GameError as error:
        return Verification(False, f"the match cannot be played again: {error}")
    if digest(replay) != replay.digest:
        return Verification(False, "the content does not have the digest it carries: its setup, seed or players were changed")
    if sealed(replay) != replay:
        return Verification(
            False, "something that playing again cannot verify was changed: thoughts, pictures, ratings, tags or versions"
        )
    return Verification(True)


def _play_again(arena: StockArena, replay: Replay) -> None:
    """Play a recorded match again.

    Raises:
        ReplayMismatch: With the first difference between the recording and the match.
    """
    game, steps = arena.game, []
    if replay.seats != seats_of(game, _players(game, replay)):
        raise ReplayMismatch(f"the seats are not those of {game.name}")
    nobody = (False,) * len(game.seats)
    opening = Step((), (0.0,) * len(game.seats), nobody, nobody, replay.opening)
    for number, again in enumerate(re_execute(arena, replay.seed, _from_file(game, replay), draw=False), -1):
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
    """Decisions as a replay has them, where they can be carried out at all."""

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
    """The player of each team, as the first of its seats has it."""
    if len(replay.seats) != len(game.seats):
        raise ReplayMismatch(f"the recording has {len(replay.seats)} seats, but {game.name} has {len(game.seats)}")
    return tuple(replay.seats[seats[0]].player for seats in game.teams)


def _difference(old: Step, new: Step) -> str:
    """What is not the same in a recorded step and the one played again; "" where all is."""
    compared: list[tuple[str, object, object]] = [
        ("the legal moves", [d.legal for d in old.decisions], [d.legal for d in new.decisions]),
        ("the rewards", old.rewards, new.rewards),
        ("the seats that terminated", old.terminated, new.terminated),
        ("the seats that were cut off", old.truncated, new.truncated),
    ]
    for what, before, after in compared:
        if before != after:
            return f"{what} were recorded as {before}, but played again they are {after}"
    if old.view.observation != new.view.observation:
        return "the observations are not those that were recorded"
    return ""
