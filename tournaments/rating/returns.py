"""Mean episode returns of players, by side, with intervals.

A return is a sum of rewards, in the game's own unit. In a cooperative game it is the result. In a game against others it
depends on the opponents, and only returns against the same opponents can be compared.

Games of one series share a seed, so they are not independent. The unit that counts as evidence is therefore the series: its
value is the mean return of the player's episodes on one side in it. Series have seeds of their own, so their values are
independent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, sqrt

from envs.game import Game
from tournaments.rating.outcomes import absent_teams
from tournaments.rating.student import students_quantile
from tournaments.tickets import MatchResult, team_players


@dataclass(frozen=True)
class MeanReturn:
    """The mean return of a player on one side.

    Attributes:
        series: Number of independent series; at least 1.
        episodes: Number of episodes in them.
        mean: Mean of the series' values.
        squares: Sum of the squared deviations of the series' values from `mean`.
    """

    series: int
    episodes: int
    mean: float
    squares: float

    def __add__(self, other: MeanReturn) -> MeanReturn:
        """Return the mean of both.

        Laws:
            The order of parts changes nothing, except for rounding. The mean of all series is that of its parts, added.

        Reference:
            Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance", equation 2.1.
        """
        series, apart = self.series + other.series, other.mean - self.mean
        mean = self.mean + apart * other.series / series
        squares = self.squares + other.squares + apart * apart * self.series * other.series / series
        return MeanReturn(series, self.episodes + other.episodes, mean, squares)

    @property
    def half(self) -> float | None:
        """Half the width of the 95 % interval of the mean, by Student's distribution.

        None if there is no interval: there is one series only, or all series have the same value, so that their spread is
        unknown.

        Reference:
            Student (1908), "The probable error of a mean".
        """
        if self.series < 2 or self.squares <= self.series * (1e-9 * max(1.0, abs(self.mean))) ** 2:
            return None
        return students_quantile(self.series - 1) * sqrt(self.squares / (self.series - 1) / self.series)

    @property
    def low(self) -> float | None:
        """Lower end of the 95 % interval, or None."""
        return None if self.half is None else self.mean - self.half

    @property
    def high(self) -> float | None:
        """Upper end of the 95 % interval, or None."""
        return None if self.half is None else self.mean + self.half


Returns = dict[str, dict[str, MeanReturn]]
"""Player → side → mean return."""


def returns_of(game: Game, results: Iterable[MatchResult]) -> Returns:
    """Compute the mean returns of all players in matches.

    Args:
        game: The game. A team's return is the mean of its seats' sums of rewards.
        results: The results. All games of a series are among them.

    Returns:
        Player → side → mean return; sides in the order of the game. A team that was absent from a game has no return in it.
        The return of a team that several players share is no player's. Forfeited matches are left out.

    Laws:
        The order of results changes nothing.
    """
    values: dict[tuple[str, int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        if result.forfeits:
            continue
        absent = absent_teams(game, result)
        for team, player in enumerate(team_players(game, result.ticket.players)):
            if player is not None and team not in absent:
                values[player, game.side_of_team[team]][result.ticket.series].append(result.returns[team])
    found: Returns = defaultdict(dict)
    for player, side in sorted(values):
        found[player][game.sides[side].name] = _mean_of(values[player, side])
    return dict(found)


def _mean_of(by_series: dict[str, list[float]]) -> MeanReturn:
    each = [fsum(returns) / len(returns) for returns in by_series.values()]
    mean = fsum(each) / len(each)
    return MeanReturn(len(each), sum(map(len, by_series.values())), mean, fsum((value - mean) ** 2 for value in each))


def added(parts: Iterable[Returns]) -> Returns:
    """Add the returns of different matches, such as those of several generations. No series is in two parts."""
    found: Returns = {}
    for part in parts:
        for player, sides in part.items():
            known = found.setdefault(player, {})
            for side, value in sides.items():
                known[side] = known[side] + value if side in known else value
    return found
