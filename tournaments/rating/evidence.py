"""What results are worth as evidence: which comparisons are independent of one another, and which are copies.

The unit of independence is the series. Its games share a seed, and games of other series share nothing with them. Within a
series comparisons may depend on one another in two ways.

* The same two players may be compared several times: the two sides of a series in a game of predators and prey are nearly the
  same fact twice, and the side that moves first may win whoever plays it.
* One game of a player may be compared with several opponents: in a cooperative game the episode of a player on a seed is
  compared with the episode of every other player.

`Evidence` holds the sums from which both can be estimated. They are sums over units, so those of a league add up over its
generations, and no game has to be kept. `tournaments.rating.dependence` estimates from them.

Copies. Players without randomness play the same game again and again, and a thousand copies of a game are one fact. Two
comparisons are copies if in the games behind them the same players sat in the same seats, did the same, and got the same
returns. Copies are counted once if all comparisons of the two players from these seats ended alike. Where they ended in
different ways, chance decided, and every game is one of its draws: in a game as short as one round of rock, paper, scissors
copies are frequent although the players are random.

Reference:
    Kish (1965), "Survey sampling", for the design effect; Liang and Zeger (1986) for sums over clusters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.outcomes import Outcome
from tournaments.tickets import MatchResult

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """Sums over the independent units of a log. A *table* is a set of players that met in the same units of one generation.

    Attributes:
        players: The names behind the numbers below.
        one: int64 [R], first player of every row; a row is a pair of players at one table.
        other: int64 [R], second player, whose name comes later.
        seats: int64 [R, 2], rows of `shared` and `apart` that belong to the two players at this table; −1 at tables of two.
        units: int64 [R], number of units m.
        games: int64 [R], number of comparisons n.
        distinct: int64 [R], number of comparisons without copies, as far as these count once.
        squares: float64 [R], sum over the units of (points of the first player)².
        products: float64 [R], sum over the units of comparisons × points.
        sizes: float64 [R], sum over the units of comparisons².
        partners: int64 [S], number of others that a player met at a table, for tables of more than two.
        shared: float64 [S], Σ over units and over any two of its opponents of the product of the deviations of its points.
        apart: float64 [S], Σ over units and its opponents of the squared deviations.
    """

    players: tuple[str, ...]
    one: Ints
    other: Ints
    seats: Ints
    units: Ints
    games: Ints
    distinct: Ints
    squares: Floats
    products: Floats
    sizes: Floats
    partners: Ints
    shared: Floats
    apart: Floats

    def __add__(self, later: Evidence) -> Evidence:
        """Return the evidence of two logs without a common unit.

        Laws:
            Associative. The evidence of a league is the sum of that of its generations, bit by bit.
        """
        return together([self, later])

    def without_copies(self) -> dict[str, int]:
        """Player → the number of its comparisons, where copies count once."""
        counts = sum(np.bincount(side, self.distinct, len(self.players)) for side in (self.one, self.other))
        return dict(zip(self.players, np.asarray(counts).astype(np.int64).tolist(), strict=True))

    def showings(self) -> dict[str, int]:
        """Player → the number of units in which it took part, which in a cooperative game is that of its episodes."""
        units = np.zeros(len(self.players), np.int64)
        for players, seats in zip((self.one, self.other), self.seats.T, strict=True):
            np.add.at(units, players[seats < 0], self.units[seats < 0])
        owner, most = np.zeros((2, len(self.partners)), np.int64)
        for players, seats in zip((self.one, self.other), self.seats.T, strict=True):
            owner[seats[seats >= 0]] = players[seats >= 0]
            np.maximum.at(most, seats[seats >= 0], self.units[seats >= 0])
        np.add.at(units, owner, most)
        return dict(zip(self.players, units.tolist(), strict=True))


_NONE, _ZERO = np.zeros(0, np.int64), np.zeros(0)
NOTHING = Evidence((), _NONE, _NONE, np.zeros((0, 2), np.int64), *(_NONE,) * 3, *(_ZERO,) * 3, _NONE, _ZERO, _ZERO)
"""The evidence of no games."""


def together(parts: Sequence[Evidence]) -> Evidence:
    """Return the evidence of several logs without a common unit.

    Laws:
        It is the sum of the parts, bit by bit.
    """
    place: dict[str, int] = {}
    columns: dict[str, list[NDArray[np.generic]]] = {column.name: [] for column in fields(Evidence)[1:]}
    seats = 0
    for part in parts:
        moved = np.array([place.setdefault(player, len(place)) for player in part.players], np.int64)
        new = {"one": moved[part.one], "other": moved[part.other], "seats": np.where(part.seats < 0, -1, part.seats + seats)}
        for name, column in columns.items():
            column.append(new[name] if name in new else getattr(part, name))
        seats += len(part.partners)
    if not parts:
        return NOTHING
    return Evidence(tuple(place), **{name: np.concatenate(column) for name, column in columns.items()})


@dataclass(frozen=True)
class _Comparison:
    """A comparison from the side of the player whose name comes first; `place` is where they sat, `copy` what happened."""

    pair: tuple[str, str]
    score: float
    place: Hashable
    copy: Hashable


_Units = list[list[_Comparison]]


def evidence(outcomes: Sequence[Outcome], results: Iterable[MatchResult]) -> Evidence:
    """Sum up the evidence in a log.

    Args:
        outcomes: All outcomes of the log, as `tournaments.rating.outcomes.outcomes` returns them.
        results: The results from which they were computed.

    Returns:
        The evidence. Its players are sorted by name within every generation.

    Laws:
        Games, points and copies of a pair do not depend on the order of the log. The evidence of two generations is the sum of
        the evidence of each.
    """
    parts = []
    for _, tables in sorted(_units(outcomes, results).items()):
        parts.append(_of_generation(sorted({name for players in tables for name in players}), tables))
    return together(parts)


def _units(outcomes: Sequence[Outcome], results: Iterable[MatchResult]) -> dict[int, dict[tuple[str, ...], _Units]]:
    """Collect generation → players of a table → the comparisons of each of its units."""
    numbers: dict[Hashable, int] = {}
    known = {}
    for result in results:
        ticket = result.ticket
        what = numbers.setdefault((ticket.players, result.returns, result.actions), len(numbers))
        known[ticket.match] = (ticket.generation, ticket.players, what)
    units: dict[tuple[int, str], list[_Comparison]] = defaultdict(list)
    for mine, theirs in zip(outcomes[::2], outcomes[1::2], strict=True):
        first, second = (mine, theirs) if mine.player < mine.opponent else (theirs, mine)
        generation, seats, what = known[first.match]
        _, other_seats, other_what = known[second.match]
        comparison = _Comparison((first.player, second.player), first.score, (seats, other_seats), (what, other_what))
        units[generation, first.series].append(comparison)
    found: dict[int, dict[tuple[str, ...], _Units]] = defaultdict(lambda: defaultdict(list))
    for (generation, _), comparisons in units.items():
        players = tuple(sorted({name for comparison in comparisons for name in comparison.pair}))
        found[generation][players].append(comparisons)
    return found


def _of_generation(names: Sequence[str], tables: dict[tuple[str, ...], _Units]) -> Evidence:
    place = {name: number for number, name in enumerate(names)}
    rows: list[tuple[float, ...]] = []
    slots: list[tuple[float, ...]] = []
    for players, units in sorted(tables.items()):
        pairs = list(combinations(players, 2))
        column = {pair: number for number, pair in enumerate(pairs)}
        points, counts = np.zeros((2, len(units), len(pairs)))
        for row, comparisons in enumerate(units):
            for comparison in comparisons:
                points[row, column[comparison.pair]] += comparison.score
                counts[row, column[comparison.pair]] += 1
        distinct = _distinct(comparison for comparisons in units for comparison in comparisons)
        begin = len(slots)
        if len(players) > 2:
            slots += _shares(players, pairs, points, counts)
        for number, pair in enumerate(pairs):
            scored, played = points[:, number], counts[:, number]
            if played.any():
                seats = [begin + players.index(name) if len(players) > 2 else -1 for name in pair]
                sums = (played > 0).sum(), played.sum(), distinct[pair], scored @ scored, played @ scored, played @ played
                rows.append((place[pair[0]], place[pair[1]], *seats, *map(float, sums)))
    table = np.array(rows, float).reshape(-1, 10)
    whole = table[:, :7].astype(np.int64)
    seen = np.array(slots, float).reshape(-1, 3)
    return Evidence(
        tuple(names), whole[:, 0], whole[:, 1], whole[:, 2:4], whole[:, 4], whole[:, 5], whole[:, 6],
        table[:, 7], table[:, 8], table[:, 9], seen[:, 0].astype(np.int64), seen[:, 1], seen[:, 2],
    )  # fmt: skip


def different_games(results: Iterable[MatchResult]) -> dict[frozenset[str], int]:
    """Count the different games between each set of players.

    Two games are the same if the same players sat in the same seats, did the same, and got the same returns. A result that does
    not say what was done is a game of its own.
    """
    games = {(result.ticket.players, result.returns, result.actions or result.ticket.match) for result in results}
    found: dict[frozenset[str], int] = defaultdict(int)
    for players, _, _ in games:
        found[frozenset(players)] += 1
    return dict(found)


def _distinct(comparisons: Iterable[_Comparison]) -> dict[tuple[str, str], int]:
    """Count the comparisons of each pair; copies count once where all comparisons from the same seats ended alike."""
    cells: dict[tuple[tuple[str, str], Hashable], list[_Comparison]] = defaultdict(list)
    for comparison in comparisons:
        cells[comparison.pair, comparison.place].append(comparison)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for (pair, _), cell in cells.items():
        alike = len({comparison.score for comparison in cell}) == 1
        found[pair] += len({comparison.copy for comparison in cell}) if alike else len(cell)
    return found


def _shares(
    players: Sequence[str], pairs: Sequence[tuple[str, str]], points: Floats, counts: Floats
) -> list[tuple[float, float, float]]:
    """For every player of a table: its partners, and its sums `shared` and `apart`, unbiased although means are estimated."""
    units = len(points)
    if units < 2:
        return [(len(players) - 1.0, 0.0, 0.0) for _ in players]
    deviations = points - counts * points.sum(0) / np.maximum(counts.sum(0), 1)
    found = []
    for player in players:
        sides = np.array([(pair[0] == player) * 1.0 - (pair[1] == player) for pair in pairs])
        own = deviations * sides
        apart = float((own**2).sum())
        shared = float((own.sum(1) ** 2).sum()) - apart
        found.append((len(players) - 1.0, shared * units / (units - 1), apart * units / (units - 1)))
    return found
