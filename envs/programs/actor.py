"""The actor that seats players from outside this program. Where one has forfeited, random legal moves end the match."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from torch import Tensor

from envs.arena import Insight, Timestep
from envs.bots.registry import BotActor, random
from envs.bots.turn import Turn
from envs.faults import GameError
from envs.game import Game
from envs.programs.protocol import Fault

FORFEITED = -1.0
"""What a seat carries after its player has forfeited."""

Note = Callable[[int, int, Fault], None]
"""Takes note of a fault: (copy, seat, fault)."""


class Guest(Protocol):
    """A player whose faults are found out match by match: a `Visitor` or a `GuardedBot`."""

    def answer(self, turn: Turn, seats: Sequence[str], carried: Tensor) -> list[Tensor | Fault]:
        """Choose the actions of some seats of some matches, or say what is wrong; see `Visitor.answer`."""
        ...

    def keep(self, carried: Tensor) -> None:
        """Drop what belongs to matches that are over; see `Visitor.keep`."""
        ...

    def close(self) -> None:
        """Drop everything."""
        ...


class GuestActor(BotActor):
    """An actor that lets a guest play some teams of an arena. A guest with a fault is not asked again in that match."""

    def __init__(self, game: Game, guest: Guest, owner: Tensor, note: Note) -> None:
        """Seat a guest.

        Args:
            game: The game.
            guest: The player.
            owner: bool [N, K], True for the (copy, team) pairs that it plays.
            note: Takes note of its faults.
        """
        super().__init__(game, random, owner)
        self.memory_size = 1
        self._guest, self._note = guest, note

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """Write the actions of the acting seats that the guest holds."""
        self._guest.keep(memory[..., 0][self._holds])
        for index, role in enumerate(self.game.roles):
            mine = self._mine(now, index)
            if not bool(mine.any()):
                continue
            legal = now.legal[index]
            turn = Turn(
                role=role,
                observation=now.observation[index][mine].float().view(-1, *role.observation_shape),
                legal=None if legal is None else legal[mine],
                noise=noise[index][mine],
            )
            rows, seats = self._acting(now, index, mine)
            carried = memory[rows, seats, 0]
            chosen = random(turn)
            for row, action in self._asked(turn, rows, seats, carried):
                chosen[row] = action
            memory[rows, seats, 0] = carried
            actions[index][mine] = chosen.to(actions[index])

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """A guest explains nothing."""

    def _asked(self, turn: Turn, rows: Tensor, seats: Tensor, carried: Tensor) -> list[tuple[int, Tensor]]:
        """The rows in which the guest has not forfeited, with its actions; faults are noted."""
        playing = (carried != FORFEITED).nonzero()[:, 0]
        if not len(playing):
            return []
        legal = None if turn.legal is None else turn.legal[playing]
        asked = replace(turn, observation=turn.observation[playing], legal=legal, noise=turn.noise[playing])
        carries = carried[playing]
        answers = self._guest.answer(asked, [self.game.seats[seat] for seat in seats[playing].tolist()], carries)
        carried[playing] = carries
        found = []
        for row, answer in zip(playing.tolist(), answers, strict=True):
            if isinstance(answer, Fault):
                self._note(int(rows[row]), int(seats[row]), answer)
                carried[row] = FORFEITED
            else:
                found.append((row, answer))
        return found


def refuse(name: str) -> Note:
    """What to do with a fault where no match can be forfeited, as in a game against a person: an error says it."""

    def note(copy: int, seat: int, fault: Fault) -> None:
        raise GameError(f"{name} cannot go on: {fault.reason}")

    return note
