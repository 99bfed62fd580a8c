"""What the matches of a generation add up to.

Everything that is known of a whole league, such as ratings, scores and mean returns, is computed from sums over its match log.
Sums of generations add up to those of the league, so no match has to be looked at twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from envs.game import Game
from tournaments.rating.evidence import Evidence, evidence
from tournaments.rating.outcomes import Outcome, outcomes
from tournaments.rating.results import Results, results
from tournaments.rating.returns import Returns, returns_of
from tournaments.tickets import MatchResult


class Sums(NamedTuple):
    """The sums of the matches of one generation.

    Attributes:
        results: The results of every two players that met.
        evidence: What they are worth as evidence.
        returns: Player → side → mean return.
    """

    results: Results
    evidence: Evidence
    returns: Returns


def sums_of(game: Game, matches: Sequence[MatchResult], log: Sequence[Outcome] | None = None) -> Sums:
    """Sum up matches.

    Args:
        game: The game.
        matches: The matches of one generation.
        log: Their outcomes, if they are known.

    Laws:
        The order of matches changes nothing but the last bits of the evidence.
    """
    log = outcomes(game, matches) if log is None else log
    return Sums(results(log), evidence(log, matches), returns_of(game, matches))
