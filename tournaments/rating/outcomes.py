"""Outcomes: who beat whom, computed from the returns of matches.

A return is only comparable with another return from the same place. Therefore players are compared as follows.

* In **symmetric** games (all teams on one side) within each game: the higher return wins.
* In games with **several sides** (such as predators and prey) across the games of a series, which share a seed: the return of X
  on some teams is compared with the return of Y on the same teams. A series of two games, (X hunts, Y flees) and (Y hunts, X
  flees), compares the two hunters and the two prey: two games give two results for each player. A game without its mirrored
  game gives none.
* In **cooperative** games (one team) in the same way: every two players that played alone on the same seed of a series.

Who **forfeits** a match loses every comparison of it, whatever the returns are; two that forfeit at the same step draw. The
others of that match win theirs against it, and are not compared with one another by that match.

A team that several players **share** is compared with nobody: its return is no player's own.

A team that was **absent** from a game has no result in it: its 0 would beat everybody who lost something. In games whose seats
act at once a team was absent if none of its seats ever acted. In games whose seats act in turns a team may be paid without
having acted (the other one folded); there it was absent if it neither acted nor was paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from envs.game import Game
from tournaments.match.moves import idle_seats
from tournaments.tickets import MatchResult, is_shared, team_players

SAME = 1e-6
"""Returns closer than this are equal: a draw."""


@dataclass(frozen=True)
class Outcome:
    """One comparison from the side of `player`. The opponent has its own outcome with the opposite score.

    Attributes:
        player: The player.
        opponent: The other player.
        score: 1 for a win, ½ for a draw, 0 for a loss.
        match: The match in which `player` earned the compared return.
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
    """The result of a player in one match on the teams it held.

    Attributes:
        player: The player.
        teams: The teams.
        value: The mean of their returns.
        match: The match.
        series: Its series.
        forfeit: −1 if the player forfeited, 1 if another one did, otherwise 0.
    """

    player: str
    teams: tuple[int, ...]
    value: float
    match: str
    series: str
    forfeit: int = 0


def outcomes(game: Game, results: Iterable[MatchResult]) -> list[Outcome]:
    """Compute the outcomes between players by the rules in the docstring of this module.

    A player that holds several teams of a game gets the mean of their returns and counts once, because the teams of one game
    are not independent evidence. A player is never compared with itself.

    Args:
        game: The game played.
        results: Results in any order. In games with several sides a series only counts if it is complete among them.

    Returns:
        Two outcomes for each comparison, next to each other, ordered by series and match.

    Laws:
        Points won equal points lost. The order of `results` changes nothing. In a round-robin a pair's wins, draws and losses
        add up to the games it played.
    """
    groups: dict[tuple[object, ...], list[_Showing]] = defaultdict(list)
    found: list[Outcome] = []
    for result in sorted(results, key=_as_played):
        showings = _showings(game, result)
        if game.symmetric:
            _compare_all(showings, found)
            continue
        for showing in showings:
            groups[result.ticket.series, result.ticket.seed, showing.teams].append(showing)
    for group in groups.values():
        _compare_all(group, found)
    return found


def _as_played(result: MatchResult) -> tuple[int, str, str]:
    """Sort key in the order of scheduling. Ids alone would put generation 1000 before generation 999."""
    return result.ticket.generation, result.ticket.series, result.ticket.match


def absent_teams(game: Game, result: MatchResult) -> frozenset[int]:
    """Return the teams that were absent from a match, by the rule in the docstring of this module."""
    if game.turn_based and all(result.returns):
        return frozenset()
    idle = idle_seats(len(game.seats), result.actions)
    if not idle:
        return frozenset()
    return frozenset(
        team
        for team, seats in enumerate(game.teams)
        if set(seats).issubset(idle) and not (game.turn_based and result.returns[team])
    )


def _showings(game: Game, result: MatchResult) -> list[_Showing]:
    ticket, returns, absent = result.ticket, result.returns, absent_teams(game, result)
    if not is_shared(game, ticket.players) and len(set(ticket.players)) == len(returns):
        return [
            _Showing(player, (team,), returns[team], ticket.match, ticket.series, _forfeit(result, player))
            for team, player in enumerate(ticket.players)
            if team not in absent
        ]
    held: dict[str, list[int]] = defaultdict(list)
    for team, player in enumerate(team_players(game, ticket.players)):
        if player is not None and team not in absent:
            held[player].append(team)
    return [
        _Showing(
            player,
            tuple(teams),
            sum(returns[team] for team in teams) / len(teams),
            ticket.match,
            ticket.series,
            _forfeit(result, player),
        )
        for player, teams in held.items()
    ]


def _forfeit(result: MatchResult, player: str) -> int:
    if not result.forfeits:
        return 0
    return -1 if any(forfeit.player == player for forfeit in result.forfeits) else 1


def _compare_all(group: list[_Showing], found: list[Outcome]) -> None:
    """Compare every two results on the same teams, and append an outcome for each of the two players."""
    for one, other in combinations(group, 2):
        if one.player != other.player and not (one.match == other.match and one.forfeit == other.forfeit == 1):
            decided = bool(one.forfeit or other.forfeit)
            mine, theirs = (one.forfeit, other.forfeit) if decided else (one.value, other.value)
            margin = float(mine - theirs)
            score = 0.5 if abs(margin) <= SAME else float(margin > 0)
            found.append(Outcome(one.player, other.player, score, one.match, one.series, margin))
            back = float(theirs - mine)  # -margin would be −0 in a draw
            found.append(Outcome(other.player, one.player, 1.0 - score, other.match, other.series, back))
