"""Whole-History Rating: ratings that follow time. A player's strength is a random walk, and all of it is fitted at once.

A *line* is a player that learns. Its snapshots are points of the line at the times at which they were frozen; a game belongs to
the times of the two snapshots, whenever it is played. Between two snapshots the strength of a line changes by a normal amount
of variance w² per generation. Games follow the model of Bradley and Terry. So a snapshot with few games is rated by its
neighbours in time, too, and the curve of a line is smooth where chance alone would make it jump.

The log posterior is concave, and Newton's method finds its maximum. Coulom solves line by line, with a tridiagonal matrix for
each. Here snapshots of one line also meet each other, so all ratings are solved for together; without such games both find the
same maximum. Intervals follow from the inverse of the whole matrix.

Reference:
    Coulom (2008), "Whole-History Rating: A Bayesian rating system for players of time-varying strength".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from envs.threads import one_blas_thread
from tournaments.rating.elo import PRIOR_SD, SCALE
from tournaments.rating.payoff import NORMAL, Payoff
from tournaments.rating.results import Results

Floats = NDArray[np.float64]

DRIFT = 60.0
"""Standard deviation of a line's change in one generation, in Elo points."""

EXACT = 1e-7
"""The iteration stops after a step below this many nats."""

STEPS = 100
"""Limit of Newton's steps. About six are needed."""

SOONEST = 1e-3
"""Two points of a line are at least this many generations apart."""


@dataclass(frozen=True)
class Moment:
    """A point on the curve of a line.

    Attributes:
        player: The snapshot, or the scripted player.
        line: The line.
        time: Its time, in generations.
        elo: Rating above the anchor, in Elo points.
        low: Lower end of the 95 % interval.
        high: Upper end of the interval.
    """

    player: str
    line: str
    time: float
    elo: float
    low: float
    high: float


def whole_history(
    table: Payoff | Results,
    when: Mapping[str, tuple[str, float]],
    anchor: str,
    drift: float = DRIFT,
    prior_sd: float = PRIOR_SD,
) -> list[Moment]:
    """Rate lines over time.

    Args:
        table: The results between snapshots and scripted players.
        when: Snapshot → its line and its time. Players that are not in it are lines of one point.
        anchor: The player that is fixed at 0.
        drift: Standard deviation of the change in one generation, in Elo points; above 0.
        prior_sd: Standard deviation of the first point of a line around the anchor, in Elo points.

    Returns:
        All points, in order of line and time.

    Raises:
        ValueError: The anchor is not in the table, or the drift is not above 0.

    Laws:
        The order of players changes nothing, and names have no influence. The anchor is 0. With a large drift the
        points of a line are rated as players of their own; with a drift close to 0 a line has one rating.
    """
    if anchor not in table.players or drift <= 0:
        raise ValueError(f"the anchor {anchor!r} is not among the players, or the drift {drift:g} is not above 0")
    players = sorted(table.players, key=lambda player: (player != anchor, when.get(player, (player, 0.0)), player))
    met, places = table.met().with_players(players), _chains(players, when)
    tied = _ties(players, places, when, drift / SCALE, prior_sd / SCALE)
    with one_blas_thread():
        nats, spread = _solve(met, tied)
    found = []
    for player, value, sd in zip(players, nats.tolist(), spread.tolist(), strict=True):
        line, time = when.get(player, (player, 0.0))
        elo, half = value * SCALE, NORMAL * sd * SCALE
        found.append(Moment(player, line, time, *(round(each, 3) + 0.0 for each in (elo, elo - half, elo + half))))
    return sorted(found, key=lambda moment: (moment.line, moment.time, moment.player))


def _chains(players: Sequence[str], when: Mapping[str, tuple[str, float]]) -> list[list[int]]:
    """The places of the points of each line, in order of time; the anchor, which is first, is in none."""
    lines: dict[str, list[int]] = defaultdict(list)
    for place, player in enumerate(players[1:], 1):
        lines[when.get(player, (player, 0.0))[0]].append(place)
    return list(lines.values())


def _ties(
    players: Sequence[str], lines: Sequence[Sequence[int]], when: Mapping[str, tuple[str, float]], drift: float, first: float
) -> Floats:
    """The negative second derivative of the log prior, float64 [P, P]. The anchor's row is 0.

    Args:
        players: The players.
        lines: The places of the points of each line, in order of time.
        when: Snapshot → its line and its time.
        drift: Standard deviation of the change in one generation, in nats.
        first: Standard deviation of the first point of a line, in nats.
    """
    found = np.zeros((len(players), len(players)))
    for line in lines:
        found[line[0], line[0]] += 1 / first**2
        for one, other in pairwise(line):
            apart = max(when[players[other]][1] - when[players[one]][1], SOONEST)
            tie = 1 / (drift**2 * apart)
            found[[one, other], [one, other]] += tie
            found[[one, other], [other, one]] -= tie
    return found


def _solve(met: Results, tied: Floats) -> tuple[Floats, Floats]:
    """The ratings at the maximum in nats, the first player's held at 0, and their standard deviations; float64 [P] each."""
    nats, games = np.zeros(len(tied)), met.games.astype(np.float64)
    bent = tied
    for _ in range(STEPS):
        expected = 0.5 * (1 + np.tanh(0.5 * (nats[met.one] - nats[met.other])))
        slope, gained, weight = -tied @ nats, met.points - games * expected, games * expected * (1 - expected)
        np.add.at(slope, met.one, gained)
        np.subtract.at(slope, met.other, gained)
        bent = tied.copy()
        for rows, columns, sign in (
            (met.one, met.one, 1),
            (met.other, met.other, 1),
            (met.one, met.other, -1),
            (met.other, met.one, -1),
        ):
            np.add.at(bent, (rows, columns), sign * weight)
        move = np.zeros(len(nats))
        move[1:] = np.linalg.solve(bent[1:, 1:], slope[1:])
        reach = float(move.max() - move.min())
        nats += move * (min(1.0, float(np.log1p(reach)) / reach) if reach > 1 else 1.0)
        if np.abs(move).max(initial=0.0) < EXACT:
            break
    spread = np.zeros(len(nats))
    spread[1:] = np.sqrt(np.linalg.inv(bent[1:, 1:]).diagonal())
    return nats, spread
