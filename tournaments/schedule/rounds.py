"""A tournament played to its end: ask the format for a round, play it, and ask again with the results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from envs.game import Game
from tournaments.schedule.formats import Format, Plan, ScheduleError
from tournaments.tickets import MatchResult, Ticket

MOST_ROUNDS = 1000
"""Rounds after which a format is stopped that does not come to an end."""


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
        plan: What the format is asked for.
        play: Plays the tickets of a round, and gives their results in the same order.
        most: Rounds that are allowed.

    Returns:
        The results of all rounds, in the order of their tickets.

    Raises:
        ScheduleError: The format gave no match at all, came to no end, or wrote tickets that this tournament cannot play.

    Laws:
        No ticket is played twice. A format whose answer depends on nothing but its arguments gives a tournament that depends on
        nothing but the seed and the players.
    """
    results: list[MatchResult] = []
    for _ in range(most):
        tickets = next_round(game, players, plan, tuple(results))
        if not tickets:
            if not results:
                raise ScheduleError("no match was scheduled")
            return results
        _check(game, players, plan, tickets, {result.ticket.match for result in results})
        results += play(tickets)
    raise ScheduleError(f"after {most} rounds it still asked for another one")


def _check(game: Game, players: Sequence[str], plan: Plan, tickets: Sequence[Ticket], played: Collection[str]) -> None:
    """Make sure that the tickets of a round belong to this tournament."""
    seen = set(played)
    for ticket in tickets:
        if not isinstance(ticket, Ticket):
            raise ScheduleError(f"a round holds a {type(ticket).__name__}, not only tickets")
        strangers = sorted(set(ticket.players) - set(players))
        if strangers:
            raise ScheduleError(f"the ticket {ticket.match} names {', '.join(strangers)}, not in the tournament")
        if len(ticket.players) != len(game.teams):
            raise ScheduleError(f"the ticket {ticket.match} seats {len(ticket.players)} teams; the game has {len(game.teams)}")
        if ticket.match in seen:
            raise ScheduleError(f"the match {ticket.match} is scheduled twice")
        seen.add(ticket.match)
        weights = tuple(plan.weights.get(player, "") for player in ticket.players)
        if (ticket.generation, ticket.purpose, ticket.weights) != (plan.generation, plan.purpose, weights) or any(
            ticket.learns
        ):
            raise ScheduleError(
                f"the ticket {ticket.match} has another generation, purpose or weights than the plan, or lets somebody learn"
            )
