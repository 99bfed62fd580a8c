"""Re-execution of a recorded match, step by step, on the stock environment.

Twins are never used here, so that a replay is evidence about the published game.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from math import isfinite
from typing import Any

import numpy as np
import torch
from torch import Tensor

from envs.arena import RESTS, Timestep
from envs.faults import GameError, IllegalAction
from envs.game import Game
from envs.stock.arena import StockArena
from tournaments.match.play import blank_actions, team_returns
from tournaments.replay.format import Decision, ReplaySeat, Step, View
from tournaments.tickets import seat_players

Camera = Callable[[StockArena, int], dict[str, Any] | None]
"""Returns the picture of the present position: (arena, steps played so far) → a frame, or None."""

DecisionSource = Callable[[int, Timestep], tuple[Decision, ...]]
"""Returns the decisions of the acting seats at a step: (step, timestep) → decisions."""


class ReplayMismatch(ValueError):
    """A match ran differently when executed again; the message says how and at which step."""


def no_picture(arena: StockArena, steps: int) -> None:
    """A camera that takes no pictures."""


def re_execute(arena: StockArena, seed: int, decide: DecisionSource, camera: Camera = no_picture) -> Iterator[Step]:
    """Play one match to its end.

    Args:
        arena: A stock arena with one copy.
        seed: The match's seed.
        decide: Returns the decisions of every step.
        camera: Takes the pictures.

    Yields:
        First the opening, as a step without decisions; then the steps of the match.

    Raises:
        ReplayMismatch: `decide` chose an illegal action.
        GameError: The environment fails.
    """
    rests = torch.tensor([RESTS])
    now = arena.restart(torch.tensor([seed]))
    yield _step((), now, camera(arena, 0))
    for number in count():
        if bool(now.over[0]):
            return
        decisions = decide(number, now)
        try:
            now = arena.step(_tensors(arena.game, decisions), rests)
        except IllegalAction as error:
            raise ReplayMismatch(f"step {number}: {error}") from error
        yield _step(decisions, now, camera(arena, number + 1))


def fingerprint(observations: Sequence[Tensor]) -> str:
    """Compute the sha256 of one copy's observations, rounded to 4 decimals, role by role.

    Args:
        observations: Per role, float32 [1, slots, F].
    """
    hashed = hashlib.sha256()
    for observation in observations:
        # −0 and 0 have different bytes. Adding 0 turns −0 into 0.
        hashed.update((np.round(observation.double().cpu().numpy(), 4) + 0.0).astype("<f4").tobytes())
    return hashed.hexdigest()


def require_same_seats(game: Game, step: int, acted: tuple[int, ...], now: Timestep) -> None:
    """Check that the seats that have to act are those that acted in the recording.

    Raises:
        ReplayMismatch: They are not; the message names both sets of seats.
    """
    acting = tuple(now.acting[0].nonzero().flatten().tolist())
    if acting != acted:
        names = (
            ", ".join(str(game.seats[seat]) if seat < len(game.seats) else f"seat {seat}" for seat in seats)
            for seats in (acted, acting)
        )
        recorded, again = (name or "nobody" for name in names)
        raise ReplayMismatch(f"step {step}: {recorded} acted in the recording, but in the re-execution {again} must act")


def slot_of(game: Game, seat: int) -> int:
    """Return the seat's index on the slot axis of its role."""
    return 0 if game.turn_based else game.roles[game.role_of_seat[seat]].seats.index(seat)


def legal_moves(game: Game, seat: int, now: Timestep) -> tuple[int, ...] | None:
    """Return the legal actions of a seat; None for continuous actions."""
    legal = now.legal[game.role_of_seat[seat]]
    return None if legal is None else tuple(legal[0, slot_of(game, seat)].nonzero().flatten().tolist())


def seats_of(game: Game, players: Sequence[str]) -> tuple[ReplaySeat, ...]:
    """Return the seats with their players, given the player of each team or of each seat."""
    facts = zip(game.seats, game.team_of_seat, game.role_of_seat, seat_players(game, players), strict=True)
    return tuple(ReplaySeat(str(name), team, game.roles[role].name, player) for name, team, role, player in facts)


def step_returns(game: Game, steps: Sequence[Step]) -> tuple[float, ...]:
    """Compute the return of each team, rounded to 6 decimals, from the rewards of the steps."""
    rewards = [sum(step.rewards[seat] for step in steps) for seat in range(len(game.seats))]
    return tuple(round(value, 6) + 0.0 for value in team_returns(game, rewards))


def _tensors(game: Game, decisions: Sequence[Decision]) -> tuple[Tensor, ...]:
    actions = blank_actions(game, 1, torch.device("cpu"))
    for decision in decisions:
        chosen = actions[game.role_of_seat[decision.seat]][0]
        chosen[slot_of(game, decision.seat)] = torch.tensor(decision.action, dtype=chosen.dtype)
    return actions


def _step(decisions: tuple[Decision, ...], now: Timestep, picture: dict[str, Any] | None) -> Step:
    last = now.final.observation if now.final is not None and bool(now.over[0]) else now.observation
    return Step(
        decisions,
        tuple(round(reward, 6) + 0.0 for reward in now.reward[0].tolist()),
        tuple(now.terminated[0].tolist()),
        tuple(now.truncated[0].tolist()),
        View(fingerprint(last), picture),
    )


def frame_of(arena: StockArena) -> dict[str, Any] | None:
    """Return the picture of the present position, ready for JSON; None if the game cannot be drawn."""
    try:
        return _plain(arena.frame(0))
    except GameError:
        return None


def _plain(value: Any) -> Any:
    """Convert data to JSON values: arrays become lists, and numbers that are not finite become None."""
    if isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):  # a picture is mostly strings and integers in mappings; the inner test saves calls
        return {str(key): part if isinstance(part, (str, int)) else _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return _plain(value.tolist()) if isinstance(value, (np.ndarray, np.generic)) else value
