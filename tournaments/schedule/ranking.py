"""Final rankings of tournaments, and how ties of points are broken. `docs/tournaments.md` explains the figures.

The ranking follows from the format. The ratings beside it are fitted to all games and know nothing of rounds and brackets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from tournaments.rating.payoff import Payoff
from tournaments.schedule.brackets import Decided
from tournaments.schedule.meetings import Meeting, Rounds


@dataclass(frozen=True)
class Placed:
    """A row of the final ranking.

    Attributes:
        place: The place, counted from 1. Players that nothing tells apart share it.
        player: The player.
        points: Its points: of games in round robins, gauntlets and users' own formats, of meetings elsewhere. A bye is a
            meeting won.
        won: Meetings won. A meeting is all games of two players in a round.
        drawn: Meetings drawn.
        lost: Meetings lost.
        byes: Rounds without an opponent.
        buchholz: Sum of the points of its opponents, once for each meeting. A bye is an opponent with the player's own points.
        sonneborn_berger: Sum of the points of the opponents that it beat, plus half of those with whom it drew.
        head_to_head: Points in meetings with the players that have equal points.
        game_points: Games won, plus half of those drawn.
        score: Game points over games; ½ without games.
    """

    place: int
    player: str
    points: float
    won: int
    drawn: int
    lost: int
    byes: int
    buchholz: float
    sonneborn_berger: float
    head_to_head: float
    game_points: float
    score: float


@dataclass(frozen=True)
class Ranking:
    """The final ranking of a tournament.

    Attributes:
        rule: How the players are ordered, in one sentence.
        rows: The players, best first.
        criteria: Attributes of `Placed` that are worth showing beside the points: those that break ties.
        bracket: The ties of a knock-out; empty for other formats.
    """

    rule: str
    rows: tuple[Placed, ...]
    criteria: tuple[str, ...] = ("game_points",)
    bracket: tuple[Decided, ...] = ()


TITLES = {
    "points": "points",
    "head_to_head": "head-to-head points",
    "buchholz": "Buchholz",
    "sonneborn_berger": "Sonneborn–Berger",
    "game_points": "game points",
    "score": "the share of points won",
}
"""Criterion → its name in sentences."""

OF_GAMES = ("points", "head_to_head", "sonneborn_berger")
"""The criteria of round robins, in order."""

OF_SHARES = ("score",)
"""The criterion of gauntlets and of users' own formats, in which players have different numbers of games."""

OF_MEETINGS = ("points", "buchholz", "sonneborn_berger", "head_to_head", "game_points")
"""The criteria of Swiss tournaments, in order."""


def meetings_in(table: Payoff) -> list[Meeting]:
    """All games of every pair as one meeting, as in a round robin."""
    games, points = table.games, table.points
    return [
        Meeting(one, table.players[j], (float(points[i, j]), float(points[j, i])), int(games[i, j]))
        for i, one in enumerate(table.players)
        for j in range(i + 1, len(table.players))
        if games[i, j]
    ]


def by_points(players: Sequence[str], rounds: Rounds, criteria: Sequence[str], *, of_games: bool) -> Ranking:
    """Rank by points, and break ties.

    Args:
        players: All players, best seed first. Players that share a place keep this order.
        rounds: The meetings.
        criteria: Attributes of `Placed`, the most important first.
        of_games: Whether points are those of games; otherwise those of meetings.

    Laws:
        Points of meetings sum to the number of meetings and byes. Relabelling the players relabels the ranking, up to the order
        within shared places.
    """
    rows = figures(players, rounds, of_games=of_games)
    order = sorted(players, key=lambda player: tuple(-getattr(rows[player], name) for name in criteria))
    keys = [tuple(getattr(rows[player], name) for name in criteria) for player in order]
    rule = f"ordered by {', then '.join(TITLES[name] for name in criteria)}"
    new = [True, *(one != other for one, other in pairwise(keys))]
    return Ranking(rule, _placed([rows[player] for player in order], new), tuple(name for name in criteria if name != "points"))


def by_groups(groups: Sequence[Sequence[str]], rounds: Rounds, rule: str, bracket: Sequence[Decided] = ()) -> Ranking:
    """Rank in an order that a format has found.

    Args:
        groups: The players in groups of equal place, best first.
        rounds: The meetings, for the figures.
        rule: How the players are ordered, in one sentence.
        bracket: The ties of a knock-out.
    """
    order = [player for group in groups for player in group]
    rows = figures(order, rounds, of_games=False)
    new = [number == 0 for group in groups for number in range(len(group))]
    return Ranking(rule, _placed([rows[player] for player in order], new), bracket=tuple(bracket))


def figures(players: Sequence[str], rounds: Rounds, *, of_games: bool) -> dict[str, Placed]:
    """Player → its row, without its place."""
    sides = [side for meetings in rounds for meeting in meetings for side in _sides(meeting)]
    byes = Counter(meeting.one for meetings in rounds for meeting in meetings if meeting.other is None)
    game = _sum(players, ((side.player, side.gained) for side in sides))
    worth = _sum(players, [*((side.player, side.score) for side in sides), *((one, float(n)) for one, n in byes.items())])
    points = game if of_games else worth
    games = _sum(players, ((side.player, float(side.games)) for side in sides))
    opponents = _sum(players, ((side.player, points[side.opponent]) for side in sides))
    beaten = _sum(players, ((side.player, side.score * points[side.opponent]) for side in sides))
    direct = _sum(players, ((s.player, s.score) for s in sides if points[s.player] == points[s.opponent]))
    count: dict[str, dict[float, int]] = {player: {1.0: 0, 0.5: 0, 0.0: 0} for player in players}
    for side in sides:
        count[side.player][side.score] += 1
    return {
        player: Placed(
            place=0,
            player=player,
            points=points[player],
            won=count[player][1.0],
            drawn=count[player][0.5],
            lost=count[player][0.0],
            byes=byes[player],
            buchholz=opponents[player] + byes[player] * points[player],
            sonneborn_berger=beaten[player] + byes[player] * points[player],
            head_to_head=direct[player],
            game_points=game[player],
            score=game[player] / games[player] if games[player] else 0.5,
        )
        for player in players
    }


class _Side(NamedTuple):
    """A meeting from the side of one player."""

    player: str
    opponent: str
    gained: float
    score: float
    games: int


def _sides(meeting: Meeting) -> list[_Side]:
    if meeting.other is None:
        return []
    return [
        _Side(meeting.one, meeting.other, meeting.points[0], meeting.score, meeting.games),
        _Side(meeting.other, meeting.one, meeting.points[1], 1 - meeting.score, meeting.games),
    ]


def _sum(players: Sequence[str], parts: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Player → the sum of its parts."""
    found = dict.fromkeys(players, 0.0)
    for player, part in parts:
        found[player] += part
    return found


def _placed(rows: Sequence[Placed], new: Sequence[bool]) -> tuple[Placed, ...]:
    """Number the rows. A row that is not new shares the place of the one before."""
    found: list[Placed] = []
    for number, (row, apart) in enumerate(zip(rows, new, strict=True), 1):
        found.append(replace(row, place=number if apart else found[-1].place))
    return tuple(found)
