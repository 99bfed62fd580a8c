"""What was measured of a league's players on request, as far as it can be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from league.errors import LeagueError
from league.evaluation import crossplay, messages, mistakes, scorecard
from league.evaluation.crossplay import CrossPlay
from league.evaluation.mistakes import MistakeRate, Mistakes
from league.evaluation.scorecard import ScoreCard
from league.evaluation.worth import Worth
from league.storage import evaluations


@dataclass(frozen=True)
class Evaluations:
    """What was measured on request.

    Attributes:
        cross_play: The last cross-play among players of the league; None if nobody asked for it.
        messages: What the messages of players are worth.
        score_cards: Score cards of players.
        faults: Sentences about files that cannot be read. Another version of the project may have written them.
        mistakes: How often the players of each generation make mistakes; empty for games that are not solved.
    """

    cross_play: CrossPlay | None
    messages: list[Worth]
    score_cards: list[ScoreCard]
    faults: list[str]
    mistakes: list[MistakeRate] = field(default_factory=list)


def read_evaluations(folder: Path) -> Evaluations:
    """Read what was measured of a league's players. A file that cannot be read keeps nothing else from being shown.

    Args:
        folder: The league's folder.
    """
    found, worth, cards, faults = None, list[Worth](), list[ScoreCard](), list[str]()
    rates = list[MistakeRate]()
    for name in evaluations.names(folder):
        try:
            if name == crossplay.NAME:
                found = evaluations.read(folder, name, CrossPlay)
            elif name == mistakes.NAME:
                judged = evaluations.read(folder, name, Mistakes)
                rates = [] if judged is None else judged.rates
            elif name.startswith(messages.PREFIX):
                known = evaluations.read(folder, name, Worth)
                worth += [] if known is None else [known]
            elif name.startswith(scorecard.PREFIX):
                cards.append(scorecard.read(folder, name))
        except LeagueError as error:
            faults.append(str(error))
    return Evaluations(found, worth, cards, faults, rates)
