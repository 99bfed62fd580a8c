"""Ladders: every player challenges the one above. Who wins takes the higher place.

In odd rounds the second place challenges the first, the fourth the third, and so on; in even rounds the third challenges the
second, the fifth the fourth. A drawn meeting changes nothing. If stronger players always win, as many rounds as there are
players put all of them in order.

Reference:
    Habermann (1972), "Parallel neighbor-sort": sorting by exchanges of odd and even neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence

from envs.game import Game
from tournaments.schedule.formats import Plan
from tournaments.schedule.meetings import Course, Meeting, Rounds, seeded, walk
from tournaments.tickets import MatchResult, Ticket


def ladder(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult] = ()) -> list[Ticket]:
    """Make the next round of a ladder.

    Args:
        game: A game of at least two teams. Two players meet at a table of their own.
        players: Distinct players, at least two. They begin in the order of `plan.ratings`, otherwise as given.
        plan: The requirements. There are `plan.rounds` rounds; None is the number of players.
        results: Results of the rounds so far.

    Returns:
        Tickets in the order of their ids; none after the last round.

    Raises:
        ScheduleError: The game has one team, there are fewer than two players, a player is named twice, or there are no games.
    """
    return walk(game, players, plan, results, _course(players, plan))[1]


def ladder_rounds(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> list[list[Meeting]]:
    """The rounds of a ladder that were played."""
    return walk(game, players, plan, results, _course(players, plan))[0]


def places(players: Sequence[str], plan: Plan, rounds: Rounds) -> list[str]:
    """The players in the order of the ladder, highest first, after some rounds.

    Laws:
        It has every player once. If no challenger ever wins, it is the order in which the players began.
    """
    order = seeded(players, plan.ratings)
    for meetings in rounds:
        order = _climb(order, meetings)
    return order


def _course(players: Sequence[str], plan: Plan) -> Course:
    order, wanted = seeded(players, plan.ratings), len(players) if plan.rounds is None else plan.rounds
    for number in range(wanted):
        start = number % 2 if len(players) > 2 else 0
        played = yield [*zip(order[start::2], order[start + 1 :: 2], strict=False)]
        order = _climb(order, played)


def _climb(order: Sequence[str], meetings: Sequence[Meeting]) -> list[str]:
    """The order after a round: challengers that won exchange places with the player above."""
    rising = {meeting.one: str(meeting.other) for meeting in meetings if meeting.score < 0.5}
    exchange = rising | {challenger: upper for upper, challenger in rising.items()}
    return [exchange.get(player, player) for player in order]
