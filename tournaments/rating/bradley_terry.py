"""The solver of the ratings: Bradley–Terry ratings with a normal prior.

The log posterior of ratings r (in nats) is Σ over pairs of points · log σ(r₁ − r₂) + (games − points) · log σ(r₂ − r₁), minus
Σ (rᵢ − mᵢ − μ)² / 2 sd², where the common mean μ is free. It is strictly concave in the differences of ratings, so there is one
maximum. Newton's method finds it. Its linear systems are solved by conjugate gradients, so that neither time nor memory grows
with the square of the number of players: one iteration costs a few operations for each pair that met.

The slow directions of a league are those in which whole parts of it move together, because players meet mostly players of
similar strength and of similar age. The preconditioner therefore adds to the diagonal an exact solution for groups of players:
players of similar rating in the fit, where the steps are few, and players of similar age in the response, where they are many.
In tables of so few players that each is a group, the solution is exact.

Reference:
    Hunter (2004), "MM algorithms for generalized Bradley–Terry models"; Hestenes and Stiefel (1952), conjugate gradients;
    Dembo, Eisenstat and Steihaug (1982), "Inexact Newton methods"; Bach (2010), "Self-concordant analysis for logistic
    regression", for the length of the steps; Nicolaides (1987), "Deflation of conjugate gradients", for the groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from envs.threads import one_blas_thread

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Map = Callable[[Floats], Floats]

EXACT = 1e-7
"""The iteration stops after a step below this many nats. What remains is below a hundredth of it, 1e-6 points at the most."""

GROUPS, GROUPS_BY_AGE = 64, 256
"""Number of groups of players for which the preconditioner is exact: in the fit, and in the response."""

ACCURACY = 0.01
"""Relative error to which the linear system of a Newton step is solved. A smaller one would be lost in the next step."""

EVEN = 1e-3
"""Relative error to which the ratings' response to chance is solved. Intervals have a larger error from the number of draws."""

NEWTON_STEPS = 200
"""Limit of Newton's iterations. About five are needed, and about twenty for ladders of ten thousand points."""

AT_ONCE = 250_000
"""Numbers, changes times players or draws times pairs, that are computed at once. It bounds the memory."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """The E pairs of P players that met. In a league most pairs never meet, so E is much smaller than P².

    Attributes:
        players: P.
        one: int64 [E], number of the first player of each pair, from 0 to P − 1.
        other: int64 [E], number of the second player; never that of the first.
    """

    players: int
    one: Counts
    other: Counts

    def lead(self, figures: Floats) -> Floats:
        """The first player's figure minus the second's: [P] → [E]."""
        found = figures.take(self.one)
        found -= figures.take(self.other)
        return found

    def between(self, weights: Floats) -> csr_array:
        """The symmetric matrix [P, P] of the weights of pairs, float64 [E], between their players."""
        pair, opponent, _ = self._entries
        return self._matrix(weights.take(pair), opponent, self.players)

    @cached_property
    def incidence(self) -> csr_array:
        """The matrix [P, E] with 1 for the first player of each pair and −1 for the second."""
        pair, _, sign = self._entries
        return self._matrix(sign, pair, len(self.one))

    @cached_property
    def membership(self) -> csr_array:
        """The matrix [P, E] with 1 for both players of each pair."""
        pair, _, sign = self._entries
        return self._matrix(np.abs(sign), pair, len(self.one))

    @cached_property
    def _entries(self) -> tuple[Counts, Counts, Floats]:
        """For every player and each of its pairs: the pair, the opponent, and 1 if the player is first in it, otherwise −1."""
        number, ones = np.arange(len(self.one)), np.ones(len(self.one))
        order = np.argsort(np.concatenate([self.one, self.other]), kind="stable")
        pair = np.concatenate([number, number])[order]
        opponent = np.concatenate([self.other, self.one])[order]
        return pair, opponent, np.concatenate([ones, -ones])[order]

    @cached_property
    def _begins(self) -> Counts:
        """Where the entries of each player begin, and where the last ones end."""
        counts = np.bincount(np.concatenate([self.one, self.other]), minlength=self.players)
        return np.concatenate([[0], np.cumsum(counts)])

    def _matrix(self, entries: Floats, columns: Counts, width: int) -> csr_array:
        from scipy.sparse import csr_array  # deferred, because the import takes long, and many commands rate nobody

        parts = entries, columns, self._begins
        return csr_array(parts, shape=(self.players, width), copy=True)  # scipy may sort the parts in place


def maximise(
    pairs: Pairs,
    games: Floats,
    points: Floats,
    prior: Floats,
    sd: float,
    *,
    begin: Floats | None = None,
    held: Flags | None = None,
) -> Floats:
    """Find the ratings that maximise the posterior.

    Args:
        pairs: The pairs.
        games: float64 [E], number of games of each pair, or the sum of their weights.
        points: float64 [E], points of the first player of each pair, between 0 and `games`.
        prior: float64 [P], prior mean of each player in nats; up to a common constant, if nobody is held.
        sd: Standard deviation of the prior, in nats.
        begin: float64 [P], the start of the iteration, in nats; None starts at 0. It has no influence on the result, except
            for held players.
        held: bool [P], players whose rating stays what it is in `begin`; μ is then 0. None holds nobody.

    Returns:
        float64 [P], in nats; of mean 0 if nobody is held.

    Laws:
        The gradient is 0 at the result. The order of pairs changes nothing, and a pair with its players exchanged is the same
        pair. A pair without games is no pair. Holding some players at the ratings of the result changes nothing.
    """
    free = np.ones(len(prior)) if held is None else np.where(held, 0.0, 1.0)
    nats = np.zeros(len(prior)) if begin is None else np.array(begin, np.float64)
    if held is None:
        nats, prior = nats - nats.mean(), prior - prior.mean()
    half = games / 2
    won = points - half
    with one_blas_thread():
        for _ in range(NEWTON_STEPS):
            lead = np.tanh(pairs.lead(nats) / 2)  # the expected score is ½ + ½ lead
            slope = pairs.incidence @ (won - half * lead) + (prior - nats) / sd**2
            system = _system(pairs, half / 2 * (1 - lead**2), free, _groups(nats, GROUPS), sd)
            move = _solve(*system, (slope * free)[:, None], ACCURACY)[:, 0]
            if held is None:  # the gradient sums to 0; holding the mean at 0 eliminates the unknown mean of the prior
                move -= move.mean()
            nats = nats + move * _length(pairs, move)
            if held is None:
                nats -= nats.mean()
            if np.abs(move).max(initial=0.0) < EXACT:
                break
    return nats


def gather(pairs: Pairs, points: Floats) -> Floats:
    """Sum up what every player gains if the first player of each pair gains `points` from the second: [B, E] → [B, P]."""
    return np.ascontiguousarray((pairs.incidence @ points.T).T)


def respond(pairs: Pairs, games: Floats, nats: Floats, sd: float, force: Floats, age: Floats | None = None) -> Floats:
    """Compute how the ratings at the maximum move if the gradient of the log posterior changes a little.

    Args:
        pairs: The pairs.
        games: float64 [E], number of games of each pair.
        nats: float64 [P], the ratings at the maximum, in nats.
        sd: Standard deviation of the prior, in nats.
        force: float64 [B, P], changes of the gradient.
        age: float64 [P], orders the players so that those who are close to each other met the same ones; None takes the
            ratings. It has no influence on the result, but for the error.

    Returns:
        float64 [B, P], in nats, of mean 0: the inverse of the negative second derivative, times each change, to the relative
        error `EVEN`.

    Laws:
        It is the derivative of `maximise` by the points of pairs. Linear in `force`.
    """
    weights = games / 4 * (1 - np.tanh(pairs.lead(nats) / 2) ** 2)
    moved, chunk = np.empty(force.shape), max(1, AT_ONCE // max(pairs.players, 1))
    with one_blas_thread():
        group = _groups(nats if age is None else age, GROUPS_BY_AGE)
        product, precondition = _system(pairs, weights, np.ones(pairs.players), group, sd)
        for begin in range(0, len(force), chunk):
            part = _solve(product, precondition, np.ascontiguousarray(force[begin : begin + chunk].T), EVEN)
            moved[begin : begin + chunk] = (part - part.mean(0)).T
    return moved


def _length(pairs: Pairs, move: Floats) -> float:
    """The share of a step that surely does not lower the posterior.

    Where no difference between two players who met changes by more than `reach`, no curvature changes by more than the factor
    e^reach. So the gain of a step whose reach is at most 1, or of one shortened to log(1 + reach), has a lower bound above 0.
    """
    reach = float(move.max(initial=0.0) - move.min(initial=0.0))
    if reach > 1:
        reach = float(np.abs(pairs.lead(move)).max(initial=0.0))
    return min(1.0, max(1.0, float(np.log1p(reach))) / max(reach, 1.0))


def _groups(figures: Floats, most: int) -> Counts:
    """Divide the players by a figure into groups of equal size, at most so many: int64 [P], the group of each."""
    players, group = len(figures), np.empty(len(figures), np.int64)
    group[np.argsort(figures, kind="stable")] = np.arange(players) * min(players, most) // max(players, 1)
    return group


def _system(pairs: Pairs, weights: Floats, free: Floats, group: Counts, sd: float) -> tuple[Map, Map]:
    """A linear system of ratings, as two linear maps of figures [P, B].

    The first is the negative second derivative of the log posterior. The second is the preconditioner: the inverse of its
    diagonal, plus that of its sums over groups of players.

    Args:
        pairs: The pairs.
        weights: float64 [E], the weight of each pair in the second derivative.
        free: float64 [P], 1 for a player whose rating moves, 0 for one that is held. A figure of a held player has to be 0.
        group: int64 [P], the group of each player.
        sd: Standard deviation of the prior, in nats.
    """
    from scipy.sparse import csr_array  # deferred, because the import takes long, and many commands rate nobody

    players, groups = pairs.players, int(group.max(initial=-1)) + 1
    diagonal = pairs.membership @ weights + 1 / sd**2
    inner = weights * free[pairs.one] * free[pairs.other]
    matrix = pairs.between(inner)
    cells = np.bincount(group[pairs.one] * groups + group[pairs.other], inner, groups * groups).reshape(groups, groups)
    inverse = np.linalg.inv(np.diag(np.bincount(group, diagonal, groups)) - cells - cells.T)
    if groups == players:
        exact = inverse[np.ix_(group, group)]
        return (lambda figures: diagonal[:, None] * figures - matrix @ figures), (lambda rest: exact @ rest)
    member = csr_array((np.ones(players), (group, np.arange(players))), shape=(groups, players))

    def product(figures: Floats) -> Floats:
        return np.asarray(diagonal[:, None] * figures - matrix @ figures)

    def precondition(rest: Floats) -> Floats:
        found = (inverse @ (member @ rest)).take(group, 0)
        found *= free[:, None]
        found += rest / diagonal[:, None]
        return np.asarray(found)

    return product, precondition


def _solve(product: Map, precondition: Map, slope: Floats, accuracy: float) -> Floats:
    """Solve product(move) = slope, [P, B], by preconditioned conjugate gradients, to a relative error."""
    move, rest = np.zeros_like(slope), slope.copy()
    way = precondition(rest)
    size = np.einsum("pb,pb->b", rest, way)
    enough = accuracy**2 * size
    for _ in range(20 + 2 * len(slope)):
        bent = product(way)
        length = size / np.maximum(np.einsum("pb,pb->b", way, bent), 1e-300)
        move += length * way
        bent *= length
        rest -= bent
        near = precondition(rest)
        before, size = size, np.einsum("pb,pb->b", rest, near)
        if (size <= enough).all():
            break
        way *= size / np.maximum(before, 1e-300)
        way += near
    return move
