"""A person at the keyboard, who decides for some seats of a game while a player decides for all the others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import torch
from rich.console import Console
from rich.text import Text
from torch import Tensor

from envs.arena import Actor, Insight, Timestep
from envs.game import Game
from envs.rendering.drawing import Frame, text
from envs.rendering.labels import labels
from tournaments.human.answers import Refused, listed, read
from tournaments.human.thoughts import Thought, called_action, thoughts, told
from tournaments.replay.re_execution import slot_of

STYLES = {"●": "#e0604a", "X": "#e0604a", "○": "#e0a526", "O": "#e0a526", "o": "#3d8bd0", "@": "bold #2fae7d"}
"""Colours of the pieces on boards and maps."""

NUMBERS = 60
"""Numbers of an observation that are printed at most, where there is nothing else to see."""

HELP = """\
A move is its number, its name, or as much of its name as fits no other.
  v   what {rival} thinks: here in your place, and in its own seats
  ?   this, and the moves again
  q   leave; a game that is not over is not saved"""
AGAIN = "  Enter alone plays what you played last."


class Left(Exception):
    """The person has gone before the end."""


class Beside:
    """A player's actors, some of whose seats somebody else decides for: what the player thinks there is not what is played."""

    def __init__(self, game: Game, actors: Sequence[Actor], others: Collection[int]) -> None:
        """Set somebody beside a player.

        Args:
            game: The game.
            actors: The player, in all seats.
            others: Seats that somebody else decides for.
        """
        self.game, self.actors, self.others = game, actors, frozenset(others)

    def act(self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`; in seats that are somebody else's, what the player would do."""
        for actor in self.actors:
            actor.act(now, noise, actions)

    def explain(self, now: Timestep, insight: Insight) -> None:
        """See `envs.arena.Actor`; nothing is known of the decisions in seats that are somebody else's."""
        for actor in self.actors:
            actor.explain(now, insight)
        for seat in self.others:
            acting = now.acting[:, seat]
            insight.probabilities[self.game.role_of_seat[seat]][acting, slot_of(self.game, seat)] = torch.nan
            insight.value[acting, seat] = torch.nan
        for team in map(list, self.game.teams):
            if self.others.issuperset(team):  # nobody of the player's is there to say anything, or to hear it
                if insight.messages is not None:
                    insight.messages[:, team] = torch.nan
                if insight.hears is not None:
                    insight.hears[:, team] = 0.0


class Person(Beside):
    """A person who is shown the position and asked for every move."""

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
            actors: The player, in all seats.
            seats: The person's seats.
            rival: The player's name.
            console: Where everything is shown.
            ask: Shows a prompt and gives what was typed; raises EOFError when nothing can be typed any more.
            picture: The position's frame.
            view: Show what the player thinks before every move.
        """
        super().__init__(game, actors, seats)
        self.steps = 0
        self._rival, self._console, self._ask, self._picture, self._view = rival, console, ask, picture, view
        self._names = [labels(game.name, game.roles[role]) for role in game.role_of_seat]
        self._untold: list[Thought] = []
        self._last: dict[int, int] = {}

    def act(self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """Let the player decide, then ask the person.

        Raises:
            Left: The person wants to go.
            EOFError: Nothing can be typed any more.
        """
        found = thoughts(self.game, self.actors, now, noise, actions)
        mine = [thought for thought in found if thought.seat in self.others]
        theirs = [thought for thought in found if thought.seat not in self.others]
        if mine:
            self._tell_moves()
            self._tell_rewards(now.reward[0])
        # Where all decide at once, it can be seen what the others are about to do; where they take turns, what they did.
        seen = self._untold if self.game.turn_based else theirs
        for thought in mine:
            self._show_position(thought.seat, now)
            action = self._choose(thought, seen)
            actions[self.game.role_of_seat[thought.seat]][0, slot_of(self.game, thought.seat)] = action
            self._last[thought.seat] = action
        self._untold = [*self._untold, *theirs] if self.game.turn_based and not mine else theirs
        self.steps += 1

    def show_end(self) -> None:
        """Show the moves of the others that came last, and where the game ended."""
        self._tell_moves()
        board = text(self.game.name, self._picture(), min(self.others))
        if board is not None:
            self._say()
            self._say(coloured(board))

    def _choose(self, thought: Thought, seen: Sequence[Thought]) -> int:
        """Ask until a move is meant that is allowed."""
        names, legal = self._names[thought.seat], thought.legal
        assert legal is not None
        if self._view:
            self._show_view(thought, seen)
        self._show_moves(legal, names)
        last = None if self.game.turn_based else self._last.get(thought.seat)
        while True:
            answer = self._ask(f"{self.game.seats[thought.seat]}> ").strip()
            if answer.lower() in ("q", "quit"):
                raise Left
            if answer.lower() == "v":
                self._show_view(thought, seen)
            elif answer == "?":
                self._say(HELP.format(rival=self._rival) + ("" if self.game.turn_based else f"\n{AGAIN}"))
                self._show_moves(legal, names)
            elif not answer and last in legal:
                return last
            else:
                try:
                    return read(answer, legal, names)
                except Refused as refusal:
                    self._say(str(refusal))

    def _say(self, words: str | Text = "") -> None:
        self._console.print(words, highlight=False, markup=False)

    def _show_moves(self, legal: Sequence[int], names: Sequence[str]) -> None:
        for line in listed(legal, names, self._console.width):
            self._say(line)

    def _show_position(self, seat: int, now: Timestep) -> None:
        self._say()
        board = text(self.game.name, self._picture(), seat)
        if board is not None:
            self._say(coloured(board))
            return
        seen = now.observation[self.game.role_of_seat[seat]][0, slot_of(self.game, seat)].tolist()
        self._say(f"{self.game.name} has no drawing for the terminal; these are the numbers that {self.game.seats[seat]} sees:")
        for start in range(0, min(len(seen), NUMBERS), 10):
            self._say("".join(f"{number:8.3g}" for number in seen[start : start + 10]))
        if len(seen) > NUMBERS:
            self._say(f"  and {len(seen) - NUMBERS} others")

    def _show_view(self, thought: Thought, seen: Sequence[Thought]) -> None:
        verb = "chose" if self.game.turn_based else "is about to choose"
        for other in seen:
            self._tell(other, f"{self.game.seats[other.seat]} ({self._rival}) {verb}")
        self._tell(thought, f"In your place {self._rival} would choose")

    def _tell(self, thought: Thought, opening: str) -> None:
        for line in told(thought, opening, self._names[thought.seat]):
            self._say(line)

    def _tell_moves(self) -> None:
        if self._untold:
            moves = [
                f"{self.game.seats[move.seat]} {called_action(move.action, self._names[move.seat])}" for move in self._untold
            ]
            self._say(f"{self._rival} played: {', '.join(moves)}")

    def _tell_rewards(self, reward: Tensor) -> None:
        paid = [f"{seat} {number:+.3g}" for seat, number in zip(self.game.seats, reward.tolist(), strict=True) if number]
        if paid:
            self._say(f"rewards: {', '.join(paid)}")


def coloured(board: str) -> Text:
    """A board or a map with its pieces in their colours; the words around it stay as they are."""
    drawn = Text()
    for line in board.splitlines(keepends=True):
        for character in line:
            drawn.append(character, STYLES.get(character, "") if line.startswith("│") else "")
    drawn.rstrip()
    return drawn
