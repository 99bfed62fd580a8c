"""Rules about players that beat the champion, opponents that are too weak for it, and circles of players."""

from __future__ import annotations

from envs.bots.registry import find_bot
from envs.faults import GameError
from league.analysis.head_to_head import CLEAR, anchors, circularity, lost
from league.analysis.history import History
from league.analysis.lineage import half_width
from league.population.player import is_bot
from league.report.advice.commands import MANY, Suggestion, again, home_of, name_of, tournament
from league.report.sections.head_to_head import circularity_told, crowd_of
from league.report.wording import counted, percent

OUTGROWN = 0.95
"""From this score on, an opponent is too weak to learn from."""

STRONGER = ("minimax-4", "minimax-6", "chaser")
"""Stronger bots of the project. The first one that can play the game is suggested."""


def beaten_by_a_bot(history: History) -> Suggestion | None:
    """Suggests a step if a scripted player is ahead of the champion."""
    ahead = [meeting for meeting in anchors(history.meetings) if meeting.score < 0.5]
    if not ahead:
        return None
    worst = min(ahead, key=lambda meeting: (not meeting.sure, meeting.score))
    record = f"{worst.opponent} ({percent(worst.score)} of {counted(worst.games, 'game')})"
    reason = f"The champion loses to {record}. " if worst.sure else f"The champion is behind {record}, which may be chance. "
    if not history.config.matchmaking.anchors:
        return Suggestion(
            reason + "The players do not train against scripted players. This trains against them:",
            again(history, "anchored", {"matchmaking.anchors": True}),
        )
    return Suggestion(reason + f"This measures the difference in {MANY} games:", tournament(history, worst.opponent))


def outgrown(history: History) -> Suggestion | None:
    """Suggests a stronger bot if the champion clearly beats all scripted players of the league."""
    met = anchors(history.meetings)
    if not met or any(meeting.score < OUTGROWN or meeting.low < CLEAR or not meeting.counts for meeting in met):
        return None
    known = {meeting.opponent.removeprefix("bot:") for meeting in met}
    for bot in STRONGER:
        if bot not in known and _plays(bot, history):
            least = percent(min(meeting.score for meeting in met))
            share = least if least == percent(1.0) else f"{least} or more"
            reason = f"The champion takes {share} of the points from every scripted player of this league. A stronger bot:"
            return Suggestion(reason, tournament(history, f"bot:{bot}", games=40))
    return None


def open_lead(history: History) -> Suggestion | None:
    """Suggests games between the best two players if the difference of their ratings may be chance."""
    own = history.own_rating
    second = next((row for row in history.ratings if not is_bot(row.player) and row.player != own.player), None)
    if second is None or own.elo - second.elo > half_width([(own, 1.0), (second, -1.0)], history.chance):
        return None
    reason = (
        f"{own.player} and {second.player} are {own.elo - second.elo:.0f} Elo apart, which may be chance. "
        f"{MANY} games between the two show which is better:"
    )
    return Suggestion(reason, tournament(history, f"{history.name}/{second.player}"))


def nemesis(history: History) -> Suggestion | None:
    """Suggests more games against a learnt player that is significantly ahead of the champion."""
    ahead = [meeting for meeting in lost(history.meetings) if meeting.sure and not is_bot(meeting.opponent)]
    if not ahead:
        return None
    share = percent(1 - ahead[0].score)
    reason = f"{ahead[0].opponent} takes {share} of the points from the champion. This checks the result in {MANY} games:"
    return Suggestion(reason, tournament(history, f"{history.name}/{ahead[0].opponent}"))


def circling(history: History) -> Suggestion | None:
    """Suggests a step if players beat each other in circles more often than chance explains."""
    found, making = circularity(crowd_of(history), history.evidence), history.config.matchmaking
    if not found.clear:
        return None
    reason = f"{circularity_told(found)} "
    if making.rule != "uniform" or making.latest < 50:
        settings = {"matchmaking.rule": "uniform", "matchmaking.latest": max(50, making.latest)}
        return Suggestion(
            reason + "Training against all past players with equal probability can prevent circles:",
            again(history, "uniform", settings),
        )
    return Suggestion(reason + "This shows the score of every pair:", f"league payoff {name_of(history)}{home_of(history)}")


def _plays(bot: str, history: History) -> bool:
    try:
        find_bot(bot, history.game)
    except GameError:
        return False
    return True
