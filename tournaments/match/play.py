"""Playing the matches of many tickets at once, in the copies of one arena.

All copies take their steps together. A copy whose match is over starts the match of the next ticket in the same step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from itertools import islice
from math import isnan
from operator import add
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs import compiling
from envs.arena import RESTS, Actor, Arena, blank_memory, clear_memory
from envs.faults import GameError, IllegalAction
from envs.game import Game
from envs.openings import Openings, RandomMoves
from envs.stopwatch import Stopwatch
from tournaments.match.forfeits import Forfeits
from tournaments.match.queue import NOTHING, Queue
from tournaments.match.random_numbers import decision_uniforms
from tournaments.match.scoresheet import Scoresheet
from tournaments.tickets import MatchResult, Ticket, seat_players

ActorFactory = Callable[[Tensor, tuple[str, ...]], Sequence[Actor]]
"""Makes the actors of an arena: (owner, players) → actors. `owner` is int64 [N, K]: for each copy and team the index into
`players`, or -1 in a copy that stays empty. If there are shared matches, it is int64 [N, A], for each copy and seat; a factory
of actors that hold whole teams is extended to them by `tournaments.match.sharing.sharing`.

The factory is called again whenever a match begins in some copy with other players or another seating. Matches in the other
copies continue meanwhile, so the new actors take them over in the middle of a game, with what their seats carry."""


Reward = TypeVar("Reward", float, NDArray[np.float64])


class MatchTooLong(GameError):
    """A match did not end within the allowed number of steps."""


def play(
    arena: Arena,
    tickets: Sequence[Ticket],
    factory: ActorFactory,
    *,
    max_steps: int = 100_000,
    watch: Stopwatch | None = None,
    forfeits: Forfeits | None = None,
) -> list[MatchResult]:
    """Play the match of every ticket to its end.

    A copy whose match is over plays the next ticket. A copy for which no ticket is left rests.

    Args:
        arena: The arena. It stays open; after an error it can only be closed. Its parts are stepped alternately, so that the
            players of one part decide while the environments of the other are stepped.
        tickets: The tickets. A player's name must stand for the same weights in all of them.
        factory: Makes the actors of the players.
        max_steps: Number of steps after which a match is abandoned.
        watch: A running stopwatch; its laps are `act`, `step` and `bookkeeping`.
        forfeits: Where the factory's actors note the faults of their players.

    Returns:
        One result per ticket, in the order of the tickets.

    Raises:
        ValueError: A ticket does not fit the game, or a name stands for two different weights.
        IllegalAction: An actor chose an action its mask forbids; the message names the match and the player.
        GameError: The environment failed; the message names the first and the last of the matches being played.
        MatchTooLong: A match is not over after `max_steps` steps.

    Laws:
        A match's random numbers and its environment's seed depend on its ticket only, not on the other tickets, on their order
        or on N.
    """
    queue, results = Queue(arena.game, tickets), Results(arena.game, tickets)
    watch, opening = watch or Stopwatch(), iter(queue.open(arena.copies))
    book = forfeits or Forfeits()
    parts = [Part(part, tickets, queue, [*islice(opening, part.copies)], factory, book) for part in arena.parts()]
    watch.lap("bookkeeping")
    for part in parts:
        part.begin(watch)
    while running := [part for part in parts if part.running]:
        for part in running:
            part.finish(results, max_steps, watch)
            part.begin(watch)
    if not compiling.serve(arena.device):
        # On a GPU an arena reports an illegal action some steps late. This restart makes it report those of the last steps.
        arena.restart(torch.full((arena.copies,), RESTS, device=arena.device))
    found = [
        replace(result, forfeits=book.of(number)) if book.of(number) else result
        for number, result in enumerate(results.found())
    ]
    watch.lap("bookkeeping")
    return found


class Results:
    """The results of all tickets, collected as matches end."""

    def __init__(self, game: Game, tickets: Sequence[Ticket]) -> None:
        self._game, self._tickets = game, tickets
        self._rewards = np.zeros((len(tickets), len(game.seats)))
        self._steps = np.zeros(len(tickets), np.int64)
        self._truncated = np.zeros(len(tickets), np.bool_)
        self._success = np.full(len(tickets), np.nan)
        self._actions = [b""] * len(tickets)

    def note(
        self,
        tickets: NDArray[np.int64],
        rewards: NDArray[np.float64],
        truncated: NDArray[np.bool_],
        success: NDArray[np.float32] | None,
    ) -> None:
        """Store the summed rewards [B, A], the truncation flags [B] and the success [B], if any, of B matches that ended."""
        self._rewards[tickets] = rewards
        self._truncated[tickets] = truncated
        if success is not None:
            self._success[tickets] = success

    def keep(self, tickets: NDArray[np.int64], steps: NDArray[np.int64], actions: Sequence[bytes]) -> None:
        """Store the lengths in steps [B] and the encoded actions of B matches that ended."""
        self._steps[tickets] = steps
        for ticket, moves in zip(tickets.tolist(), actions, strict=True):
            self._actions[ticket] = moves

    def found(self) -> list[MatchResult]:
        """Return all results, in the order of the tickets."""
        returns = zip(*(team.tolist() for team in team_returns(self._game, list(self._rewards.T))), strict=True)
        success = (None if isnan(share) else share for share in self._success.tolist())
        columns = self._steps.tolist(), self._actions, self._truncated.tolist()
        return [*map(MatchResult, self._tickets, returns, *columns, success)]


class Part:
    """One part of the arena and the matches that are played in its copies."""

    def __init__(
        self,
        arena: Arena,
        tickets: Sequence[Ticket],
        queue: Queue,
        opening: Sequence[int],
        factory: ActorFactory,
        forfeits: Forfeits,
    ) -> None:
        self._arena, self._tickets, self._queue, self._factory, self._forfeits = arena, tickets, queue, factory, forfeits
        self._sheet = Scoresheet(arena.game)
        self._rewards = torch.zeros((arena.copies, len(arena.game.seats)), dtype=torch.float64, device=arena.device)
        self._truncated = torch.zeros(arena.copies, dtype=torch.bool, device=arena.device)
        self._never = torch.zeros_like(self._truncated)
        self._cut = False  # whether any seat may have been truncated
        self._begun = np.zeros(arena.copies, np.int64)
        self._playing = np.array(opening)
        self._running = bool((self._playing != NOTHING).any())
        self._following = np.array([queue.take(queue.seating[ticket]) if ticket != NOTHING else NOTHING for ticket in opening])
        self._memory = torch.zeros((arena.copies, len(arena.game.seats), 0), device=arena.device)
        self._openings = None
        if queue.openings.any():
            self._openings = Openings(arena.game, RandomMoves(), arena.copies, arena.device)
        self._seat()
        self._now = arena.restart(self._seeds)
        self._open(np.arange(arena.copies))

    @property
    def running(self) -> bool:
        """True while a match is being played in some copy of this part."""
        return self._running

    def begin(self, watch: Stopwatch) -> None:
        """Let the actors decide in all copies, then start the arena's step."""
        if not self.running:
            return
        game, arena, openings = self._arena.game, self._arena, self._openings
        now = self._now if openings is None else openings.shown(self._now, self._never)
        steps = torch.from_numpy(self._sheet.step - self._begun).to(arena.device)
        noise, actions = decision_uniforms(game, self._seeds, steps), blank_actions(game, arena.copies, arena.device)
        for actor in self._actors:
            actor.act(now, self._memory, noise, actions)
        if self._forfeits.pending:
            playing = [(copy, ticket) for copy, ticket in enumerate(self._playing.tolist()) if ticket != NOTHING]
            self._forfeits.take(game, {copy: (ticket, self._tickets[ticket], int(steps[copy])) for copy, ticket in playing})
        watch.lap("act")
        next_seeds = self._next_seeds
        if openings is not None:
            actions, next_seeds = tuple(openings.choose(self._now, actions)), openings.next_seeds(next_seeds)
        self._sheet.write(self._now.acting, actions)
        try:
            arena.begin(actions, next_seeds)
        except IllegalAction as error:
            raise IllegalAction(f"{self._culprits(actions)}: {error}") from error
        except GameError as error:
            raise self._failed(error) from error
        watch.lap("step")

    def finish(self, results: Results, max_steps: int, watch: Stopwatch) -> None:
        """Wait for the step to end. Where a match is over, store its result and start the next match in that copy."""
        try:
            self._now = now = self._arena.finish()
        except GameError as error:
            raise self._failed(error) from error
        watch.lap("step")
        self._rewards += now.reward
        if self._memory.shape[2]:
            clear_memory(self._memory, now)
        if now.cut is not False:
            self._cut = True
            self._truncated |= now.truncated.any(1)
        ended = now.over if self._openings is None else now.over & ~self._begin_again(self._openings)
        over = np.flatnonzero(ended.cpu().numpy())
        if len(over):
            self._replace(over, results)
        if self._sheet.full or not self.running:
            results.keep(*self._sheet.cut(self._since()))
        if self._sheet.step >= max_steps and self._sheet.step - self._since() >= max_steps:
            late = self._playing[(self._begun == self._since()) & (self._playing != NOTHING)]
            names = ", ".join(self._tickets[ticket].match for ticket in late)
            raise MatchTooLong(f"{names}: not over after {max_steps} steps; give {self._arena.game.name} a limit on its length")
        watch.lap("bookkeeping")

    def _open(self, copies: NDArray[np.int64]) -> None:
        """Begin the openings of the matches that have just begun in some copies."""
        if self._openings is not None:
            where = self._never.index_fill(0, torch.from_numpy(copies).to(self._arena.device), True)
            most = torch.from_numpy(self._queue.openings[self._playing]).to(self._arena.device)
            self._openings.begin(where, self._seeds, most)

    def _begin_again(self, openings: Openings) -> Tensor:
        """Forget the matches that ended in their openings, which begin again; return their copies, bool [N]."""
        _, again = openings.advance(self._now.over)
        self._begun[again.cpu().numpy()] = self._sheet.step
        self._rewards.masked_fill_(again.unsqueeze(1), 0.0)
        self._truncated.masked_fill_(again, False)
        return again

    def _since(self) -> int:
        """The first step of the oldest running match, or the present one if none runs."""
        return int(self._begun[self._playing != NOTHING].min(initial=self._sheet.step))

    def _replace(self, over: NDArray[np.int64], results: Results) -> None:
        """Store the results of matches that are over in the copies `over`, and take up the matches that follow there."""
        # The arena reset these copies itself, with the seeds given to the step, so the following matches run already.
        queue, tickets, following = self._queue, self._playing[over], self._following[over]
        where = torch.from_numpy(over).to(self._arena.device)
        truncated = np.zeros(len(over), np.bool_)
        if self._cut:
            truncated = self._truncated.index_select(0, where).cpu().numpy()
            self._truncated.index_fill_(0, where, False)
        success = None if self._now.success is None else self._now.success.index_select(0, where).cpu().numpy()
        results.note(tickets, self._rewards.index_select(0, where).cpu().numpy(), truncated, success)
        made = np.zeros(len(over), np.int64)
        if self._openings is not None:
            made = self._openings.length.index_select(0, where).cpu().numpy()
        self._sheet.close(tickets, over, self._begun[over], made)
        self._rewards.index_fill_(0, where, 0.0)
        self._begun[over] = self._sheet.step
        self._playing[over] = following
        self._running = bool((following != NOTHING).any()) or bool((self._playing != NOTHING).any())
        seatings = queue.seating[following]
        self._following[over] = [queue.take(seating) if seating != NOTHING else NOTHING for seating in seatings.tolist()]
        self._seat(new=bool(((seatings != queue.seating[tickets]) & (following != NOTHING)).any()))
        self._open(over)

    def _seat(self, *, new: bool = True) -> None:
        """Update the seed tensors; if `new`, also make new actors for the current seating."""
        queue, device = self._queue, self._arena.device
        self._seeds = torch.from_numpy(queue.seeds[self._playing]).to(device)
        self._next_seeds = torch.from_numpy(queue.seeds[self._following]).to(device)
        if new:
            owner = torch.from_numpy(queue.owners[queue.seating[self._playing]]).to(device)
            self._actors = self._factory(owner, queue.players)
            kept = self._memory  # other copies' matches go on, with players that may carry more than these
            self._memory = blank_memory(self._arena.game, self._arena.copies, self._actors, device)
            both = min(kept.shape[2], self._memory.shape[2])
            self._memory[..., :both] = kept[..., :both]

    def _failed(self, error: GameError) -> GameError:
        playing = np.sort(self._playing[self._playing != NOTHING])
        first, last = (self._tickets[ticket].match for ticket in playing[[0, -1]])
        return GameError(f"{first} … {last}: {error}" if last != first else f"{first}: {error}")

    def _culprits(self, actions: Sequence[Tensor]) -> str:
        """Name the matches and players that chose an illegal action."""
        game, now, found = self._arena.game, self._now, []
        for role, legal, chosen in zip(game.roles, now.legal, seat_actions(game, actions), strict=True):
            if legal is None:
                continue
            mask = legal.expand(-1, len(role.seats), -1)
            allowed = mask.gather(-1, chosen.clamp(0, role.actions.size - 1).unsqueeze(-1)).squeeze(-1)
            wrong = now.acting[:, role.seats] & (~allowed | (chosen < 0) | (chosen >= role.actions.size))
            for copy, place in wrong.nonzero().tolist():
                seat, ticket = role.seats[place], self._tickets[self._playing[copy]]
                found.append(f"{ticket.match} ({seat_players(game, ticket.players)[seat]} as {game.seats[seat]})")
        return ", ".join(found) or "one of the matches"


def seat_actions(game: Game, actions: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Expand each role's actions from slots to seats: [N, slots, …] → [N, seats, …].

    In turn-based games a role has one slot. All its seats then get the action of the seat that acted.
    """
    return tuple(
        chosen.expand(-1, len(role.seats), *chosen.shape[2:]) for role, chosen in zip(game.roles, actions, strict=True)
    )


def blank_actions(game: Game, copies: int, device: torch.device) -> tuple[Tensor, ...]:
    """Make zero actions of the shapes that `Arena.step` takes, one tensor per role."""
    return tuple(
        torch.zeros((copies, game.slots(index)), dtype=torch.int64, device=device)
        if role.actions.kind == "discrete"
        else torch.zeros((copies, game.slots(index), role.actions.size), device=device)
        for index, role in enumerate(game.roles)
    )


def team_returns(game: Game, rewards: Sequence[Reward]) -> tuple[Reward, ...]:
    """Compute the return of each team: the mean over its seats of their summed rewards.

    Args:
        game: The game.
        rewards: Summed rewards of each of the A seats: a number per seat for one match, an array [B] per seat for B matches.
    """
    return tuple(reduce(add, (rewards[seat] for seat in seats)) / len(seats) for seats in game.teams)
