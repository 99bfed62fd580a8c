"""Bots of the user's own: a function, or a class whose objects follow one match of one seat each.

A class is the way to a bot that remembers: a search that keeps its tree, or a trained policy with a recurrent state. For every
seat of every match an object is made, `reset` is called once, and `act` at each of the seat's turns. What is large, such as a
network's weights, is loaded once at the top of the file.
"""

from __future__ import annotations

import inspect
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import Any, Protocol, cast

import torch
from torch import Tensor

from envs.bots.turn import Bot, Turn
from envs.faults import GameError, environment_code, place_of
from envs.game import Game

PATIENCE = 60.0
"""Seconds that a bot may take for one answer."""

FORGOTTEN = 64
"""Number of steps after which the object of a seat that did not occur in them is dropped: its match is over. The parts of an
arena take turns, so the seats of a running match occur in every second step."""


class Player(Protocol):
    """An object of a bot's class: it plays one seat in one match."""

    def reset(self, seat: str, noise: float) -> None:
        """A match begins.

        Args:
            seat: The seat's name.
            noise: A random number in (0, 1), to seed a generator with.
        """
        ...

    def act(self, turn: Turn) -> Any:
        """Choose an action.

        Args:
            turn: One decision: all tensors have one row.

        Returns:
            The action: an integer, or the components of a continuous action; a tensor of one row will do, too.
        """
        ...


class RememberingBot:
    """A bot with one object for each seat of each running match.

    Which object plays a seat is written as a number in the memory that the loop keeps for the seat. The loop sets it to 0 where
    a match begins, and hands it on when actors are made anew in the middle of a match.
    """

    def __init__(self, name: str, maker: Callable[..., Player], game: Game, patience: float = PATIENCE) -> None:
        """Prepare.

        Args:
            name: The bot's name, for messages.
            maker: Makes an object; it is called with the game if it takes an argument, else without.
            game: The game.
            patience: Seconds that an object may take for one answer.
        """
        self.name, self.game, self.patience = name, game, patience
        self._make = (lambda: maker(game)) if _takes_an_argument(maker) else maker
        self._players: dict[int, Player] = {}
        self._seen: dict[int, int] = {}
        self._steps, self._made = 0, 0

    def answer(self, turn: Turn, seats: list[str], carried: Tensor) -> Tensor:
        """Choose the actions of some seats of some matches.

        Args:
            turn: Their decisions, B rows.
            seats: The seat of each row.
            carried: float32 [B], the number of each seat's object, 0 at the start of a match; written in place.

        Returns:
            int64 [B] or float32 [B, n].

        Raises:
            GameError: The bot raised an error, answered with something else, or took too long.
        """
        chosen = []
        for row, seat in enumerate(seats):
            alone = _row(turn, row)
            with limited(f"the bot {self.name} as {seat} in {self.game.name}", self.patience):
                player = self._player(seat, float(alone.noise.flatten()[0]), carried, row)
                chosen.append(self._action(player.act(alone), alone))
        return torch.stack(chosen)

    def keep(self, carried: Tensor) -> None:
        """Drop the objects of matches that are over.

        Args:
            carried: The numbers of all seats that the bot holds, whether or not they act. To be called at every step.
        """
        self._steps += 1
        for number in set(map(int, carried.tolist())) & self._players.keys():
            self._seen[number] = self._steps
        for number in [number for number, last in self._seen.items() if last < self._steps - FORGOTTEN]:
            del self._players[number], self._seen[number]

    def _player(self, seat: str, noise: float, carried: Tensor, row: int) -> Player:
        number = int(carried[row])
        if number not in self._players:
            self._made = self._made % 2**20 + 1  # float32 holds these numbers exactly
            number = self._made
            self._players[number] = self._make()
            self._players[number].reset(seat, noise)
            carried[row] = float(number)
        self._seen[number] = self._steps
        return self._players[number]

    def _action(self, answer: Any, turn: Turn) -> Tensor:
        discrete = turn.role.actions.kind == "discrete"
        wanted = () if discrete else (turn.role.actions.size,)
        action = torch.as_tensor(answer)
        if action.numel() != max(1, turn.role.actions.size * (not discrete)):
            what = f"the bot {self.name} returned an action for {turn.role.name} in {self.game.name}"
            raise GameError(f"{what} of the shape {list(action.shape)}, not {list(wanted)}.")
        return action.reshape(wanted).to(torch.int64 if discrete else torch.float32)


def own_bot(name: str, found: Callable[..., Any], game: Game, patience: float = PATIENCE) -> Bot | RememberingBot:
    """Make a bot of a function or a class of the user's own. Errors name it, and it may not take too long for an answer.

    Args:
        name: The bot's name, for messages.
        found: A function from a `Turn` to actions, or a class whose objects are like `Player`.
        game: The game.
        patience: Seconds that it may take for one answer.
    """
    if inspect.isclass(found):
        return RememberingBot(name, cast(Callable[..., Player], found), game, patience)

    def bot(turn: Turn) -> Tensor:
        with limited(f"the bot {name} in {game.name}", patience):
            chosen = found(turn)
        if not isinstance(chosen, Tensor):
            raise GameError(f"the bot {name} returned a {type(chosen).__name__}, not a tensor of actions")
        return chosen

    return bot


class _TooLong(BaseException):
    """The alarm rang. It is no `Exception`, so that code which catches those does not go on."""


@contextmanager
def limited(what: str, patience: float) -> Iterator[None]:
    """Run code of the user's own; if it fails or takes too long, raise an error that names it.

    An alarm of the operating system interrupts the code, so that no thread is needed. Only the main thread of a process gets
    alarms; elsewhere, and where the system has none, there is no limit.

    Args:
        what: Whose code it is, at the beginning of a sentence.
        patience: Seconds.

    Raises:
        GameError: It failed or took too long.
    """
    if threading.current_thread() is not threading.main_thread() or not _ALARMS:
        with environment_code(f"{what} failed"):
            yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TooLong

    begun, handler = time.monotonic(), signal.signal(signal.SIGALRM, ring)
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, patience, patience)
    try:
        with environment_code(f"{what} failed"):
            yield
    except _TooLong as error:
        raise GameError(f"{what} did not answer within {patience:g} seconds{place_of(error)}") from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, handler)
        if remaining:  # an alarm of somebody else's
            signal.setitimer(signal.ITIMER_REAL, max(remaining - (time.monotonic() - begun), 1e-3), interval)


_ALARMS = "setitimer" in vars(signal)


def _takes_an_argument(maker: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(maker).parameters.values()
    except ValueError:  # a class written in another language
        return False
    return any(parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD) for parameter in parameters)


def _row(turn: Turn, row: int) -> Turn:
    legal = None if turn.legal is None else turn.legal[row : row + 1]
    return replace(turn, observation=turn.observation[row : row + 1], legal=legal, noise=turn.noise[row : row + 1])
