"""Playing matches: many tickets at once, in lock-step; a copy whose match is over goes on with another ticket at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import islice
from operator import add
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs import compiling
from envs.arena import RESTS, Actor, Arena
from envs.faults import GameError, IllegalAction
from envs.game import Game
from envs.stopwatch import Stopwatch
from tournaments.match.queue import NOTHING, Queue
from tournaments.match.random_numbers import decision_noise
from tournaments.match.scoresheet import Scoresheet
from tournaments.tickets import MatchResult, Ticket

Cast = Callable[[Tensor, tuple[str, ...]], Sequence[Actor]]
"""Seats players: (owner, players) → actors. `owner` is int64 [N, K], the index into `players` of who holds each team of each
copy, -1 where a copy stays empty.

The copies are cast anew whenever a match begins in one of them with other players, or the same in other seats; the matches in
the other copies go on meanwhile. So an actor may meet a match at any step, and has to decide from what it is shown."""


Reward = TypeVar("Reward", float, NDArray[np.float64])


class MatchTooLong(GameError):
    """A match did not end within the allowed number of steps."""


def play(
    arena: Arena, tickets: Sequence[Ticket], cast: Cast, *, max_steps: int = 100_000, watch: Stopwatch | None = None
) -> list[MatchResult]:
    """Play every ticket to its end. A copy whose match is over plays the next ticket, or rests when none is left.

    Args:
        arena: Where to play; it stays open, but after an error it can only be closed. Its parts take their steps in turn, so
            that one acts while the other is stepped.
        tickets: What to play. One name means the same weights in all of them.
        cast: Seats the players.
        max_steps: Steps after which a match is given up.
        watch: Is running; its laps are `act`, `step` and `bookkeeping`.

    Returns:
        One result per ticket, in the order of the tickets.

    Raises:
        ValueError: A ticket does not fit the game, or a name stands for two different weights.
        IllegalAction: An actor chose an action its mask forbids; the message names the match and the player.
        GameError: The environment failed; the message names the first and the last of the matches being played.
        MatchTooLong: A match is not over after `max_steps` steps.

    Laws:
        A match's noise and seed come from its ticket alone: other tickets, their order and N do not reach it.
    """
    queue, results = Queue(arena.game, tickets), Results(arena.game, tickets)
    watch, opening = watch or Stopwatch(), iter(queue.open(arena.copies))
    parts = [Part(part, tickets, queue, [*islice(opening, part.copies)], cast) for part in arena.parts()]
    watch.lap("bookkeeping")
    for part in parts:
        part.begin(watch)
    while running := [part for part in parts if part.running]:
        for part in running:
            part.finish(results, max_steps, watch)
            part.begin(watch)
    if not compiling.serve(arena.device):
        arena.restart(torch.full((arena.copies,), RESTS, device=arena.device))  # what was refused last is said here
    found = results.found()
    watch.lap("bookkeeping")
    return found


class Results:
    """What came of each ticket, gathered as matches end."""

    def __init__(self, game: Game, tickets: Sequence[Ticket]) -> None:
        self._game, self._tickets = game, tickets
        self._rewards = np.zeros((len(tickets), len(game.seats)))
        self._steps = np.zeros(len(tickets), np.int64)
        self._truncated = np.zeros(len(tickets), np.bool_)
        self._actions = [b""] * len(tickets)

    def note(self, tickets: NDArray[np.int64], rewards: NDArray[np.float64], truncated: NDArray[np.bool_]) -> None:
        """Keep summed rewards [B, A] and who was cut off [B] of matches that ended."""
        self._rewards[tickets] = rewards
        self._truncated[tickets] = truncated

    def keep(self, tickets: NDArray[np.int64], steps: NDArray[np.int64], actions: Sequence[bytes]) -> None:
        """Keep steps [B] and actions of matches that ended."""
        self._steps[tickets] = steps
        for ticket, moves in zip(tickets.tolist(), actions, strict=True):
            self._actions[ticket] = moves

    def found(self) -> list[MatchResult]:
        """All results, in the order of the tickets."""
        returns = zip(*(team.tolist() for team in team_returns(self._game, list(self._rewards.T))), strict=True)
        return [*map(MatchResult, self._tickets, returns, self._steps.tolist(), self._actions, self._truncated.tolist())]


class Part:
    """A part of the arena, and the matches that are played there."""

    def __init__(self, arena: Arena, tickets: Sequence[Ticket], queue: Queue, opening: Sequence[int], cast: Cast) -> None:
        self._arena, self._tickets, self._queue, self._cast = arena, tickets, queue, cast
        self._sheet = Scoresheet(arena.game)
        self._rewards = torch.zeros((arena.copies, len(arena.game.seats)), dtype=torch.float64, device=arena.device)
        self._truncated = torch.zeros(arena.copies, dtype=torch.bool, device=arena.device)
        self._begun = np.zeros(arena.copies, np.int64)
        self._playing = np.array(opening)
        self._following = np.array([queue.take(queue.seating[ticket]) if ticket != NOTHING else NOTHING for ticket in opening])
        self._seat()
        self._now = arena.restart(self._seeds)

    @property
    def running(self) -> bool:
        """Whether a match is being played here."""
        return bool((self._playing != NOTHING).any())

    def begin(self, watch: Stopwatch) -> None:
        """Decide for all copies, and begin the step."""
        if not self.running:
            return
        game, arena, now = self._arena.game, self._arena, self._now
        steps = torch.from_numpy(self._sheet.step - self._begun).to(arena.device)
        noise, actions = decision_noise(game, self._seeds, steps), blank_actions(game, arena.copies, arena.device)
        for actor in self._actors:
            actor.act(now, noise, actions)
        watch.lap("act")
        self._sheet.write(now.acting, actions)
        try:
            arena.begin(actions, self._next_seeds)
        except IllegalAction as error:
            raise IllegalAction(f"{self._culprits(actions)}: {error}") from error
        except GameError as error:
            raise self._failed(error) from error
        watch.lap("step")

    def finish(self, results: Results, max_steps: int, watch: Stopwatch) -> None:
        """Finish the step; where a match is over, write down what came of it and go on with the next."""
        try:
            self._now = now = self._arena.finish()
        except GameError as error:
            raise self._failed(error) from error
        watch.lap("step")
        self._rewards += now.reward
        self._truncated |= now.truncated.any(1)
        over = np.flatnonzero(now.over.cpu().numpy())
        if len(over):
            self._replace(over, results)
        since = self._begun[self._playing != NOTHING].min(initial=self._sheet.step)
        if self._sheet.full or not self.running:
            results.keep(*self._sheet.cut(since))
        if self._sheet.step - since >= max_steps:
            late = self._playing[(self._begun == since) & (self._playing != NOTHING)]
            names = ", ".join(self._tickets[ticket].match for ticket in late)
            raise MatchTooLong(f"{names}: not over after {max_steps} steps; give {self._arena.game.name} a limit on its length")
        watch.lap("bookkeeping")

    def _replace(self, over: NDArray[np.int64], results: Results) -> None:
        """The matches in these copies are over, and those that follow have begun."""
        queue, tickets, following = self._queue, self._playing[over], self._following[over]
        where = torch.from_numpy(over).to(self._arena.device)
        rewards, truncated = (kept.index_select(0, where).cpu().numpy() for kept in (self._rewards, self._truncated))
        results.note(tickets, rewards, truncated)
        self._sheet.close(tickets, over, self._begun[over])
        self._rewards.index_fill_(0, where, 0.0)
        self._truncated.index_fill_(0, where, False)
        self._begun[over] = self._sheet.step
        self._playing[over] = following
        seatings = queue.seating[following]
        self._following[over] = [queue.take(seating) if seating != NOTHING else NOTHING for seating in seatings.tolist()]
        self._seat(new=bool(((seatings != queue.seating[tickets]) & (following != NOTHING)).any()))

    def _seat(self, *, new: bool = True) -> None:
        """Make tensors of who plays what; seat the players anew."""
        queue, device = self._queue, self._arena.device
        self._seeds = torch.from_numpy(queue.seeds[self._playing]).to(device)
        self._next_seeds = torch.from_numpy(queue.seeds[self._following]).to(device)
        if new:
            owner = torch.from_numpy(queue.owners[queue.seating[self._playing]]).to(device)
            self._actors = self._cast(owner, queue.players)

    def _failed(self, error: GameError) -> GameError:
        playing = np.sort(self._playing[self._playing != NOTHING])
        first, last = (self._tickets[ticket].match for ticket in playing[[0, -1]])
        return GameError(f"{first} … {last}: {error}" if last != first else f"{first}: {error}")

    def _culprits(self, actions: Sequence[Tensor]) -> str:
        """Name the matches and players with a forbidden action."""
        game, now, found = self._arena.game, self._now, []
        for role, legal, chosen in zip(game.roles, now.legal, seat_actions(game, actions), strict=True):
            if legal is None:
                continue
            mask = legal.expand(-1, len(role.seats), -1)
            allowed = mask.gather(-1, chosen.clamp(0, role.actions.size - 1).unsqueeze(-1)).squeeze(-1)
            wrong = now.acting[:, role.seats] & (~allowed | (chosen < 0) | (chosen >= role.actions.size))
            for copy, place in wrong.nonzero().tolist():
                seat, ticket = role.seats[place], self._tickets[self._playing[copy]]
                found.append(f"{ticket.match} ({ticket.players[game.team_of_seat[seat]]} as {game.seats[seat]})")
        return ", ".join(found) or "one of the matches"


def seat_actions(game: Game, actions: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Spread each role's actions from its slots over its seats: [N, slots, …] → [N, seats, …].

    In turn-based games every seat of the role shows the action of the one that acted.
    """
    return tuple(
        chosen.expand(-1, len(role.seats), *chosen.shape[2:]) for role, chosen in zip(game.roles, actions, strict=True)
    )


def blank_actions(game: Game, copies: int, device: torch.device) -> tuple[Tensor, ...]:
    """Zeros in the shape `Arena.step` takes."""
    return tuple(
        torch.zeros((copies, game.slots(index)), dtype=torch.int64, device=device)
        if role.actions.kind == "discrete"
        else torch.zeros((copies, game.slots(index), role.actions.size), device=device)
        for index, role in enumerate(game.roles)
    )


def team_returns(game: Game, rewards: Sequence[Reward]) -> tuple[Reward, ...]:
    """Return of each team from the summed rewards of each seat [A], of one match or of many: the mean over its seats."""
    return tuple(reduce(add, (rewards[seat] for seat in seats)) / len(seats) for seats in game.teams)
