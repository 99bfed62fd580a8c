"""The game of choosing a player: equilibria and rankings of an empirical payoff table, as pure functions.

The meta-game is symmetric and zero-sum: `advantage` is float64 [P, P] and antisymmetric, the mean payoff of the row player
against the column player. A series takes every side equally often, so this holds for asymmetric games, too. A strategy of the
meta-game is a mixture of the players: [P], ≥ 0, with the sum 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.payoff import Payoff

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""Payoffs that differ by less are equal."""


def advantages(table: Payoff, prior: float = 2.0) -> Floats:
    """The meta-game of a payoff table, float64 [P, P]: twice the score minus 1, so a sure win is 1 and a sure loss is −1.

    Args:
        table: The results.
        prior: Scores of few games are shrunk towards ½, as in `Payoff.shrunk`. Players that never met have the advantage 0.
    """
    scores = table.shrunk(prior)
    np.fill_diagonal(scores, 0.5)
    return scores - scores.T


def uniform(advantage: Floats) -> Floats:
    """The uniform mixture (fictitious self-play; Heinrich, Lanctot & Silver, 2015)."""
    return np.full(len(advantage), 1.0 / len(advantage))


def zero_sum_equilibrium(payoff: Floats) -> tuple[Floats, Floats, float]:
    """An equilibrium of a matrix game, by linear programmes.

    Args:
        payoff: float64 [R, C], the payoff of the row player; the column player's is its negative.

    Returns:
        The mixture of the rows [R], the mixture of the columns [C], and the value of the game to the row player.

    Laws:
        Neither side can gain by another mixture.

    Reference:
        von Neumann (1928); Dantzig (1951) for the linear programme.
    """
    row, value = _maximin(payoff)
    column, _ = _maximin(-payoff.T)
    return row, column, value


def nash(advantage: Floats) -> Floats:
    """The equilibrium of maximum entropy, [P]. It is unique, so players that differ only in their names get equal weights.

    First a linear programme finds a strictly complementary equilibrium, whose support contains that of every other equilibrium.
    Then the entropy is maximised over the equilibria, by its dual problem.

    Args:
        advantage: float64 [P, P], antisymmetric.

    Laws:
        No player has an advantage over the mixture. Relabelling the players permutes the result. If the equilibrium is unique,
        copies of a player share its weight.

    Reference:
        Balduzzi, Tuyls, Pérolat & Graepel (2018), section 3: the maximum entropy Nash equilibrium. Goldman & Tucker (1956),
        for strict complementarity in symmetric games.
    """
    inner = _strictly_complementary(advantage)
    support = np.flatnonzero(inner > inner @ advantage)
    inside, outside = advantage[np.ix_(support, support)], np.delete(advantage[support], support, axis=1)
    found = np.zeros(len(advantage))
    found[support] = _most_entropy(inside, outside, inner[support] / inner[support].sum())
    return found


def _maximin(payoff: Floats) -> tuple[Floats, float]:
    from scipy.optimize import linprog  # deferred, because the import takes long

    rows, columns = payoff.shape
    bounds = [(0.0, None)] * rows + [(None, None)]
    gain = np.hstack([-payoff.T, np.ones((columns, 1))])
    total = np.append(np.ones(rows), 0.0)[None]
    cost = np.append(np.zeros(rows), -1.0)
    solved = linprog(cost, A_ub=gain, b_ub=np.zeros(columns), A_eq=total, b_eq=[1.0], bounds=bounds, method="highs")
    mixture = np.clip(solved.x[:rows], 0.0, None)
    return mixture / mixture.sum(), float(solved.x[rows])


def _strictly_complementary(advantage: Floats) -> Floats:
    """An equilibrium in which each player has weight, or loses to the mixture. One exists in every symmetric zero-sum game."""
    from scipy.optimize import linprog

    size = len(advantage)
    gain = advantage.T
    apart = np.hstack([-gain - np.eye(size), np.ones((size, 1))])
    never_behind = np.hstack([-gain, np.zeros((size, 1))])
    limits = np.vstack([apart, never_behind])
    total = np.append(np.ones(size), 0.0)[None]
    cost = np.append(np.zeros(size), -1.0)
    bounds = [(0.0, None)] * size + [(None, 1.0)]
    solved = linprog(cost, A_ub=limits, b_ub=np.zeros(2 * size), A_eq=total, b_eq=[1.0], bounds=bounds, method="highs")
    mixture = np.clip(solved.x[:size], 0.0, None)
    return mixture / mixture.sum()


def _most_entropy(inside: Floats, outside: Floats, begin: Floats) -> Floats:
    """The equilibrium of maximum entropy with full support.

    Args:
        inside: [S, S], advantages among the support, which are 0 on average in every equilibrium.
        outside: [S, O], advantages of the support over the others, which are ≥ 0 on average.
        begin: [S], an equilibrium with full support.
    """
    from scipy.optimize import minimize

    equations = np.vstack([inside.T, np.ones(len(inside))])
    if np.linalg.matrix_rank(equations, tol=TOLERANCE * max(1.0, np.abs(equations).max())) == len(inside):
        return begin
    known = np.hstack([inside, outside])

    def dual(multipliers: Floats) -> tuple[float, Floats]:
        lift = known @ multipliers
        top = lift.max()
        share = np.exp(lift - top)
        total = share.sum()
        return float(top + np.log(total)), (share / total) @ known

    bounds = [(None, None)] * inside.shape[1] + [(0.0, None)] * outside.shape[1]
    options = {"maxiter": 5000, "maxfun": 10000, "ftol": 1e-15, "gtol": 1e-11, "maxcor": 30}
    solved = minimize(dual, np.zeros(known.shape[1]), jac=True, bounds=bounds, method="L-BFGS-B", options=options)
    lift = known @ solved.x
    found = np.exp(lift - lift.max())
    found /= found.sum()
    fits = np.abs(found @ inside).max() < 1e-6 and (found @ outside).min(initial=0.0) > -1e-6
    return found if fits else begin


def alpha_rank(advantage: Floats, alpha: float = 100.0, population: int = 50) -> Floats:
    """The stationary distribution of α-rank with one population, [P]: the share of time in which evolution holds each player.

    All members of a population play the same strategy until a mutant takes over or dies out. A mutant r takes over a population
    of s with the probability ρ = (1 − e^−u) / (1 − e^−mu), where u = α (payoff of r against s − payoff of s against r), and
    ρ = 1/m if u = 0. Rates are computed as logarithms, since they differ by hundreds of orders of magnitude.

    Args:
        advantage: float64 [P, P], antisymmetric, or any symmetric game: the payoff of the row against the column.
        alpha: Selection intensity; with a large one only the best transitions are made.
        population: Number of members, m.

    Laws:
        Relabelling the players permutes the result. A player that beats all others has all the weight as α grows. In rock,
        paper, scissors all three have a third.

    Reference:
        Omidshafiei et al. (2019), equations 1 to 5. Grassmann, Taksar & Heyman (1985) for the stationary distribution, which is
        found without subtractions.
    """
    size = len(advantage)
    if size == 1:
        return np.ones(1)
    rates = _log_takeover(alpha * (advantage - advantage.T), population).T - np.log(size - 1)
    np.fill_diagonal(rates, -np.inf)
    return _stationary(rates)


def _log_takeover(gain: Floats, population: int) -> Floats:
    """Logarithms of the probability that a mutant with the given gain in fitness takes over a population."""
    size, even = np.abs(gain), np.abs(gain) < 1e-12
    size = np.where(even, 1.0, size)
    found = np.log(-np.expm1(-size)) - np.log(-np.expm1(-population * size)) - (population - 1) * np.maximum(-gain, 0.0)
    return np.where(even, -np.log(population), found)


def _stationary(rates: Floats) -> Floats:
    """The stationary distribution of a chain from the logarithms of its rates [from, to]."""
    rates = rates.copy()
    size = len(rates)
    for last in range(size - 1, 0, -1):
        leaving = np.logaddexp.reduce(rates[last, :last])
        rates[:last, last] -= leaving
        through = rates[:last, last, None] + rates[last, None, :last]
        rates[:last, :last] = np.logaddexp(rates[:last, :last], through)
    weight = np.zeros(size)
    for last in range(1, size):
        weight[last] = np.logaddexp.reduce(weight[:last] + rates[:last, last])
    share = np.exp(weight - weight.max())
    return share / share.sum()


def projected_replicator_dynamics(
    advantage: Floats, steps: int = 20_000, width: float = 0.01, least: float = 1e-3, begin: Floats | None = None
) -> Floats:
    """The mean over time of replicator dynamics in which no player's weight falls below `least` / (P + 1), [P].

    The mean of replicator dynamics approaches an equilibrium of a zero-sum game.

    Args:
        advantage: float64 [P, P], antisymmetric.
        steps: Number of steps.
        width: Length of a step.
        least: Exploration γ, from 0 to 1.
        begin: The mixture at the beginning; uniform if it is None.

    Reference:
        Lanctot et al. (2017), section 3.1, equation 2 and the projection that follows it. Duchi et al. (2008), figure 1, for
        the projection onto the simplex.
    """
    size = len(advantage)
    floor = least / (size + 1)
    mixture = uniform(advantage) if begin is None else begin
    total = np.zeros(size)
    for _ in range(steps):
        gain = advantage @ mixture
        mixture = floor + _onto_simplex(mixture + width * mixture * (gain - mixture @ gain) - floor, 1.0 - size * floor)
        total += mixture
    return total / total.sum()


def _onto_simplex(point: Floats, total: float) -> Floats:
    """The nearest point with numbers ≥ 0 that add up to `total`."""
    if point.min() >= 0.0 and abs(point.sum() - total) < 1e-12:
        return point
    ordered = np.sort(point)[::-1]
    excess = (np.cumsum(ordered) - total) / np.arange(1, len(point) + 1)
    return np.maximum(point - excess[np.flatnonzero(ordered > excess)[-1]], 0.0)


def rectified(advantage: Floats, mixture: Floats) -> Floats:
    """The opponents against which each player improves, float64 [P, P]: rows add up to 1, or are 0.

    A player with weight in the mixture trains against the members of the mixture that it beats or ties with, in proportion to
    their weights, so that it becomes better at what it is good at. Players without weight do not train.

    Args:
        advantage: float64 [P, P], antisymmetric.
        mixture: [P], an equilibrium.

    Reference:
        Balduzzi et al. (2019), algorithm 4: response to the rectified Nash.
    """
    held = (mixture > TOLERANCE) & np.ones((len(mixture), 1), dtype=bool)
    weights = np.where(held & held.T & (advantage >= -TOLERANCE), mixture, 0.0)
    return np.divide(
        weights, weights.sum(1, keepdims=True), out=np.zeros_like(weights), where=weights.sum(1, keepdims=True) > 0
    )


def nash_average(advantage: Floats) -> tuple[Floats, Floats]:
    """Nash averaging: the equilibrium of maximum entropy, and each player's mean advantage over it.

    Returns:
        The equilibrium [P], and the averages [P]: 0 for its members, below 0 for players that it beats.

    Laws:
        Relabelling the players permutes both results. If the equilibrium is unique, copies of a player change nobody's average.

    Reference:
        Balduzzi, Tuyls, Pérolat & Graepel (2018), definition 2.
    """
    mixture = nash(advantage)
    return mixture, advantage @ mixture


def nash_conv(payoff: Floats, row: Floats, column: Floats) -> float:
    """What both players of a matrix game can gain together by best responses: NashConv, ≥ 0.

    Args:
        payoff: float64 [R, C], the payoff of the row player; the column player's is its negative.
        row: [R], the mixture of the rows.
        column: [C], the mixture of the columns.

    Reference:
        Lanctot et al. (2017), section 2. Exploitability in OpenSpiel is half of it.
    """
    return float((payoff @ column).max() - (row @ payoff).min())
