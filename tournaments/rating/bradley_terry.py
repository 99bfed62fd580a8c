"""The solver of the ratings: Bradley–Terry ratings with a normal prior, for many sets of results of the same pairs at once.

The log posterior of ratings r (in nats) is Σ over pairs of points · log σ(r₁ − r₂) + (games − points) · log σ(r₂ − r₁), minus
Σ (rᵢ − mᵢ − μ)² / 2 sd², where the common mean μ is free. It is strictly concave in the differences of ratings, so there is one
maximum. Newton's method finds it. Its linear systems are solved by conjugate gradients, so that neither time nor memory grows
with the square of the number of players: one iteration costs a few operations for each pair that met.

Two things keep the number of iterations low. The slow directions of a league are those in which whole parts of the ladder move
together, because players meet mostly players of similar strength. The preconditioner therefore adds to the diagonal an exact
solution for `GROUPS` groups of players of similar rating. In tables of at most `GROUPS` players, each player is a group. And
the groups' matrix is that of the mean of all sets of results: sets that differ by chance only share it.

Reference:
    Hunter (2004), "MM algorithms for generalized Bradley–Terry models"; Hestenes and Stiefel (1952), conjugate gradients;
    Dembo, Eisenstat and Steihaug (1982), "Inexact Newton methods"; Bach (2010), "Self-concordant analysis for logistic
    regression", for the length of the steps; Nicolaides (1987), "Deflation of conjugate gradients", for the groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from envs.threads import one_blas_thread

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Map = Callable[[Floats], Floats]

EXACT = 1e-7
"""The iteration stops after a step below this many nats. What remains is below a hundredth of it, 1e-6 points at the most."""

GROUPS = 64
"""Number of groups of players for which the preconditioner is exact."""

ACCURACY = 0.01
"""Relative error to which the linear system of a Newton step is solved. A smaller one would be lost in the next step."""

EVEN = 1e-3
"""Relative error to which the ratings' response to chance is solved. Intervals have a larger error from the number of draws."""

NEWTON_STEPS = 200
"""Limit of Newton's iterations. About five are needed, and about twenty for ladders of ten thousand points."""

AT_ONCE = 250_000
"""Number of results, pairs times sets, that are fitted at once. It bounds the memory, about 100 bytes for each."""


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
        """The first player's figure minus the second's: [B, P] → [B, E]."""
        found = figures.take(self.one, 1)
        found -= figures.take(self.other, 1)
        return found


class _Blocks:
    """Sparse matrices with a block for each of B sets of results, so that one product serves all sets.

    Each matrix has a row for every player of every set, and in it an entry for each of the player's pairs.
    """

    def __init__(self, pairs: Pairs, sets: int) -> None:
        """Prepare the places of the entries for at most `sets` sets."""
        self.pairs = pairs
        number = np.arange(len(pairs.one))
        player = np.concatenate([pairs.one, pairs.other])
        order = np.argsort(player, kind="stable")
        self.pair = np.concatenate([number, number])[order]
        set_, small = np.arange(sets)[:, None], np.int32 if sets * max(len(player), pairs.players) < 2**31 else np.int64
        ends = np.cumsum(np.bincount(player, minlength=pairs.players))
        self.begins = np.concatenate([[0], (set_ * len(player) + ends).ravel()]).astype(small)
        opponent = np.concatenate([pairs.other, pairs.one])[order]
        self.opponents = (set_ * pairs.players + opponent).astype(small)
        self.pairs_of_sets = (set_ * len(number) + self.pair).astype(small)
        signs = np.concatenate([np.ones(len(number)), -np.ones(len(number))])[order]
        self.signs, self.ones = np.tile(signs, (sets, 1)), np.ones((sets, len(signs)))

    def sums(self, values: Floats, *, signed: bool) -> Floats:
        """Sums over the pairs of every player, [B, E] → [B, P]; with `signed`, the second player of a pair subtracts."""
        entries = (self.signs if signed else self.ones)[: len(values)]
        matrix = self._matrix(entries, self.pairs_of_sets, values.size)
        return np.asarray(matrix @ values.ravel()).reshape(len(values), -1)

    def between(self, weights: Floats) -> csr_array:
        """The matrix of the weights of pairs, [B, E], between their players."""
        return self._matrix(weights.take(self.pair, 1), self.opponents, len(weights) * self.pairs.players)

    def incidence(self) -> csr_array:
        """The matrix [P, E] with 1 for the first player of each pair and −1 for the second."""
        return self._matrix(self.signs[:1], self.pairs_of_sets, len(self.pairs.one))

    def _matrix(self, entries: Floats, columns: NDArray[np.signedinteger], width: int) -> csr_array:
        from scipy.sparse import csr_array  # deferred, because the import takes long, and many commands rate nobody

        sets = len(entries)
        rows = sets * self.pairs.players
        parts = entries.ravel(), columns[:sets].ravel(), self.begins[: rows + 1]
        return csr_array(parts, shape=(rows, width))


def maximise(
    pairs: Pairs, games: Floats, points: Floats, prior: Floats, sd: float, begin: Floats | None = None, close: float = EXACT
) -> Floats:
    """Find the ratings that maximise the posterior, for B sets of results of the same pairs.

    Args:
        pairs: The pairs.
        games: float64 [B, E], number of games of each pair, or the sum of their weights; [1, E] if it is the same in all sets.
        points: float64 [B, E], points of the first player of each pair, between 0 and `games`.
        prior: float64 [B, P], prior mean of each player up to a common constant, in nats.
        sd: Standard deviation of the prior, in nats.
        begin: float64 [1, P] or [B, P], the start of the iteration; None starts at 0. It has no influence on the result.
        close: The iteration stops after a step below this many nats; what remains is about a hundredth of it.

    Returns:
        float64 [B, P], in nats, of mean 0.

    Laws:
        The gradient is 0 at the result. The order of pairs changes nothing, and a pair with its players exchanged is the same
        pair. A pair without games is no pair. Sets do not influence one another.
    """
    sets, width = prior.shape
    begin = np.broadcast_to(np.zeros((1, width)) if begin is None else begin, prior.shape)
    found = np.empty(prior.shape)
    chunk = min(max(1, AT_ONCE // max(len(pairs.one), width)), max(sets, 1))
    blocks = _Blocks(pairs, chunk)
    with one_blas_thread():
        for start in range(0, sets, chunk):
            part = slice(start, start + chunk)
            played = games if len(games) == 1 else games[part]
            found[part] = _climb(blocks, played, points[part], prior[part], sd, begin[part], close)
    return found


def gather(pairs: Pairs, points: Floats) -> Floats:
    """Sum up what every player gains if the first player of each pair gains `points` from the second: [B, E] → [B, P]."""
    matrix = _Blocks(pairs, 1).incidence()
    return np.ascontiguousarray((matrix @ points.T).T)


def respond(pairs: Pairs, games: Floats, nats: Floats, sd: float, force: Floats) -> Floats:
    """Compute how the ratings at the maximum move if the gradient of the log posterior changes a little.

    Args:
        pairs: The pairs.
        games: float64 [1, E], number of games of each pair.
        nats: float64 [1, P], the ratings at the maximum, in nats.
        sd: Standard deviation of the prior, in nats.
        force: float64 [B, P], changes of the gradient.

    Returns:
        float64 [B, P], in nats, of mean 0: the inverse of the negative second derivative, times each change, to the relative
        error `EVEN`.

    Laws:
        It is the derivative of `maximise` by the points of pairs. Linear in `force`.
    """
    blocks, tanh = _Blocks(pairs, 1), np.tanh(pairs.lead(nats) / 2)
    with one_blas_thread():
        product, precondition = _system(blocks, games / 4 * (1 - tanh**2), nats[0], sd)
        move = _solve(product, precondition, force, EVEN)
    return np.asarray(move - move.mean(1, keepdims=True))


def _climb(blocks: _Blocks, games: Floats, points: Floats, prior: Floats, sd: float, begin: Floats, close: float) -> Floats:
    """Newton's method. Sets that have converged leave the iteration."""
    centre, found = (prior - prior.mean(1, keepdims=True)) / sd**2, np.array(begin)
    half, left, nats = games / 2, np.arange(len(prior)), found
    won = points - half
    for _ in range(NEWTON_STEPS):
        lead = blocks.pairs.lead(nats)
        lead *= 0.5
        np.tanh(lead, out=lead)  # the expected score is ½ + ½ lead
        slope = blocks.sums(won - half * lead, signed=True) + centre - nats / sd**2
        np.multiply(lead, lead, out=lead)
        np.subtract(1.0, lead, out=lead)
        weights = np.multiply(lead, half / 2, out=lead)
        # The gradient sums to 0. Holding the mean of the ratings at 0 therefore eliminates the unknown mean of the prior.
        move = _solve(*_system(blocks, weights, nats.mean(0), sd), slope)
        move -= move.mean(1, keepdims=True)
        nats = nats + move * _length(blocks.pairs, move)
        nats -= nats.mean(1, keepdims=True)
        found[left] = nats
        rest = np.abs(move).max(1, initial=0.0) >= close
        if not rest.any():
            break
        if not rest.all():
            left, nats, centre, won = left[rest], nats[rest], centre[rest], won[rest]
            half = half if len(half) == 1 else half[rest]
    return found


def _length(pairs: Pairs, move: Floats) -> Floats:
    """The share of each set's step that surely does not lower the posterior, float64 [B, 1].

    Where no difference between two players who met changes by more than `reach`, no curvature changes by more than the factor
    e^reach. So the gain of a step whose reach is at most 1, or of one shortened to log(1 + reach), has a lower bound above 0.
    """
    reach = move.max(1, keepdims=True, initial=0.0) - move.min(1, keepdims=True, initial=0.0)
    if reach.max(initial=0.0) > 1:
        reach = np.abs(pairs.lead(move)).max(1, keepdims=True, initial=0.0)
    return np.asarray(np.minimum(1.0, np.maximum(1.0, np.log1p(reach)) / np.maximum(reach, 1.0)))


def _system(blocks: _Blocks, weights: Floats, nats: Floats, sd: float) -> tuple[Map, Map]:
    """The linear system of a Newton step, as two linear maps.

    The first is the negative second derivative of each set's log posterior. The second is the preconditioner: the inverse of
    its diagonal, plus that of its sums over groups of players.

    Args:
        blocks: The matrices.
        weights: float64 [B, E], the weight of each pair in the second derivative.
        nats: float64 [P], mean ratings, by which the players are grouped.
        sd: Standard deviation of the prior, in nats.
    """
    matrix, diagonal = blocks.between(weights), blocks.sums(weights, signed=False) + 1 / sd**2
    players = len(nats)
    groups = min(players, GROUPS)
    order = np.argsort(nats, kind="stable")
    group = np.empty(players, np.int64)
    group[order] = np.arange(players) * groups // players
    cells = group[blocks.pairs.one] * groups + group[blocks.pairs.other]
    apart = np.bincount(cells, weights.mean(0), groups * groups).reshape(groups, groups)
    apart += apart.T
    sizes = np.bincount(group, minlength=groups)
    inverse = np.linalg.inv(np.diag(apart.sum(1) + sizes / sd**2) - apart)
    starts = np.cumsum(sizes) - sizes

    def product(figures: Floats) -> Floats:
        apart = figures.reshape(-1, matrix.shape[0])  # one matrix serves any number of sets
        return np.asarray(diagonal * figures - (matrix @ apart.T).T.reshape(figures.shape))

    def precondition(rest: Floats) -> Floats:
        sums = np.add.reduceat(rest.take(order, 1), starts, 1)
        return np.asarray(rest / diagonal + (sums @ inverse).take(group, 1))

    return product, precondition


def _solve(product: Map, precondition: Map, slope: Floats, accuracy: float = ACCURACY) -> Floats:
    """Solve product(move) = slope for each set by preconditioned conjugate gradients, to a relative error."""
    move, rest = np.zeros_like(slope), slope.copy()
    way = precondition(rest)
    size = np.einsum("bp,bp->b", rest, way)
    enough = accuracy**2 * size
    for _ in range(20 + 2 * slope.shape[1]):
        bent = product(way)
        length = (size / np.maximum(np.einsum("bp,bp->b", way, bent), 1e-300))[:, None]
        move += length * way
        rest -= length * bent
        near = precondition(rest)
        before, size = size, np.einsum("bp,bp->b", rest, near)
        if (size <= enough).all():
            break
        way = near + (size / np.maximum(before, 1e-300))[:, None] * way
    return move
