"""Standings: ratings together with the players' properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10

from tournaments.rating.elo import Ratings
from tournaments.rating.returns import MeanReturn, Returns


@dataclass(frozen=True)
class Entrant:
    """Properties of a player.

    Attributes:
        league_role: Main agent, exploiter, anchor …
        generation: Generation of birth.
        parent: The player from which it descends; None for founders and bots.
        weights: Content hash of its weights; "" without weights.
    """

    league_role: str = ""
    generation: int | None = 0
    parent: str | None = None
    weights: str = ""


@dataclass(frozen=True)
class SideReturn:
    """A player's mean episode return on one side, as `--json` prints it.

    Attributes:
        side: The side.
        mean: The mean return of an episode, in the unit of the game's rewards.
        low: Lower end of its 95 % interval; None if there is only one series or all series have the same value.
        high: Upper end of the interval, or None.
        episodes: Number of episodes.
        series: Number of independent series among them; the interval rests on these.
    """

    side: str
    mean: float
    low: float | None
    high: float | None
    episodes: int
    series: int

    @property
    def text(self) -> str:
        """The mean with half of its interval, as people read it: `-23.46 ± 0.73`; only the mean if there is no interval."""
        if self.low is None or self.high is None:
            return f"{self.mean:.4g}"
        half = (self.high - self.low) / 2
        places = min(max(1 - floor(log10(half)), 0), 6)
        return f"{self.mean:.{places}f} ± {half:.{places}f}"

    @classmethod
    def of(cls, side: str, found: MeanReturn) -> SideReturn:
        """Round a mean and its interval to six significant digits."""
        low, high = (None if end is None else float(f"{end:.6g}") for end in (found.low, found.high))
        return cls(side, float(f"{found.mean:.6g}"), low, high, found.episodes, found.series)


@dataclass(frozen=True)
class Standing:
    """A row of the standings, as `league standings --json` prints it; Elo points above the anchor."""

    player: str
    league_role: str
    generation: int | None
    parent: str | None
    elo: float
    elo_low: float
    elo_high: float
    games: int
    wins: int
    draws: int
    losses: int
    score: float
    weights: str
    returns: tuple[SideReturn, ...] = ()


def standings(ratings: Ratings, entrants: Mapping[str, Entrant], returns: Returns | None = None) -> list[Standing]:
    """Join ratings with entrants and returns.

    Args:
        ratings: The ratings.
        entrants: Player → its properties; missing players get the defaults of `Entrant`.
        returns: Player → side → mean return; None if it is not known.

    Returns:
        Rows in the order of the ratings: best first.
    """
    rows = []
    for rating in ratings.rows:
        entrant = entrants.get(rating.player, Entrant())
        rows.append(
            Standing(
                player=rating.player,
                league_role=entrant.league_role,
                generation=entrant.generation,
                parent=entrant.parent,
                elo=rating.elo,
                elo_low=rating.low,
                elo_high=rating.high,
                games=rating.games,
                wins=rating.wins,
                draws=rating.draws,
                losses=rating.losses,
                score=rating.score,
                weights=entrant.weights,
                returns=tuple(SideReturn.of(*each) for each in (returns or {}).get(rating.player, {}).items()),
            )
        )
    return rows
