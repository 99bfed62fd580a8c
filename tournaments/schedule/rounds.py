"""Plays a tournament to its end: it asks the format for a round, plays it, and asks again with the results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from envs.game import Game
from tournaments.schedule.formats import Format, Plan, ScheduleError
from tournaments.tickets import MatchResult, Ticket

MOST_ROUNDS = 1000
"""Maximum number of rounds. It stops a format that does not end."""


def play_rounds(
    next_round: Format,
    game: Game,
    players: Sequence[str],
    plan: Plan,
    play: Callable[[Sequence[Ticket]], Sequence[MatchResult]],
    most: int = MOST_ROUNDS,
) -> list[MatchResult]:
    """Play a tournament round by round.

    Args:
        next_round: The format.
        game: The game.
        players: Distinct players, at least two.
        plan: The requirements for the format.
        play: Plays the tickets of a round and returns their results in the same order.
        most: Maximum number of rounds.

    Returns:
        The results of all rounds, in the order of their tickets.

    Raises:
        ScheduleError: The format made no match, did not end, or made tickets that this tournament cannot play.

    Laws:
        No ticket is played twice. If the format is a pure function, the tournament depends only on the game, the players, the
        plan and the results that `play` returns.
    """
    results: list[MatchResult] = []
    for _ in range(most):
        tickets = next_round(game, players, plan, tuple(results))
        if tickets is not None and (not isinstance(tickets, Sequence) or isinstance(tickets, str)):
            raise ScheduleError(f"it gave a {type(tickets).__name__}, not a list of tickets")
        if not tickets:
            if not results:
                raise ScheduleError("no match was scheduled")
            return results
        _check(game, players, plan, tickets, {result.ticket.match for result in results})
        results += play(tickets)
    raise ScheduleError(f"it did not end after {most} rounds")


def _check(game: Game, players: Sequence[str], plan: Plan, tickets: Sequence[Ticket], played: Collection[str]) -> None:
    """Check that the tickets of a round belong to this tournament."""
    seen = set(played)
    for ticket in tickets:
        if not isinstance(ticket, Ticket):
            raise ScheduleError(f"a round has a {type(ticket).__name__}, not only tickets")
        strangers = sorted(set(ticket.players) - set(players))
        if strangers:
            raise ScheduleError(f"the ticket {ticket.match} names players outside the tournament: {', '.join(strangers)}")
        if len(ticket.players) not in (len(game.teams), len(game.seats)):
            raise ScheduleError(f"the ticket {ticket.match} seats {len(ticket.players)} teams; the game has {len(game.teams)}")
        if ticket.match in seen:
            raise ScheduleError(f"the match {ticket.match} is scheduled twice")
        seen.add(ticket.match)
        weights = tuple(plan.weights.get(player, "") for player in ticket.players)
        if (ticket.generation, ticket.purpose, ticket.weights) != (plan.generation, plan.purpose, weights) or any(
            ticket.learns
        ):
            raise ScheduleError(
                f"the ticket {ticket.match} has another generation, purpose or weights than the plan, or a learning player"
            )
