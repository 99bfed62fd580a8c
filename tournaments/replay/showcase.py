"""The choice of matches that are recorded as replays: a pure function of a generation's results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from itertools import combinations

from tournaments.rating.elo import Ratings, expected_score
from tournaments.rating.outcomes import Outcome
from tournaments.tickets import MatchResult


def choose(
    results: Sequence[MatchResult], outcomes: Sequence[Outcome], ratings: Ratings, entrants: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Choose matches to record, with the reasons as tags.

    * `final`: the last decided match between the two best-rated players that met (the last match, if all were drawn). A match
      of bots only is no final, unless all matches are.
    * `upset`: among all wins by the lower-rated player, the one with the lowest expected score.
    * `longest`: the match with the most steps.
    * `closest`: the decided match with the smallest margin; among equal ones, the one with the smallest rating difference.
    * `pairing`: for every two entrants the first match in which they were compared.

    Args:
        results: The generation's results.
        outcomes: Their outcomes.
        ratings: Ratings of the players.
        entrants: Players whose pairings are all shown; empty adds no `pairing` matches.

    Returns:
        Match id → tags, sorted by match id. Only matches with a result occur.

    Laws:
        The order of results and outcomes changes nothing.
    """
    played = {result.ticket.match for result in results}
    taught = {result.ticket.match for result in results if any(result.ticket.weights)} or played
    met = sorted((o for o in outcomes if o.match in played), key=lambda o: (o.match, o.player, o.opponent))
    tags: dict[str, list[str]] = defaultdict(list)
    for tag, match in (
        *(("final", match) for match in _final(met, ratings, taught)),
        *(("upset", match) for match in _upset(met, ratings)),
        *(("longest", match) for match in _longest(results)),
        *(("closest", match) for match in _closest(met, ratings)),
        *(("pairing", match) for match in _pairings(met, entrants)),
    ):
        if tag not in tags[match]:
            tags[match].append(tag)
    return {match: tuple(tags[match]) for match in sorted(tags)}


def _final(met: Sequence[Outcome], ratings: Ratings, taught: Container[str]) -> Iterator[str]:
    rank = {row.player: place for place, row in enumerate(ratings.rows)}
    between: dict[tuple[int, int], list[Outcome]] = defaultdict(list)
    for outcome in met:
        if rank[outcome.player] < rank[outcome.opponent] and outcome.match in taught:
            between[rank[outcome.opponent], rank[outcome.player]].append(outcome)
    if between:
        games = between[min(between)]
        yield ([outcome for outcome in games if outcome.score != 0.5] or games)[-1].match


def _upset(met: Sequence[Outcome], ratings: Ratings) -> Iterator[str]:
    elo = ratings.elo
    wins = [(expected_score(elo[o.player] - elo[o.opponent]), o.match) for o in met if o.score == 1]
    if wins and min(wins)[0] < 0.5:
        yield min(wins)[1]


def _longest(results: Sequence[MatchResult]) -> Iterator[str]:
    if results:
        yield min((-result.steps, result.ticket.match) for result in results)[1]


def _closest(met: Sequence[Outcome], ratings: Ratings) -> Iterator[str]:
    elo = ratings.elo
    wins = [(o.margin, abs(elo[o.player] - elo[o.opponent]), o.match) for o in met if o.score == 1]
    if wins:
        yield min(wins)[2]


def _pairings(met: Sequence[Outcome], entrants: Sequence[str]) -> Iterator[str]:
    first: dict[frozenset[str], str] = {}
    for outcome in met:
        first.setdefault(frozenset((outcome.player, outcome.opponent)), outcome.match)
    for pair in combinations(entrants, 2):
        if frozenset(pair) in first:
            yield first[frozenset(pair)]
