"""Why results tell no two players apart, if they do not.

Ratings of such results are all 0, whoever plays. The cause is nearly always the description of the game: teams that play
together are taken for opponents, or teams with different aims for equal ones (`envs.aims`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envs.aims import ENOUGH, SIDES, Doubt, doubt
from envs.game import Game
from tournaments.rating.evidence import different_games
from tournaments.rating.outcomes import Outcome, absent_teams, outcomes
from tournaments.tickets import MatchResult


@dataclass(frozen=True)
class Undecided:
    """Why nothing can be told apart.

    Attributes:
        reason: One sentence.
        doubt: What is wrong with the description of the game, if the results show it.
    """

    reason: str
    doubt: Doubt | None = None


def undecided(game: Game, results: Sequence[MatchResult], log: Sequence[Outcome] | None = None) -> Undecided | None:
    """Say why results tell no two players apart.

    Args:
        game: The game.
        results: Results of a tournament in which every player took every side equally often.
        log: Their outcomes, if they are known.

    Returns:
        None if some player won more than it lost, or if there are too few results to say anything. Players that act without
        chance repeat their games, and copies do not show that a side always wins.

    Laws:
        The order of the results changes nothing. Where it says something, every player has half of all points.
    """
    log = outcomes(game, results) if log is None else log
    points: dict[str, float] = {}
    for outcome in log:
        points[outcome.player] = points.get(outcome.player, 0.0) + outcome.score - 0.5
    if not log or any(points.values()):
        return None
    found = doubt(game, [result.returns for result in results if not absent_teams(game, result)])
    if found is not None and (found.setting != SIDES or sum(different_games(results).values()) >= ENOUGH):
        return Undecided(f"No player can be told from another, because {found}.", found)
    games = len(log) // 2
    if games < ENOUGH or any(outcome.score != 0.5 for outcome in log):
        return None
    what = "games were drawn" if game.symmetric else "comparisons of players on the same side and seed were draws"
    return Undecided(f"No player can be told from another, because all {games} {what}.")


def reason_of(found: Undecided | None) -> str | None:
    """Return the sentence, if there is one."""
    return None if found is None else found.reason
