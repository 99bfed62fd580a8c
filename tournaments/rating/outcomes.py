"""From returns to results between players: who beat whom.

A return means something only beside another return from the same place. So players are compared

* in **symmetric** games (all teams on one side) within each game: the higher return wins;
* in games of **several sides** (predators and prey) across the games of a series, which share a seed: what X got on some
  teams is compared with what Y got on the same teams. In a series of two games, (X hunts, Y flees) and (Y hunts, X flees), the
  hunters are compared and the prey are compared: two games, two results for each player; a game without its mirror gives none;
* in **cooperative** games (one team) in the same way: every two players that played alone on the same seed of a series.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from envs.game import Game
from tournaments.tickets import MatchResult

SAME = 1e-6
"""Returns closer than this are equal: a draw."""


@dataclass(frozen=True)
class Outcome:
    """One comparison as `player` sees it; its opponent has an outcome of its own, with the opposite score.

    Attributes:
        player: Whose outcome it is.
        opponent: Compared with whom.
        score: 1 for a win, ½ for a draw, 0 for a loss.
        match: The match in which `player` earned the return that was compared.
        series: The series of that match.
        margin: The player's return minus the opponent's.
    """

    player: str
    opponent: str
    score: float
    match: str
    series: str
    margin: float


class _Showing(NamedTuple):
    """What a player got in one match on the teams it held: the mean of their returns."""

    player: str
    teams: tuple[int, ...]
    value: float
    match: str
    series: str


def outcomes(game: Game, results: Iterable[MatchResult]) -> list[Outcome]:
    """Turn match results into outcomes between players, by the rules at the top of this file.

    A player holding several teams of a game gets the mean of their returns and counts once: the teams of one game are not
    independent evidence. A player is never compared with itself.

    Args:
        game: The game played.
        results: Results in any order; a series must be complete among them to count in games of several sides.

    Returns:
        Two outcomes for each comparison, next to each other, ordered by series and match.

    Laws:
        Points won equal points lost. The order of `results` changes nothing. In a round-robin a pair's wins, draws and losses
        add up to the games it played.
    """
    groups: dict[tuple[object, ...], list[_Showing]] = defaultdict(list)
    found: list[Outcome] = []
    for result in sorted(results, key=_as_played):
        showings = _showings(result)
        if game.symmetric:
            _compare_all(showings, found)
            continue
        for showing in showings:
            groups[result.ticket.series, result.ticket.seed, showing.teams].append(showing)
    for group in groups.values():
        _compare_all(group, found)
    return found


def _as_played(result: MatchResult) -> tuple[int, str, str]:
    """Sorts results as they were scheduled; ids alone would put generation 1000 before generation 999."""
    return result.ticket.generation, result.ticket.series, result.ticket.match


def _showings(result: MatchResult) -> list[_Showing]:
    ticket, returns = result.ticket, result.returns
    if len(set(ticket.players)) == len(returns):
        return [
            _Showing(player, (team,), returns[team], ticket.match, ticket.series) for team, player in enumerate(ticket.players)
        ]
    held: dict[str, list[int]] = defaultdict(list)
    for team, player in enumerate(ticket.players):
        held[player].append(team)
    return [
        _Showing(player, tuple(teams), sum(returns[team] for team in teams) / len(teams), ticket.match, ticket.series)
        for player, teams in held.items()
    ]


def _compare_all(group: list[_Showing], found: list[Outcome]) -> None:
    """Add what every two of a group of showings on the same teams give: an outcome for each of the two."""
    for one, other in combinations(group, 2):
        if one.player != other.player:
            margin = one.value - other.value
            score = 0.5 if abs(margin) <= SAME else float(margin > 0)
            found.append(Outcome(one.player, other.player, score, one.match, one.series, margin))
            back = other.value - one.value  # not -margin, which makes a negative zero
            found.append(Outcome(other.player, one.player, 1.0 - score, other.match, other.series, back))
