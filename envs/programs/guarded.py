"""Users' own bots under guard: what goes wrong in one match is a fault in that match only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from envs.bots.own import RememberingBot
from envs.bots.turn import Bot, Turn
from envs.faults import GameError
from envs.programs.protocol import Fault, checked


class GuardedBot:
    """A bot of the user's own, whose errors and illegal actions are faults.

    A function is asked about all matches at once. If that fails, it is asked about one match after another, to find out which
    failed.
    """

    def __init__(self, bot: Bot | RememberingBot) -> None:
        self._bot = bot

    def answer(self, turn: Turn, seats: Sequence[str], carried: Tensor) -> list[Tensor | Fault]:
        """Choose the actions of some seats of some matches; see `envs.programs.visitor.Visitor.answer`."""
        if not isinstance(self._bot, RememberingBot) and len(seats) > 1:
            together = self._asked(turn, seats, carried)
            if not isinstance(together, Fault):
                return [_allowed(action, turn, row) for row, action in enumerate(together)]
        found: list[Tensor | Fault] = []
        for row in range(len(seats)):
            alone = _row(turn, row)
            answer = self._asked(alone, seats[row : row + 1], carried[row : row + 1])
            found.append(answer if isinstance(answer, Fault) else _allowed(answer[0], alone, 0))
        return found

    def keep(self, carried: Tensor) -> None:
        """Drop the objects of matches that are over; see `RememberingBot.keep`."""
        if isinstance(self._bot, RememberingBot):
            self._bot.keep(carried)

    def close(self) -> None:
        """There is nothing to close."""

    def _asked(self, turn: Turn, seats: Sequence[str], carried: Tensor) -> Tensor | Fault:
        """The actions of all rows, or the fault of one of them."""
        try:
            if isinstance(self._bot, RememberingBot):
                return self._bot.answer(turn, list(seats), carried)
            chosen = self._bot(turn)
        except GameError as error:
            return Fault("late" if "did not answer within" in str(error) else "raised", str(error).rstrip("."))
        wanted = turn.noise.shape[:1] if turn.role.actions.kind == "discrete" else turn.noise.shape
        if chosen.shape != wanted:
            return Fault("illegal", f"it returned actions of the shape {list(chosen.shape)}, not {list(wanted)}")
        return chosen


def _allowed(action: Tensor, turn: Turn, row: int) -> Tensor | Fault:
    value = action.tolist()
    if turn.role.actions.kind == "discrete" and isinstance(value, float) and value.is_integer():
        value = int(value)
    return checked(value, turn, row)


def _row(turn: Turn, row: int) -> Turn:
    at = torch.tensor([row])
    legal = None if turn.legal is None else turn.legal[at]
    return replace(turn, observation=turn.observation[at], legal=legal, noise=turn.noise[at])
