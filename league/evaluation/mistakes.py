"""How often the players of each generation make mistakes, by comparison with perfect play in a solved game.

A mistake turns a won position into a drawn or lost one, or a drawn position into a lost one (`envs.bots.perfect`). A
generation's players are the snapshots that were frozen in it, and their decisions are those of its tournament. One decision is
drawn from each match and player, so that the decisions of a sample are independent of each other. `league report` measures it
and keeps the figures.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np

from envs.game import Game
from league.population.player import frozen_in
from league.storage.evaluations import read, save
from league.storage.store import Store
from tournaments.match.moves import UnreadableMoves, decode
from tournaments.tickets import MatchResult, seat_players

NAME = "mistakes"
"""The name of the evaluation, see `league.storage.evaluations`."""

SAMPLE = 120
"""The most decisions of a generation that are judged."""

MOST = 12
"""The most generations that are judged, at equal distances; the first and the last are among them."""

LATE = 20
"""Number of pieces on the board from which on decisions count as late, in games of more than twice as many moves."""

QUANTILE = 1.96


@dataclass(frozen=True)
class MistakeRate:
    """The mistakes in a sample of decisions.

    Attributes:
        generation: The generation whose players decided.
        first: Number of moves before the earliest decisions of the sample.
        decisions: Number of decisions that were judged.
        mistakes: Number of mistakes among them.
        unknown: Number of further decisions that could not be judged within the budget of the search.
    """

    generation: int
    first: int
    decisions: int
    mistakes: int
    unknown: int

    @property
    def rate(self) -> float | None:
        """The share of mistakes; None without decisions."""
        return self.mistakes / self.decisions if self.decisions else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share.

        Reference:
            Wilson (1927), "Probable inference, the law of succession, and statistical inference".
        """
        n = self.decisions
        if not n:
            return 0.0, 1.0
        p, z = self.mistakes / n, QUANTILE
        middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))

    def plain(self) -> dict[str, Any]:
        """The figures as plain values."""
        low, high = self.interval
        return {**asdict(self), "rate": self.rate, "low": low, "high": high}


@dataclass(frozen=True)
class Mistakes:
    """The mistake rates of a league, in order of generations."""

    rates: list[MistakeRate]


def solved(game: str) -> bool:
    """Whether decisions of a game can be judged."""
    from envs.bots.perfect import SOLVED  # deferred: it compiles, and most leagues do without

    return game in SOLVED


def starts(game: str) -> tuple[int, ...]:
    """From which number of moves on decisions are judged: all that can be, and in long games also the late ones."""
    from envs.bots.minimax import RULES
    from envs.bots.perfect import SOLVED

    first = SOLVED[game].first
    return (first, LATE) if RULES[game][0].size > 2 * LATE else (first,)


def measure(store: Store, game: Game) -> Mistakes | None:
    """Judge the generations of a league that were not judged before, and store what was found.

    Args:
        store: The league; at least one generation is committed. If there are more than `MOST` generations, some are left out.
        game: Its game.

    Returns:
        All that is known; None for a game that is not solved.
    """
    if not solved(game.name):
        return None
    known = _stored(store)
    last = store.generation()
    wanted = np.unique(np.linspace(0, last, min(MOST, last + 1)).round().astype(int)).tolist()
    missing = sorted(set(wanted) - {rate.generation for rate in known})
    if missing:
        frozen = frozen_in(store.players("historical"))
        for generation in missing:
            matches, names = store.matches(generation), frozen.get(generation, set())
            known += [rate_of(game, matches, names, generation, first) for first in starts(game.name)]
        known.sort(key=lambda rate: (rate.generation, rate.first))
        save(store.folder, NAME, {"rates": [asdict(rate) for rate in known]})
    return Mistakes(known)


def _stored(store: Store) -> list[MistakeRate]:
    found = read(store.folder, NAME, Mistakes)
    return [] if found is None else [rate for rate in found.rates if rate.generation <= store.generation()]


def rate_of(
    game: Game, matches: Sequence[MatchResult], players: Collection[str], generation: int, first: int, most: int = SAMPLE
) -> MistakeRate:
    """The mistake rate of some players in some matches.

    Args:
        game: A solved game.
        matches: The matches.
        players: The players whose decisions are judged.
        generation: The generation, for the result and for the seed of the sample.
        first: Number of moves before the earliest decisions.
        most: The most decisions that are judged.
    """
    from envs.bots.perfect import is_mistake, judged

    generator = np.random.default_rng([generation, first])
    found = list[tuple[list[int], int]]()
    for match in matches:
        try:
            moves, seated = decode(game, match.actions), seat_players(game, match.ticket.players)
        except UnreadableMoves:  # the audit names such a match; the page goes without it
            continue
        actions, mover = moves.actions[0].sum(1).tolist(), moves.acting.argmax(1).tolist()
        for player in sorted(set(players) & set(seated)):
            begin = max(first, moves.opening)
            own = [number for number in range(begin, len(actions)) if seated[mover[number]] == player]
            if own:
                found.append((actions, own[int(generator.integers(len(own)))]))
    if len(found) > most:
        found = [found[place] for place in sorted(generator.choice(len(found), most, replace=False).tolist())]
    mistakes = [is_mistake(*pair) for pair in judged(game.name, found)] if found else []
    known = [wrong for wrong in mistakes if wrong is not None]
    return MistakeRate(generation, first, len(known), sum(known), len(mistakes) - len(known))
