"""The protocol between a match and a player outside this program: one JSON object a line, or one a request.

`start` opens a seat of a match, and any JSON object answers it. `act` asks for an action. All observations and actions are
those of the PettingZoo environment. `docs/programs.md` shows both messages.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import torch
from torch import Tensor

from envs.bots.turn import Turn
from envs.faults import shortened
from envs.game import Game, Role
from envs.programs.limits import LIMITS as LIMITS
from envs.programs.limits import Limits as Limits

VERSION = 1
"""Version of the protocol. It is sent with `start`."""

Kind = Literal["start", "exited", "late", "flood", "garbage", "illegal", "raised", "unreachable"]


@dataclass(frozen=True)
class Fault:
    """Why a player forfeits.

    Attributes:
        kind: start (it could not be started or did not answer in time), exited, late, flood (too much output), garbage (no JSON
            of the protocol), illegal (an action that is not allowed), raised (an error in Python), unreachable (no connection).
        reason: A sentence without its subject, such as `it did not answer within 5 seconds`.
    """

    kind: Kind
    reason: str


class Session(Protocol):
    """A seat of a match, as a player outside this program sees it."""

    def close(self) -> None:
        """End it: a process is killed, a connection is closed. A second call does nothing."""
        ...


def start_message(game: Game, role: Role, seat: str, match: str, seed: int, limits: Limits) -> bytes:
    """The message that opens a seat of a match.

    Args:
        game: The game.
        role: The seat's role.
        seat: The seat's name.
        match: A name of this seat in this match, different from all others.
        seed: A random number in [0, 2**31) that depends on the match only. Whoever draws from it plays the same match again.
        limits: The limits.
    """
    actions: dict[str, Any] = {"kind": role.actions.kind, "size": role.actions.size}
    if role.actions.kind == "continuous":
        actions |= {"low": list(role.actions.low), "high": list(role.actions.high)}
    return _line(
        {
            "type": "start",
            "protocol": VERSION,
            "match": match,
            "game": game.name,
            "seat": seat,
            "seats": list(game.seats),
            "observation_shape": list(role.observation_shape),
            "actions": actions,
            "seed": seed,
            "seconds": limits.move,
        }
    )


def act_message(turn: Turn, row: int, match: str) -> bytes:
    """The message that asks for an action in one row of a turn."""
    legal = None if turn.legal is None else turn.legal[row].nonzero()[:, 0].tolist()
    observation = turn.observation[row].tolist()
    return _line({"type": "act", "match": match, "observation": observation, "legal": legal})


def action_of(answer: bytes, turn: Turn, row: int) -> Tensor | Fault:
    """Read an answer to `act`.

    Args:
        answer: The line, or the body of the response.
        turn: The decision.
        row: Its row.

    Returns:
        The action, int64 [] or float32 [n], or the fault.
    """
    found = object_in(answer)
    if isinstance(found, Fault):
        return found
    if "action" not in found:
        return Fault("garbage", f"it answered without an action: {_quoted(answer)}")
    return checked(found["action"], turn, row)


def object_in(answer: bytes) -> dict[str, Any] | Fault:
    """The JSON object in an answer, or the fault."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return Fault("garbage", f"it answered something that is no JSON: {_quoted(answer)}")
    return found if isinstance(found, dict) else Fault("garbage", f"it answered no JSON object: {_quoted(answer)}")


def checked(action: Any, turn: Turn, row: int) -> Tensor | Fault:
    """An action as a tensor, if it is allowed; otherwise the fault.

    Args:
        action: An integer, or the numbers of a continuous action.
        turn: The decision.
        row: Its row.
    """
    space = turn.role.actions
    if space.kind == "discrete":
        legal = turn.legal
        whole = isinstance(action, int) and not isinstance(action, bool)
        if not whole or not 0 <= action < space.size or (legal is not None and not bool(legal[row, action])):
            return Fault("illegal", f"it chose the action {shortened(repr(action), 60)}, which is not allowed")
        return torch.tensor(action)
    numbers = action if isinstance(action, Sequence) and not isinstance(action, str) else [action]
    real = len(numbers) == space.size and all(
        isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) for value in numbers
    )
    if not real or any(
        not low - SLACK <= v <= high + SLACK for v, low, high in zip(numbers, space.low, space.high, strict=True)
    ):
        return Fault("illegal", f"it chose the action {shortened(repr(action), 60)}, which is not allowed")
    return torch.tensor(numbers, dtype=torch.float32).clamp(torch.tensor(space.low), torch.tensor(space.high))


SLACK = 1e-5
"""How far a continuous action may be outside its bounds by rounding."""


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def _quoted(answer: bytes) -> str:
    return shortened(repr(answer[:120].decode(errors="replace")), 80)
