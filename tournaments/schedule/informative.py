"""A tournament that plays the pairs from which most is learnt about the ratings, not all pairs.

After every round, ratings are fitted to all results so far. A game between i and j, won with the probability p, has the
expected information ½ log(1 + p (1 − p) Var(rᵢ − rⱼ)) about the difference of their ratings in nats, where Var is its variance
by the present results. So players of similar strength meet about whom little is known; players whose difference is known, or
whose games are decided beforehand, do not. In every round each player meets one other; pairs are chosen from the most
informative on.

Reference:
    Lindley (1956), "On a measure of the information provided by an experiment"; Chaloner and Verdinelli (1995) for the
    approximation of the posterior by a normal distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log2

import numpy as np
from numpy.typing import NDArray

from envs.game import Game
from envs.threads import one_blas_thread
from tournaments.rating.bradley_terry import Pairs, maximise
from tournaments.rating.elo import PRIOR_SD, SCALE
from tournaments.rating.outcomes import outcomes
from tournaments.schedule.formats import Plan, round_of
from tournaments.schedule.meetings import Meeting, Pairing, Rounds, meetings, require_opponents, seeded
from tournaments.tickets import MatchResult, Ticket

Floats = NDArray[np.float64]

KNOWN_SD = 100.0
"""Standard deviation, in Elo points, of the ratings by which players are seeded."""


def informative(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult] = ()) -> list[Ticket]:
    """Make the next round of a tournament of the most informative pairs.

    Args:
        game: A game of at least two teams. Two players meet at a table of their own.
        players: Distinct players, at least two. `plan.ratings` are what is known of them before.
        plan: The requirements. There are `plan.rounds` rounds; None is twice the binary logarithm of the number of players.
        results: Results of the rounds so far.

    Returns:
        Tickets in the order of their ids; none after the last round.

    Raises:
        ScheduleError: The game has one team, there are fewer than two players, a player is named twice, or there are no games.
    """
    rounds = informative_rounds(game, players, plan, results)
    order = seeded(players, plan.ratings)
    wanted = 2 * ceil(log2(max(len(players), 2))) if plan.rounds is None else plan.rounds
    pairs = pairs_of(order, plan, rounds) if len(order) > 1 and len(rounds) < wanted else []
    met = [frozenset((one, other)) for one, other in pairs if other is not None]
    return round_of(game, players, met, plan, results, alone=True)


def informative_rounds(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> list[list[Meeting]]:
    """The rounds of such a tournament that were played. Who met is read from the results, since finding it out takes long."""
    require_opponents(game)
    length = len(players) // 2 * 2 * -(-plan.games // 2)
    rounds = []
    for start in range(0, len(results), max(length, 1)):
        part = results[start : start + length]
        pairs = dict.fromkeys(tuple(sorted(set(result.ticket.players))) for result in part)
        rounds.append(meetings([(one, other) for one, other in pairs], outcomes(game, part)))
    return rounds


def by_rating(players: Sequence[str], plan: Plan, rounds: Rounds) -> list[str]:
    """The players by the ratings fitted to some rounds, best first."""
    order = seeded(players, plan.ratings)
    nats, _ = posterior(order, plan, rounds)
    return [order[place] for place in np.argsort(-nats.round(9), kind="stable").tolist()]


def pairs_of(order: Sequence[str], plan: Plan, rounds: Rounds) -> list[Pairing]:
    """The pairs of the next round, the most informative first.

    Laws:
        Every player is in one pair, but for one of an odd number, who is told last about.
    """
    gain = information(*posterior(order, plan, rounds))
    one, other = np.triu_indices(len(order), 1)
    free, pairs = np.ones(len(order), np.bool_), list[Pairing]()
    for place in np.argsort(-gain[one, other].round(9), kind="stable").tolist():
        first, second = int(one[place]), int(other[place])
        if free[first] and free[second]:
            free[[first, second]] = False
            pairs.append((order[first], order[second]))
            if len(pairs) == len(order) // 2:
                break
    return pairs


def information(nats: Floats, covariance: Floats) -> Floats:
    """The expected information of a game of every two players, float64 [P, P], in nats.

    Args:
        nats: float64 [P], the ratings.
        covariance: float64 [P, P].

    Laws:
        Symmetric, ≥ 0. It falls with the distance of two ratings and rises with the variance of their difference.
    """
    lead = np.tanh(0.5 * (nats[:, None] - nats[None, :]))
    own = covariance.diagonal()
    apart = np.maximum(own[:, None] + own[None, :] - 2 * covariance, 0.0)
    return np.asarray(0.5 * np.log1p((1 - lead**2) / 4 * apart))


def posterior(order: Sequence[str], plan: Plan, rounds: Rounds) -> tuple[Floats, Floats]:
    """The ratings by what was known before and by some rounds, float64 [P] in nats, and their covariance, float64 [P, P]."""
    place = {player: number for number, player in enumerate(order)}
    met: dict[tuple[int, int], list[float]] = {}
    for meeting in (each for played in rounds for each in played if each.other is not None):
        one, other = place[meeting.one], place[str(meeting.other)]
        low, high = min(one, other), max(one, other)
        sums = met.setdefault((low, high), [0.0, 0.0])
        sums[0] += meeting.points[0 if one == low else 1]
        sums[1] += meeting.games
    keys = np.array(sorted(met), np.int64).reshape(-1, 2)
    points, games = np.array([met[key] for key in sorted(met)]).reshape(-1, 2).T
    known = np.array([plan.ratings.get(player, np.nan) for player in order]) / SCALE
    middle = float(np.nanmean(known)) if not np.isnan(known).all() else 0.0
    prior = np.where(np.isnan(known), middle, known)
    pairs = Pairs(len(order), keys[:, 0], keys[:, 1])
    nats = maximise(pairs, games, points, prior, PRIOR_SD / SCALE, begin=prior - prior.mean())
    lead = np.tanh(pairs.lead(nats) / 2)
    weight = games * (1 - lead**2) / 4
    bent = np.diag(np.where(np.isnan(known), PRIOR_SD, KNOWN_SD) / SCALE) ** 2
    bent[np.diag_indices(len(order))] = 1 / bent.diagonal()
    for rows, columns, sign in ((0, 0, 1), (1, 1, 1), (0, 1, -1), (1, 0, -1)):
        np.add.at(bent, (keys[:, rows], keys[:, columns]), sign * weight)
    with one_blas_thread():
        return nats, np.asarray(np.linalg.inv(bent), np.float64)
