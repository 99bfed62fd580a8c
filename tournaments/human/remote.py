"""A person who is asked from elsewhere, such as from a page in a browser: positions go out as values, and moves come back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from envs.arena import Actor, Timestep
from envs.game import Game
from envs.rendering.drawing import Frame
from envs.rendering.labels import called, labels, names_in
from envs.rendering.targets import Targets
from tournaments.human.person import SharedControl
from tournaments.human.thoughts import Thought, thoughts
from tournaments.replay.re_execution import slot_of


@dataclass(frozen=True)
class Choice:
    """What a person is asked for one seat.

    Attributes:
        seat: The seat.
        legal: The legal actions.
        names: Names of all actions; empty if they have numbers only.
    """

    seat: int
    legal: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Decided:
    """What was decided for a seat, with what its player computed.

    Attributes:
        thought: The decision.
        names: Names of all actions of the seat; empty if they have numbers only.
    """

    thought: Thought
    names: tuple[str, ...]


@dataclass(frozen=True)
class Position:
    """A position in which a person has to move, or the end.

    Attributes:
        step: Number of steps before it.
        frames: The pictures since the person's last position, that one not included; the last is the present one.
        choices: What the person is asked, seat by seat; empty at the end.
        targets: Places in the picture that stand for actions.
        moved: What the other seats have decided since the person's last move; in games of simultaneous moves, in the last step.
        about: What the other seats decide at this very step, in games of simultaneous moves.
        advice: What the players would do in the person's place.
        rewards: Sums of the rewards so far, seat by seat.
    """

    step: int
    frames: tuple[Frame, ...]
    choices: tuple[Choice, ...]
    targets: Targets
    moved: tuple[Decided, ...]
    about: tuple[Decided, ...]
    advice: tuple[Decided, ...]
    rewards: tuple[float, ...]


Ask = Callable[[Position], Mapping[int, int]]
"""Waits for the person's moves in a position, seat → action; raises PersonLeft. What it returns at the end is not looked at."""


class RemotePerson(SharedControl):
    """An actor that hands out positions and waits for moves."""

    def __init__(
        self,
        game: Game,
        actors: Sequence[Actor],
        seats: Collection[int],
        *,
        ask: Ask,
        picture: Callable[[], Frame],
        targets: Callable[[], Targets],
    ) -> None:
        """Seat a person.

        Args:
            game: The game; the person's seats have discrete actions.
            actors: The players' actors, for all seats.
            seats: The person's seats.
            ask: Waits for moves.
            picture: Returns the frame of the present position.
            targets: Returns the places in it that stand for actions.
        """
        super().__init__(game, actors, seats)
        self._ask, self._picture, self._targets = ask, picture, targets
        self._labels = [labels(game.name, game.roles[role]) for role in game.role_of_seat]
        self._frames: list[Frame] = []
        self._moved: list[Decided] = []
        self._rewards = [0.0] * len(game.seats)
        self._step = 0

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """Let the players decide, and then ask the person.

        Raises:
            PersonLeft: The person has left.
            ValueError: A move is not legal.
        """
        frame = self._picture()
        self._frames.append(frame)
        if self._step:
            self._rewards = [total + paid for total, paid in zip(self._rewards, now.reward[0].tolist(), strict=True)]
        found = [
            Decided(thought, self._names(thought, frame))
            for thought in thoughts(self.game, self.actors, now, memory, noise, actions)
        ]
        mine = [each for each in found if each.thought.seat in self.others]
        theirs = [each for each in found if each.thought.seat not in self.others]
        if mine:
            together = not self.game.turn_based
            moves = self._ask(self._position(mine, theirs if together else []))
            for each in mine:
                self._play(each, moves, actions)
            self._frames, self._moved = [], []
        self._moved += theirs
        self._step += 1

    def show_end(self) -> None:
        """Hand out the final position."""
        self._frames.append(self._picture())
        self._ask(self._position([], []))

    def _position(self, mine: Sequence[Decided], about: Sequence[Decided]) -> Position:
        choices = (Choice(each.thought.seat, each.thought.legal or (), each.names) for each in mine)
        targets = self._targets() if mine else {}
        told = tuple(self._moved), tuple(about), tuple(mine), tuple(self._rewards)
        return Position(self._step, tuple(self._frames), tuple(choices), targets, *told)

    def _play(self, asked: Decided, moves: Mapping[int, int], actions: Sequence[Tensor]) -> None:
        seat = asked.thought.seat
        action = moves.get(seat)
        if action is None or action not in (asked.thought.legal or ()):
            raise ValueError(f"{action} is no legal action of {self.game.seats[seat]}")
        actions[self.game.role_of_seat[seat]][0, slot_of(self.game, seat)] = action

    def _names(self, thought: Thought, frame: Frame) -> tuple[str, ...]:
        """The names of all actions of a seat in this position."""
        static, here = self._labels[thought.seat], names_in(frame, self.game.seats[thought.seat])
        size = self.game.roles[self.game.role_of_seat[thought.seat]].actions.size
        return tuple(called(action, static, here) for action in range(size)) if here else tuple(static)
