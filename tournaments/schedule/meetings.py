"""Meetings of two players, and the rounds of a tournament in which the results of one round decide the pairs of the next.

A *meeting* is all games that two players play against each other in one round. Who wins more points wins the meeting. A format
with rounds is a generator, which yields the pairs of a round and is sent their meetings. `walk` finds the rounds in the match
results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from envs.game import Game
from tournaments.rating.outcomes import Outcome, outcomes
from tournaments.schedule.formats import Plan, ScheduleError, round_of
from tournaments.tickets import MatchResult, Ticket

Pairing = tuple[str, str | None]
"""Two players that meet; None in place of the second is a bye."""


@dataclass(frozen=True)
class Meeting:
    """All games between two players in one round.

    Attributes:
        one: A player.
        other: The other player; None if `one` has a bye.
        points: The points of both: 1 for a game won, ½ for a draw.
        games: The number of games.
    """

    one: str
    other: str | None
    points: tuple[float, float] = (0.0, 0.0)
    games: int = 0

    @property
    def score(self) -> float:
        """What the meeting is worth for `one`: 1 if won or a bye, ½ if drawn, 0 if lost."""
        if self.other is None:
            return 1.0
        mine, theirs = self.points
        return 0.5 if mine == theirs else float(mine > theirs)


Rounds = Sequence[Sequence[Meeting]]
"""Per round its meetings, in the order in which they were scheduled."""


Course = Generator[Sequence[Pairing], Sequence[Meeting], None]
"""The course of a tournament: it yields the pairs of a round, is sent their meetings in the same order, and ends with the
tournament."""


def seeded(players: Sequence[str], ratings: Mapping[str, float]) -> list[str]:
    """Order players by rating, best first. Players without a rating come last. Equal ones keep the given order."""
    return sorted(players, key=lambda player: -ratings.get(player, float("-inf")))


def walk(
    game: Game,
    players: Sequence[str],
    plan: Plan,
    results: Sequence[MatchResult],
    course: Course,
) -> tuple[list[list[Meeting]], list[Ticket]]:
    """Divide results into rounds, and make the tickets of the round that follows.

    Args:
        game: The game. Every pair plays at a table of its own.
        players: All players.
        plan: The requirements.
        results: The results of whole rounds, in the order of their tickets.
        course: A new course of the tournament.

    Returns:
        The rounds that were played, and the tickets of the next one; no tickets if the tournament is over.

    Raises:
        ScheduleError: The game has only one team, or as `round_of`.
    """
    require_opponents(game)
    rounds: list[list[Meeting]] = []
    at, pairs = 0, next(course, [])
    while True:
        wanted = [frozenset((one, other)) for one, other in pairs if other is not None]
        if at == len(results) or not wanted:
            return rounds, round_of(game, players, wanted, plan, results, alone=True)
        end = at + len(wanted) * 2 * -(-plan.games // 2)
        rounds.append(meetings(pairs, outcomes(game, results[at:end])))
        at, pairs = end, _send(course, rounds[-1])


def require_opponents(game: Game) -> None:
    """Make sure that players of a game meet.

    Raises:
        ScheduleError: The game has only one team.
    """
    if len(game.teams) < 2:
        raise ScheduleError(
            f"in {game.name} every player plays alone, so that everybody is compared with everybody at once; "
            "use round-robin, double-round-robin or gauntlet"
        )


def _send(course: Course, played: Sequence[Meeting]) -> Sequence[Pairing]:
    """The pairs of the next round; none if the tournament is over."""
    try:
        return course.send(played)
    except StopIteration:
        return []


def meetings(pairs: Sequence[Pairing], log: Sequence[Outcome]) -> list[Meeting]:
    """The meetings of one round.

    Args:
        pairs: The pairs, each once.
        log: The outcomes of the round's games.
    """
    points: dict[tuple[str, str], float] = defaultdict(float)
    games: dict[tuple[str, str], int] = defaultdict(int)
    for outcome in log:
        points[outcome.player, outcome.opponent] += outcome.score
        games[outcome.player, outcome.opponent] += 1
    return [
        Meeting(one, None)
        if other is None
        else Meeting(one, other, (points[one, other], points[other, one]), games[one, other])
        for one, other in pairs
    ]
