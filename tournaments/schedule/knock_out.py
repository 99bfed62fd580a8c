"""Knock-outs: who loses once, or twice, is out. `brackets` says which meetings there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from envs.game import Game
from tournaments.schedule.brackets import Board, Decided, Tie, board, double, fill, single
from tournaments.schedule.formats import Plan
from tournaments.schedule.meetings import Course, Meeting, seeded, walk
from tournaments.tickets import MatchResult, Ticket


def knock_out(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult] = ()) -> list[Ticket]:
    """Make the next round of a single knock-out: who loses a meeting is out.

    A drawn meeting is played again on other seeds, `PLAYOFFS` times at most; after that the better seed wins.

    Args:
        game: A game of at least two teams. Two players meet at a table of their own.
        players: Distinct players, at least two. They are seeded by `plan.ratings`, otherwise in the given order.
        plan: The requirements.
        results: Results of the rounds so far.

    Returns:
        Tickets in the order of their ids; none after the final.

    Raises:
        ScheduleError: The game has one team, there are fewer than two players, a player is named twice, or there are no games.
    """
    return _next(single, game, players, plan, results)[1]


def double_knock_out(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult] = ()) -> list[Ticket]:
    """Make the next round of a double knock-out: who loses two meetings is out.

    If the player from the losers' part wins the final, both have lost once, and the final is played again. Otherwise as
    `knock_out`.
    """
    return _next(double, game, players, plan, results)[1]


def single_board(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> Board:
    """The bracket of a single knock-out after these results."""
    return _next(single, game, players, plan, results)[0]


def double_board(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> Board:
    """The bracket of a double knock-out after these results."""
    return _next(double, game, players, plan, results)[0]


def _next(
    bracket: Callable[[int], list[Tie]], game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]
) -> tuple[Board, list[Ticket]]:
    ties, seeds = bracket(max(len(players), 2)), seeded(players, plan.ratings)
    rounds, tickets = walk(game, players, plan, results, _course(ties, seeds))
    return board(ties, seeds, rounds), tickets


def _course(ties: Sequence[Tie], seeds: Sequence[str]) -> Course:
    played: dict[int, list[Meeting]] = {}
    while len(seeds) > 1 and (now := fill(ties, seeds, played)).ready:
        pairs = [now.ties[number].players for number in now.ready]
        meetings = yield [(one, other) for one, other in pairs if one is not None]
        for number, meeting in zip(now.ready, meetings, strict=True):
            played.setdefault(number, []).append(meeting)


def order_of(now: Board, seeds: Sequence[str]) -> list[list[str]]:
    """The players in groups of equal place, best first. Later defeats are better. Those who are still in are the first group.

    Args:
        now: A bracket.
        seeds: The players, best first. Players of a group keep this order.
    """
    out: dict[str, int] = {}
    for tie in now.ties:
        loser = loser_of(tie)
        if loser is not None:
            out[loser] = _stage(now, tie)
    last = next((tie.winner for tie in reversed(now.ties) if tie.winner is not None), None)
    stages = {player: out.get(player, len(now.ties)) for player in seeds}
    if not now.ready and last is not None:
        stages[last] = len(now.ties) + 1
    return [[player for player in seeds if stages[player] == stage] for stage in sorted(set(stages.values()), reverse=True)]


def loser_of(tie: Decided) -> str | None:
    """Who lost a tie; None if it is open, or somebody had a bye."""
    if tie.winner is None or tie.decided == "bye":
        return None
    return next(player for player in tie.players if player != tie.winner)


def _stage(now: Board, tie: Decided) -> int:
    """A number that is the same for all ties of a round, and larger for later rounds of the bracket."""
    return next(number for number, each in enumerate(now.ties) if (each.part, each.round) == (tie.part, tie.round))
