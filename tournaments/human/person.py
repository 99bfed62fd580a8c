"""A person at the keyboard, who decides for some seats of a game while a player decides for all other seats."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import torch
from rich.console import Console
from rich.text import Text
from torch import Tensor

from envs.arena import Actor, Insight, Timestep
from envs.game import Game
from envs.rendering.drawing import Frame, text
from envs.rendering.labels import called, labels, names_in
from tournaments.human.answers import Refused, move_list, parse_move
from tournaments.human.thoughts import Thought, action_name, thought_lines, thoughts
from tournaments.replay.re_execution import slot_of

STYLES = {"●": "#e0604a", "X": "#e0604a", "○": "#e0a526", "O": "#e0a526", "o": "#3d8bd0", "@": "bold #2fae7d"}
"""Colour of each piece on boards and maps."""

NUMBERS = 60
"""Maximal count of an observation's numbers that are printed if the game has no drawing for the terminal."""

HELP = """\
Type a move's number, its name, or the beginning of its name if no other name begins so.
  v   show the estimates of {rival}: in your place, and in its own seats
  ?   show this help and the moves
  q   quit; a game that is not over is not saved"""
AGAIN = "  Enter alone plays your last move again."


class PersonLeft(Exception):
    """The person left before the game was over."""


class Named(NamedTuple):
    """What a player thinks in a seat, and the names of the seat's actions in that position."""

    thought: Thought
    names: Sequence[str]


class SharedControl:
    """The actors of a player that shares the seats with another party, such as a person.

    The player computes a decision for every seat. In the seats of the others its decision is not the one that is played, so
    nothing that it computes there is recorded.
    """

    def __init__(self, game: Game, actors: Sequence[Actor], others: Collection[int]) -> None:
        """Share the seats.

        Args:
            game: The game.
            actors: The player's actors, for all seats.
            others: The seats for which somebody else decides.
        """
        self.game, self.actors, self.others = game, actors, frozenset(others)
        self.memory_size = max((actor.memory_size for actor in actors), default=0)

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`. In the seats of the others this writes what the player would do."""
        for actor in self.actors:
            actor.act(now, memory, noise, actions)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`. NaN stands for everything about the decisions in the seats of the others."""
        for actor in self.actors:
            actor.explain(now, memory, insight)
        for seat in self.others:
            acting = now.acting[:, seat]
            insight.probabilities[self.game.role_of_seat[seat]][acting, slot_of(self.game, seat)] = torch.nan
            insight.value[acting, seat] = torch.nan
        for team in map(list, self.game.teams):
            if self.others.issuperset(team):  # the player has no seat in this team, so it neither sends nor receives there
                if insight.messages is not None:
                    insight.messages[:, team] = torch.nan
                if insight.hears is not None:
                    insight.hears[:, team] = 0.0


class Person(SharedControl):
    """An actor that shows a person the position and asks for every move."""

    def __init__(
        self,
        game: Game,
        actors: Sequence[Actor],
        seats: Collection[int],
        *,
        rival: str,
        console: Console,
        ask: Callable[[str], str],
        picture: Callable[[], Frame],
        view: bool = False,
    ) -> None:
        """Seat a person.

        Args:
            game: The game; the person's seats have discrete actions.
            actors: The player's actors, for all seats.
            seats: The person's seats.
            rival: The player's name.
            console: The terminal.
            ask: Shows a prompt and returns the typed line; raises EOFError at the end of the input.
            picture: Returns the frame of the current position.
            view: Show the player's probabilities and value before every move.
        """
        super().__init__(game, actors, seats)
        self.steps = 0
        self._rival, self._console, self._ask, self._picture, self._view = rival, console, ask, picture, view
        self._labels = [labels(game.name, game.roles[role]) for role in game.role_of_seat]
        self._untold: list[Named] = []
        self._last: dict[int, int] = {}

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """Let the player decide, and then ask the person.

        Raises:
            PersonLeft: The person typed "quit".
            EOFError: The input has ended.
        """
        frame = self._picture()
        found = [
            Named(thought, self._names(thought, frame))
            for thought in thoughts(self.game, self.actors, now, memory, noise, actions)
        ]
        mine = [each for each in found if each.thought.seat in self.others]
        theirs = [each for each in found if each.thought.seat not in self.others]
        if mine:
            self._tell_moves()
            self._tell_rewards(now.reward[0])
        # In turn-based games the person may see the others' past decisions; in parallel games, their simultaneous ones.
        seen = self._untold if self.game.turn_based else theirs
        for each in mine:
            seat = each.thought.seat
            self._show_position(seat, now, frame)
            action = self._choose(each, seen)
            actions[self.game.role_of_seat[seat]][0, slot_of(self.game, seat)] = action
            self._last[seat] = action
        self._untold = [*self._untold, *theirs] if self.game.turn_based and not mine else theirs
        self.steps += 1

    def show_end(self) -> None:
        """Show the last moves of the others and the final position."""
        self._tell_moves()
        board = text(self.game.name, self._picture(), min(self.others))
        if board is not None:
            self._say()
            self._say(coloured(board))

    def _names(self, thought: Thought, frame: Frame) -> Sequence[str]:
        """Return the names of all actions of a seat in this position; empty if actions have numbers only."""
        static, here = self._labels[thought.seat], names_in(frame, self.game.seats[thought.seat])
        size = self.game.roles[self.game.role_of_seat[thought.seat]].actions.size
        return [called(action, static, here) for action in range(size)] if here else static

    def _choose(self, asked: Named, seen: Sequence[Named]) -> int:
        """Ask until the person types a legal move."""
        thought, names = asked.thought, asked.names
        legal = thought.legal
        assert legal is not None
        if self._view:
            self._show_view(asked, seen)
        self._show_moves(legal, names)
        last = None if self.game.turn_based else self._last.get(thought.seat)
        while True:
            answer = self._ask(f"{self.game.seats[thought.seat]}> ").strip()
            if answer.lower() in ("q", "quit"):
                raise PersonLeft
            if answer.lower() == "v":
                self._show_view(asked, seen)
            elif answer == "?":
                self._say(HELP.format(rival=self._rival) + ("" if self.game.turn_based else f"\n{AGAIN}"))
                self._show_moves(legal, names)
            elif not answer and last in legal:
                return last
            else:
                try:
                    return parse_move(answer, legal, names)
                except Refused as refusal:
                    self._say(str(refusal))

    def _say(self, words: str | Text = "") -> None:
        self._console.print(words, highlight=False, markup=False)

    def _show_moves(self, legal: Sequence[int], names: Sequence[str]) -> None:
        for line in move_list(legal, names, self._console.width):
            self._say(line)

    def _show_position(self, seat: int, now: Timestep, frame: Frame) -> None:
        self._say()
        board = text(self.game.name, frame, seat)
        if board is not None:
            self._say(coloured(board))
            return
        seen = now.observation[self.game.role_of_seat[seat]][0, slot_of(self.game, seat)].float().tolist()
        self._say(f"{self.game.name} has no drawing for the terminal; these are the numbers that {self.game.seats[seat]} sees:")
        for start in range(0, min(len(seen), NUMBERS), 10):
            self._say("".join(f"{number:8.3g}" for number in seen[start : start + 10]))
        if len(seen) > NUMBERS:
            self._say(f"  and {len(seen) - NUMBERS} others")

    def _show_view(self, asked: Named, seen: Sequence[Named]) -> None:
        verb = "chose" if self.game.turn_based else "is about to choose"
        for other in seen:
            self._tell(other, f"{self.game.seats[other.thought.seat]} ({self._rival}) {verb}")
        self._tell(asked, f"In your place {self._rival} would choose")

    def _tell(self, each: Named, opening: str) -> None:
        for line in thought_lines(each.thought, opening, each.names):
            self._say(line)

    def _tell_moves(self) -> None:
        if self._untold:
            moves = [
                f"{self.game.seats[each.thought.seat]} {action_name(each.thought.action, each.names)}" for each in self._untold
            ]
            self._say(f"{self._rival} played: {', '.join(moves)}")

    def _tell_rewards(self, reward: Tensor) -> None:
        paid = [f"{seat} {number:+.3g}" for seat, number in zip(self.game.seats, reward.tolist(), strict=True) if number]
        if paid:
            self._say(f"rewards: {', '.join(paid)}")


def coloured(board: str) -> Text:
    """Colour the pieces of a board or a map. The text around it stays as it is."""
    drawn = Text()
    for line in board.splitlines(keepends=True):
        for character in line:
            drawn.append(character, STYLES.get(character, "") if line.startswith("│") else "")
    drawn.rstrip()
    return drawn
