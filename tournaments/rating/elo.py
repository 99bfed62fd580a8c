"""Ratings on the Elo scale, with intervals and an anchor at 0, as a pure function of the payoff table.

Bradley–Terry model: the expected score of i against j is σ((rᵢ − rⱼ)/s), where a draw counts as half a win and half a loss and
s = 400/ln 10 points, so that 400 points are odds of ten to one. Ratings are fitted to all results at once; the order in which
games were played does not matter. `online_elo` is the familiar sequential rating, for live curves only.

Prior. For a perfect record the likelihood has no finite maximum, so ratings are assumed to come from N(μ, sd²) with unknown μ
(flat prior). Only differences between players enter: another anchor shifts every rating and changes nothing else, and a weak
anchor does not pull the others down. One game between equal players carries as much information as five such priors (sd = 800),
so the prior hardly affects ratings with many games.

Reference:
    Bradley and Terry (1952); Hunter (2004), "MM algorithms for generalized Bradley–Terry models"; Caron and Doucet (2012) for
    priors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log, tanh

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.bradley_terry import AT_ONCE, Pairs, gather, maximise, respond
from tournaments.rating.dependence import Dependence, dependence, freedom, noise, places
from tournaments.rating.evidence import Evidence
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import Payoff
from tournaments.rating.results import Results
from tournaments.rating.student import students_quantile

SCALE = 400 / log(10)
"""Elo points per nat."""

PRIOR_SD = 800.0
"""Standard deviation of ratings before any game, in Elo points. Ten players then lie within about ±1,600 of their mean."""

PRIOR_CLOSE = 1e-4
"""The prior's spread is fitted until it grows by less than this share."""

PRIOR_STEPS = 100
"""Limit of the steps in which the prior's spread is fitted. About ten are needed."""

REPLICATES, LEVEL = 200, 0.95
"""Number of draws from which intervals are measured, and their coverage."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rating:
    """A player's rating in Elo points, its 95 % interval, and its record.

    Attributes:
        player: The player.
        elo: Points above the anchor.
        low: Lower end of the interval.
        high: Upper end of the interval.
        games: Number of games against other players of the table.
        wins: Games won.
        draws: Games drawn.
        losses: Games lost.
        score: (wins + draws/2) / games; ½ without games.
    """

    player: str
    elo: float
    low: float
    high: float
    games: int
    wins: int
    draws: int
    losses: int
    score: float


@dataclass(frozen=True, eq=False)
class Chance:
    """How the ratings of a table vary together by chance. Ratings of players who met the same opponents vary alike.

    Attributes:
        players: The players, in the order of columns.
        moved: float64 [B, P], how far each replicate's ratings are from the fitted ones, in Elo points.
        quantile: The number of standard deviations on each side of an interval.
    """

    players: tuple[str, ...]
    moved: Floats
    quantile: float

    @cached_property
    def column(self) -> dict[str, int]:
        """Player → its column."""
        return {player: number for number, player in enumerate(self.players)}

    def halves(self, figures: Floats) -> Floats:
        """Half the width of the intervals of figures of the replicates, [B, …]."""
        return np.asarray(self.quantile * np.sqrt((figures**2).mean(0)))

    def half(self, weights: Mapping[str, float]) -> float:
        """Half the width of the interval of a weighted sum of ratings.

        Args:
            weights: Player → weight. They have to sum to 0, because only differences of ratings mean anything.

        Raises:
            KeyError: A player is not rated.

        Laws:
            Players of the same weights and any anchor: the anchor has no influence.
        """
        places = [self.column[player] for player in weights]
        return float(self.halves(self.moved[:, places] @ np.array(list(weights.values()), np.float64)))


@dataclass(frozen=True)
class Ratings:
    """The ratings of a table's players, best first.

    Attributes:
        anchor: The player whose rating is fixed at 0.
        rows: One rating per player; equal ratings by score, then by name. A league orders equal players by its own rule.
        chance: How the ratings vary together; None if no intervals were wanted, or for ratings read from a store.
    """

    anchor: str
    rows: tuple[Rating, ...]
    chance: Chance | None = field(default=None, compare=False, repr=False)

    def __getitem__(self, player: str) -> Rating:
        """Return the rating of a player.

        Raises:
            KeyError: The player is not rated here.
        """
        for row in self.rows:
            if row.player == player:
                return row
        raise KeyError(f"{player!r} is not rated here")

    @property
    def elo(self) -> dict[str, float]:
        """Player → points."""
        return {row.player: row.elo for row in self.rows}


@dataclass(frozen=True)
class EloPoint:
    """A player's running Elo after a match."""

    match: str
    player: str
    elo: float


def expected_score(difference: float) -> float:
    """Return the expected score of a player rated `difference` Elo points above its opponent, in (0, 1)."""
    return 0.5 * (1 + tanh(0.5 * difference / SCALE))


def fit(
    table: Payoff | Results,
    anchor: str,
    rng: np.random.Generator,
    *,
    seen: Evidence | None = None,
    replicates: int = REPLICATES,
    level: float = LEVEL,
    prior_sd: float = PRIOR_SD,
    begin: Mapping[str, float] | None = None,
) -> Ratings:
    """Rate the players of a table.

    The prior's spread is `prior_sd`, or that of the ratings themselves if it is larger: on a long ladder of players the
    narrower prior would pull the ends together, and an interval that does not know of the pull misses the truth.

    Intervals are those of the normal approximation around the ratings. Results vary by chance as
    `tournaments.rating.dependence` says, and every player's prior mean varies like the prior; the derivative of the fit carries
    both to the ratings. Refitted replicates would be skewed away from the middle where games are few, and the truth is not. A
    player without any path of games to the anchor is rated by the prior alone, and its interval is as wide as the prior.

    Args:
        table: The results.
        anchor: A player of the table, whose rating is fixed at 0 Elo.
        rng: Random generator of the draws.
        seen: What these results are worth as evidence. None takes them as independent games.
        replicates: Number of draws; 0 gives intervals of width 0.
        level: Coverage of the intervals.
        prior_sd: Smallest standard deviation of ratings before any game, in Elo points.
        begin: Player → rating where the fit begins, in Elo points; others begin at the mean. It has no influence on the result.

    Returns:
        Ratings in Elo points above the anchor, rounded to a thousandth, because the last bits of linear algebra differ between
        machines. The anchor is 0 in every replicate.

    Raises:
        ValueError: The anchor is not in the table.

    Laws:
        The order of rows changes nothing. Another anchor shifts all ratings by the same amount. More games give narrower
        intervals. The evidence changes intervals only, never ratings.

    Reference:
        White (1982), "Maximum likelihood estimation of misspecified models", theorem 3.2, for the variance; Liang and Zeger
        (1986) for dependent results; Carlin and Louis (2000), chapter 3, for fitting the prior.
    """
    if anchor not in table.players:
        raise ValueError(f"the anchor {anchor!r} is not among the players of the table")
    # Sorting assigns the random numbers to players by name, so that the order of rows does not matter.
    met, size = table.met().with_players(sorted(table.players)), len(table.players)
    pairs, games, row = Pairs(size, met.one, met.other), met.games.astype(np.float64), met.place[anchor]
    nats, sd = _fit_prior(pairs, games, met.points, prior_sd / SCALE, _beginning(met.players, begin or {}))
    elo, place = (nats - nats[row]) * SCALE, places(seen, met.players)
    if not replicates:
        return Ratings(anchor, _rows(met, elo, np.zeros(size)))
    chance = _chance(met, nats, sd, rng, seen=seen, place=place, replicates=replicates, level=level, least=prior_sd / SCALE)
    return Ratings(anchor, _rows(met, elo, chance.halves(chance.moved - chance.moved[:, [row]])), chance)


def chance_of(
    table: Payoff | Results, elo: Mapping[str, float], rng: np.random.Generator, *, seen: Evidence | None = None
) -> Chance:
    """Compute how ratings vary together by chance, where they have been fitted to the table before; otherwise as in `fit`.

    Args:
        table: The results.
        elo: Player → rating in Elo points, from `fit` to these results.
        rng: Random generator of the draws.
        seen: What these results are worth as evidence.
    """
    met = table.met().with_players(sorted(table.players))
    nats = _beginning(met.players, elo)
    nats -= nats.mean()
    sd = max(PRIOR_SD / SCALE, _spread(nats))
    return _chance(met, nats, sd, rng, seen=seen, place=places(seen, met.players))


def _chance(
    met: Results,
    nats: Floats,
    sd: float,
    rng: np.random.Generator,
    *,
    seen: Evidence | None,
    place: Ints,
    replicates: int = REPLICATES,
    level: float = LEVEL,
    least: float = PRIOR_SD / SCALE,
) -> Chance:
    """How ratings vary around the maximum, float64 [P] in nats; the prior's standard deviation `sd` is at least `least`."""
    pairs, games = Pairs(len(met.players), met.one, met.other), met.games.astype(np.float64)
    found = dependence(met, seen, place, _sigmoid(pairs.lead(nats)))
    force = _push(pairs, found, replicates, rng) + _pull(nats, sd, least, replicates, rng)
    moved = respond(pairs, games, nats, sd, force, _ages(place, len(met.players))) * SCALE
    return Chance(met.players, moved, students_quantile(freedom(seen, place, len(met.players)), level))


def _spread(nats: Floats) -> float:
    """The standard deviation of ratings of mean 0."""
    return float(np.sqrt((nats**2).sum() / max(len(nats) - 1, 1)))


def _beginning(players: Sequence[str], begin: Mapping[str, float]) -> Floats:
    """Where the fit begins, float64 [P] in nats."""
    known = [begin[player] for player in players if player in begin]
    middle = sum(known) / len(known) if known else 0.0
    return np.array([begin.get(player, middle) for player in players]) / SCALE


def _ages(place: Ints, players: int) -> Floats | None:
    """The players in the order in which the evidence names them first, which is that of time; None without evidence.

    Args:
        place: int64, the number of each player of the evidence; −1 for players outside.
        players: P.

    Returns:
        float64 [P], the place of each player in this order; those that it does not name come last.
    """
    if not len(place):
        return None
    order = np.full(players, float(len(place)))
    order[place[place >= 0]] = np.flatnonzero(place >= 0)
    return order


def _push(pairs: Pairs, found: Dependence, size: int, rng: np.random.Generator) -> Floats:
    """Draw the chance in the results of every player, float64 [size, P]."""
    push = np.zeros((size, pairs.players))
    for part, drawn in noise(found, size, AT_ONCE, rng):
        push[part] += gather(pairs, drawn)
    return push


def _pull(nats: Floats, sd: float, least: float, size: int, rng: np.random.Generator) -> Floats:
    """Draw the chance in the prior's pull, float64 [size, P]: that of its means, and that of its spread if it was fitted."""
    pull = rng.normal(0.0, 1 / sd, (size, len(nats)))
    if sd > least:  # as if the ratings were known, of which there are P − 1 but for a constant
        pull += rng.normal(0.0, 1 / np.sqrt(2 * (len(nats) - 1)), (size, 1)) * 2 * nats / sd**2
    return pull


def _fit_prior(pairs: Pairs, games: Floats, points: Floats, least: float, nats: Floats) -> tuple[Floats, float]:
    """Fit the ratings, float64 [P] in nats, and the standard deviation of their prior, which is at least `least`."""
    sd, centre = least, np.zeros(pairs.players)
    for _ in range(PRIOR_STEPS):
        nats = maximise(pairs, games, points, centre, sd, begin=nats)
        wider = _spread(nats)
        if wider <= sd * (1 + PRIOR_CLOSE):
            break
        sd = wider
    return nats, sd


def online_elo(
    outcomes: Iterable[Outcome], anchor: str, k: float = 16.0, begin: Mapping[str, float] | None = None
) -> list[EloPoint]:
    """Compute sequential Elo ratings in the order given: a live curve, not a measurement.

    Every player starts at 0, or at its rating in `begin`. Each comparison moves the two players by the same amount in opposite
    directions, except that the anchor stays at 0.

    Args:
        outcomes: Both sides of each comparison, in order of play.
        anchor: The player that stays at 0.
        k: Maximal number of points by which one comparison can move a rating.
        begin: Ratings before these outcomes; None means that there are none.

    Returns:
        Two points of the curve per comparison, in order; those of the anchor are all 0.

    Laws:
        The curve of two logs is that of the first log, followed by that of the second log begun with the final ratings of the
        first.

    Reference:
        Elo (1978), "The rating of chessplayers, past and present".
    """
    elo = dict(begin or {})
    curve = []
    for outcome in outcomes:
        one, other = outcome.player, outcome.opponent
        if one > other:  # both sides of a comparison are given, but it counts once
            continue
        gain = k * (outcome.score - expected_score(elo.get(one, 0.0) - elo.get(other, 0.0)))
        for player, change in ((one, gain), (other, -gain)):
            elo[player] = 0.0 if player == anchor else elo.get(player, 0.0) + change
            curve.append(EloPoint(outcome.match, player, elo[player]))
    return curve


def _rows(met: Results, elo: Floats, halves: Floats) -> tuple[Rating, ...]:
    wins, draws, losses = met.records().T.tolist()
    rows = []
    for i, player in enumerate(met.players):
        games = wins[i] + draws[i] + losses[i]
        middle, bottom, top = (round(float(figure[i]), 3) + 0.0 for figure in (elo, elo - halves, elo + halves))
        score = (wins[i] + draws[i] / 2) / games if games else 0.5
        rows.append(Rating(player, middle, bottom, top, games, wins[i], draws[i], losses[i], score))
    return tuple(sorted(rows, key=lambda row: (-row.elo, -row.score, row.player)))


def _sigmoid(nats: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * nats)))
