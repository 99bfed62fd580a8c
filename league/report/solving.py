"""The number of training games after which the champion's line of descent first solved the game."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from league.analysis.head_to_head import CLEAR
from league.analysis.history import GenerationRecord, History
from league.population.player import ANCHOR, Player, original_of
from tournaments.rating.dependence import worth
from tournaments.rating.payoff import ENOUGH, score_interval

SOLVED = 0.9
"""A game counts as solved from this score against the random player on."""


@dataclass(frozen=True)
class Trial:
    """The games of a snapshot against the random player in the tournament of its generation.

    Attributes:
        generation: The generation that froze the snapshot.
        snapshot: The name of the snapshot.
        trained: Number of training games of its line of descent until then.
        games: Number of games against the random player.
        score: Share of the points, 0 to 1.
        low: Lower end of the 95 % interval of the score.
        high: Upper end of the 95 % interval.
    """

    generation: int
    snapshot: str
    trained: int
    games: int
    score: float
    low: float
    high: float

    @property
    def solved(self) -> bool:
        """Whether the score is high enough, in enough games, with a clear interval."""
        return self.games >= ENOUGH and self.score >= SOLVED and self.low >= CLEAR


def episodes_to_solve(history: History) -> dict[str, Any]:
    """The number of training games until the champion's line of descent first solved the game.

    Returns:
        The value, or None with a reason; the criterion; and the score, games and interval that the value rests on.
    """
    found = trials(history)
    solved = next((trial for trial in found if trial.solved), None)
    best = max((trial for trial in found if trial.games >= ENOUGH), key=lambda trial: trial.score, default=None)
    told = solved or best
    games = max((trial.games for trial in found), default=0) if told is None else told.games
    facts: dict[str, Any] = {
        "value": None if solved is None else solved.trained,
        "criterion": f"a snapshot of the champion's line of descent scores at least {SOLVED} against {ANCHOR} in its "
        f"tournament, in {ENOUGH} games or more, and the 95 % interval of the score begins at {CLEAR} or above",
        "score": None if told is None else rounded(told.score),
        "games": games,
        "interval_95_percent": None if told is None else [rounded(told.low), rounded(told.high)],
    }
    if solved is not None:
        return facts | {"generation": solved.generation, "snapshot": solved.snapshot}
    return facts | {"reason": _unsolved(best, games)}


def _unsolved(best: Trial | None, games: int) -> str:
    """The reason why there is no number."""
    if best is None:
        few = f"too few games: at most {games} against {ANCHOR} in a tournament, {ENOUGH} are needed"
        return few if games else f"it never met {ANCHOR}"
    said = f"its best score was {best.score:.2f}, after {best.trained} training games"
    return said if best.score < SOLVED else f"{said}, but the interval of {best.games} games begins at {best.low:.2f}"


def trials(history: History) -> list[Trial]:
    """The games of each snapshot in the champion's line of descent against the random player, in order of generations."""
    born: dict[int | None, list[Player]] = {}
    for player in history.players:
        if player.name in history.direct:
            born.setdefault(player.frozen, []).append(player)
    trained, found = 0, []
    for record in history.generations:
        row = record.row
        for player in born.get(row.number, ()):
            trained += record.training.games.get(original_of(player), 0)
            points, games, independent = _against_anchor(record, player.name)
            if games:
                low, high = score_interval(points / games * independent, independent)
                found.append(Trial(row.number, player.name, trained, games, points / games, low, high))
    return found


def _against_anchor(record: GenerationRecord, player: str) -> tuple[float, int, float]:
    """The points and games of a player against the random player, and the independent games that these are worth."""
    table = record.table
    if not {player, ANCHOR} <= set(table.players):
        return 0.0, 0, 0.0
    pair = table.index(player), table.index(ANCHOR)
    return float(table.points[pair]), int(table.games[pair]), float(worth(table, record.evidence)[pair])


def rounded(value: float) -> float:
    """The value with five significant digits."""
    return float(f"{value:.5g}")
