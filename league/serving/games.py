"""People who play against players of leagues in the browser: each game is played in a thread of its own."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from envs.arena import Actor
from envs.faults import GameError
from envs.rendering.drawing import has_drawing
from envs.stock.arena import StockArena
from league.errors import LeagueError
from league.execution.terminal import brief
from league.play.pairing import Pairing
from league.play.session import keep, outcome, play, recorded
from tournaments.human.person import PersonLeft
from tournaments.human.remote import Position, RemotePerson
from tournaments.replay.format import Replay
from tournaments.replay.re_execution import ReplayMismatch
from tournaments.tickets import MatchResult

MOST_GAMES = 64
"""Maximal number of games that are played at the same time."""

MOST_OVER = 256
"""Maximal number of games that are over and still known."""

IDLE = 900.0
"""Seconds after which a person who does not move has left."""


@dataclass(frozen=True)
class State:
    """The state of a person's game. A new one replaces it when it changes.

    Attributes:
        status: `thinking`, `asking`, `over`, `left` or `failed`.
        turn: Counts the positions, so that an answer to an earlier one is noticed.
        position: The last position that was handed out; None before the first.
        said: The result, or the reason why there is none, in sentences.
        won: 1, 0 or −1 for a win, a draw or a loss of the person's team; None where that is not decided by one game.
        replay: The replay, and the file in which it is saved; None before the end, or if it could not be recorded.
    """

    status: str
    turn: int = 0
    position: Position | None = None
    said: tuple[str, ...] = ()
    won: int | None = None
    replay: tuple[Replay, Path] | None = None


@dataclass
class BrowserGame:
    """A game between a person and players.

    Attributes:
        key: The secret name by which its page calls it.
        pairing: The game, the players and the person's seats.
        seed: The seed of the match.
        match: The match's id.
        home: The folder of the leagues, in which the replay is saved.
        person: The person's name.
        guest: Whether the result is entered into the table of guests.
        changed: Called in the game's thread after every change of `state`.
        idle: Seconds after which a person who does not move has left.
    """

    key: str
    pairing: Pairing
    seed: int
    match: str
    home: Path
    person: str
    guest: bool
    changed: Callable[[BrowserGame], None]
    idle: float = IDLE
    state: State = field(default=State("thinking"), init=False)
    _moves: SimpleQueue[Mapping[int, int] | None] = field(default_factory=SimpleQueue, init=False)

    def start(self) -> None:
        """Begin to play, in a thread of its own."""
        threading.Thread(target=self._run, name=f"game {self.match}", daemon=True).start()

    def move(self, turn: int, moves: Mapping[int, int]) -> None:
        """Make the moves of the person's seats.

        Args:
            turn: The turn that is answered.
            moves: Seat → action.

        Raises:
            LeagueError: It is not the person's turn, or a move is missing or not legal.
        """
        state = self.state
        if state.status != "asking" or state.position is None or turn != state.turn:
            raise LeagueError(f"turn {turn} of this game is over; the page has to be loaded again")
        for choice in state.position.choices:
            seat = self.pairing.game.seats[choice.seat]
            if choice.seat not in moves:
                raise LeagueError(f"the move of {seat} is missing")
            if moves[choice.seat] not in choice.legal:
                raise LeagueError(f"{moves[choice.seat]} is no legal action of {seat} here")
        self._become(replace(state, status="thinking"))
        self._moves.put(dict(moves))

    def leave(self) -> None:
        """End the game before its end."""
        self._moves.put(None)

    def _run(self) -> None:
        try:
            result = play(self.pairing, self.seed, self.match, self._seat, render=not has_drawing(self.pairing.game.name))
        except PersonLeft:
            self._become(replace(self.state, status="left", said=("You left; a game that is not over is not saved.",)))
        except (GameError, LeagueError) as error:
            self._become(replace(self.state, status="failed", said=(brief(str(error)),)))
        else:
            self._end(result)

    def _end(self, result: MatchResult) -> None:
        said = tuple(line.strip() for line in outcome(self.pairing, result))
        found = None
        try:
            replay = recorded(self.pairing, result)
            found = replay, keep(replay, self.home)
        except ReplayMismatch as error:
            said += (f"The game cannot be saved, because it runs differently when it is played again: {error}.",)
        except (GameError, LeagueError) as error:
            said += (brief(str(error)),)
        self._become(replace(self.state, status="over", said=said, won=_won(self.pairing, result), replay=found))

    def _seat(self, arena: StockArena, actors: Sequence[Actor]) -> RemotePerson:
        return RemotePerson(
            self.pairing.game,
            actors,
            self.pairing.seats,
            ask=self._ask,
            picture=lambda: arena.frame(0),
            targets=lambda: arena.targets(0),
        )

    def _ask(self, position: Position) -> Mapping[int, int]:
        """Show a position and wait for the person's moves."""
        status = "asking" if position.choices else "thinking"
        self._become(State(status, self.state.turn + 1, position))
        if not position.choices:
            return {}
        try:
            moves = self._moves.get(timeout=self.idle)
        except Empty:
            moves = None
        if moves is None:
            raise PersonLeft
        return moves

    def _become(self, state: State) -> None:
        self.state = state
        self.changed(self)


class Games:
    """The games of all people."""

    def __init__(self, changed: Callable[[BrowserGame], None]) -> None:
        """Begin without games.

        Args:
            changed: Called in a game's thread after every change of its state.
        """
        self._changed = changed
        self._games: dict[str, BrowserGame] = {}

    def begin(
        self, pairing: Pairing, match: str, home: Path, person: str, *, guest: bool = False, seed: int | None = None
    ) -> BrowserGame:
        """Begin a game.

        Args:
            pairing: The game, the players and the person's seats.
            match: The match's id.
            home: The folder of the leagues.
            person: The person's name.
            guest: Whether the result is entered into the table of guests.
            seed: The seed of the match; None for an unpredictable one.

        Raises:
            LeagueError: Too many games are being played.
        """
        running = [game for game in self._games.values() if game.state.status in ("thinking", "asking")]
        if len(running) >= MOST_GAMES:
            raise LeagueError(f"{MOST_GAMES} games are being played; try again when one is over")
        for game in [game for game in self._games.values() if game not in running][:-MOST_OVER]:
            del self._games[game.key]
        seed = time.time_ns() % 2**31 if seed is None else seed
        game = BrowserGame(secrets.token_urlsafe(18), pairing, seed, match, home, person, guest, self._changed)
        self._games[game.key] = game
        game.start()
        return game

    def find(self, key: str) -> BrowserGame | None:
        """The game of a key; None if there is none."""
        return self._games.get(key)

    def close(self) -> None:
        """End all games."""
        for game in self._games.values():
            game.leave()


def _won(pairing: Pairing, result: MatchResult) -> int | None:
    if not pairing.game.symmetric:
        return None
    best = max(value for team, value in enumerate(result.returns) if team != pairing.team)
    own = result.returns[pairing.team]
    return (own > best) - (own < best)
