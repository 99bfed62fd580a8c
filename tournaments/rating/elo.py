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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, tanh

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.bradley_terry import Pairs, maximise
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import Payoff
from tournaments.rating.results import Results

SCALE = 400 / log(10)
"""Elo points per nat."""

PRIOR_SD = 800.0
"""Standard deviation of ratings before any game, in Elo points. Ten players then lie within about ±1,600 of their mean."""

DRAW_PRIOR = 2.0
"""Weight, in games, of the average draw rate in the draw rate of a pair. It keeps a few draws from implying that every game
is a draw.
"""

CLOSE = 1e-5
"""Replicates are fitted until a step is below this many nats. What remains is far below the thousandth of a point to which
ratings are rounded.
"""

Floats = NDArray[np.float64]


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


@dataclass(frozen=True)
class Ratings:
    """The ratings of a table's players, best first.

    Attributes:
        anchor: The player whose rating is fixed at 0.
        rows: One rating per player; equal ratings by score, then by name.
    """

    anchor: str
    rows: tuple[Rating, ...]

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
    replicates: int = 200,
    level: float = 0.95,
    prior_sd: float = PRIOR_SD,
) -> Ratings:
    """Rate the players of a table.

    Intervals come from a parametric bootstrap. In every replicate the games of every pair are drawn from the fitted model (with
    the observed draw rate, as far as the expected score allows), every player's prior mean is drawn from the prior, and the
    ratings are fitted again. Resampling the observed games instead would give a perfect record no spread at all, because every
    resample of ten wins is ten wins. Drawing the prior matters only where games are few: a player without any path of games to
    the anchor is rated by the prior alone, at the mean of all players, and its interval is as wide as the prior.

    In cooperative games two pairs can share games, so the intervals are somewhat too narrow.

    Args:
        table: The results.
        anchor: A player of the table, whose rating is fixed at 0 Elo.
        rng: Random generator of the replicates.
        replicates: Number of bootstrap replicates; 0 gives intervals of width 0.
        level: Coverage of the intervals.
        prior_sd: Standard deviation of ratings before any game, in Elo points.

    Returns:
        Ratings in Elo points above the anchor, rounded to a thousandth, because the last bits of linear algebra differ between
        machines. The anchor is 0 in every replicate.

    Raises:
        ValueError: The anchor is not in the table.

    Laws:
        The order of rows changes nothing. Another anchor shifts all ratings by the same amount. More games give narrower
        intervals.

    Reference:
        Efron and Tibshirani (1993), chapter 6.5 (parametric bootstrap); Efron (2012), "Bayesian inference and the parametric
        bootstrap".
    """
    if anchor not in table.players:
        raise ValueError(f"the anchor {anchor!r} is not among the players of the table")
    # Sorting assigns the random numbers to players by name, so that the order of rows does not matter.
    met, sd, size = table.met().with_players(sorted(table.players)), prior_sd / SCALE, len(table.players)
    pairs, games = Pairs(size, met.one, met.other), met.games.astype(np.float64)[None]
    nats = maximise(pairs, games, met.points[None], np.zeros((1, size)), sd)
    samples = np.repeat(nats, max(replicates, 1), 0)
    chunk = max(1, 1_000_000 // max(len(met.one), size))  # replicates per call; bounds the memory
    for start in range(0, replicates, chunk):
        number = min(chunk, replicates - start)
        drawn = _replay_games(met, nats[0], number, rng)
        prior = rng.normal(0.0, sd, (number, size))
        samples[start : start + number] = maximise(pairs, games, drawn, prior, sd, begin=nats, close=CLOSE)
    row = met.place[anchor]
    elo = (nats[0] - nats[0, row]) * SCALE
    low, high = np.quantile((samples - samples[:, [row]]) * SCALE, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Ratings(anchor, _rows(met, elo, np.minimum(low, elo), np.maximum(high, elo)))


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


def _rows(met: Results, elo: Floats, low: Floats, high: Floats) -> tuple[Rating, ...]:
    wins, draws, losses = met.records().T.tolist()
    rows = []
    for i, player in enumerate(met.players):
        games = wins[i] + draws[i] + losses[i]
        middle, bottom, top = (round(float(figure[i]), 3) + 0.0 for figure in (elo, low, high))
        score = (wins[i] + draws[i] / 2) / games if games else 0.5
        rows.append(Rating(player, middle, bottom, top, games, wins[i], draws[i], losses[i], score))
    return tuple(sorted(rows, key=lambda row: (-row.elo, -row.score, row.player)))


def _replay_games(met: Results, nats: Floats, size: int, rng: np.random.Generator) -> Floats:
    """Draw every pair's points `size` times from the fitted ratings and the observed draw rates; float64 [size, E]."""
    games, draws = met.games, met.draws
    expected = _sigmoid(nats[met.one] - nats[met.other])
    average = draws.sum() / max(games.sum(), 1)
    rate = (draws + DRAW_PRIOR * average) / (games + DRAW_PRIOR)
    drawn = np.minimum(rate, 2 * np.minimum(expected, 1 - expected))
    wins = rng.binomial(games, np.clip(expected - drawn / 2, 0, 1), (size, len(games)))
    ties = rng.binomial(games - wins, np.clip(drawn / np.maximum(1 - expected + drawn / 2, 1e-300), 0, 1))
    return np.asarray(wins + ties / 2)


def _sigmoid(nats: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * nats)))
