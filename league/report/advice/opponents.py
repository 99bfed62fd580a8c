"""Who beats the champion, whom it has outgrown, and whether players beat each other in circles."""

from __future__ import annotations

from envs.bots.registry import find_bot
from envs.faults import GameError
from league.analysis.head_to_head import CLEAR, anchors, circularity, lost
from league.analysis.history import History
from league.population.player import is_bot
from league.report.advice.commands import MANY, Suggestion, again, home_of, name_of, tournament
from league.report.sections.head_to_head import circularity_told, crowd_of
from league.report.wording import counted, percent

OUTGROWN = 0.95
"""Score from which on an opponent teaches nothing more."""

STRONGER = ("minimax-4", "minimax-6", "chaser")
"""Bots of the project that are worth meeting, where they can play the game."""


def beaten_by_a_bot(history: History) -> Suggestion | None:
    """A scripted player is ahead of the champion."""
    ahead = [meeting for meeting in anchors(history.meetings) if meeting.score < 0.5]
    if not ahead:
        return None
    worst = min(ahead, key=lambda meeting: (not meeting.sure, meeting.score))
    record = f"{worst.opponent} ({percent(worst.score)} of {counted(worst.games, 'game')})"
    reason = f"The champion loses to {record}. " if worst.sure else f"The champion is behind {record}, which may be chance. "
    if not history.config.matchmaking.anchors:
        return Suggestion(
            reason + "Scripted players are not trained against; they can be:",
            again(history, "anchored", {"matchmaking.anchors": True}),
        )
    return Suggestion(reason + f"This measures by how much, in {MANY} games:", tournament(history, worst.opponent))


def outgrown(history: History) -> Suggestion | None:
    """All scripted players are beaten, in games enough to say so, and there is a stronger one."""
    met = anchors(history.meetings)
    if not met or any(meeting.score < OUTGROWN or meeting.low < CLEAR or not meeting.counts for meeting in met):
        return None
    known = {meeting.opponent.removeprefix("bot:") for meeting in met}
    for bot in STRONGER:
        if bot not in known and _plays(bot, history):
            least = percent(min(meeting.score for meeting in met))
            share = least if least == percent(1.0) else f"{least} or more"
            reason = f"It takes {share} of the points from every scripted player of this league. A stronger one:"
            return Suggestion(reason, tournament(history, f"bot:{bot}", games=40))
    return None


def open_lead(history: History) -> Suggestion | None:
    """It is not settled who is the best."""
    own = history.own_rating
    second = next((row for row in history.ratings if not is_bot(row.player) and row.player != own.player), None)
    if second is None or second.high <= own.low:
        return None
    reason = (
        f"{own.player} and {second.player} are {own.elo - second.elo:.0f} Elo apart and their intervals overlap. "
        f"{MANY} games between the two tell more:"
    )
    return Suggestion(reason, tournament(history, f"{history.name}/{second.player}"))


def nemesis(history: History) -> Suggestion | None:
    """A player of the league is ahead of the champion for sure."""
    ahead = [meeting for meeting in lost(history.meetings) if meeting.sure and not is_bot(meeting.opponent)]
    if not ahead:
        return None
    share = percent(1 - ahead[0].score)
    reason = f"{ahead[0].opponent} takes {share} of the points from the champion. Is that so in {MANY} games, too?"
    return Suggestion(reason, tournament(history, f"{history.name}/{ahead[0].opponent}"))


def circling(history: History) -> Suggestion | None:
    """There are more circles than chance explains."""
    found, making = circularity(crowd_of(history)), history.config.matchmaking
    if not found.clear:
        return None
    reason = f"{circularity_told(found)} "
    if making.rule != "uniform" or making.latest < 50:
        settings = {"matchmaking.rule": "uniform", "matchmaking.latest": max(50, making.latest)}
        return Suggestion(
            reason + "Training against all of the past alike keeps styles from going round:",
            again(history, "uniform", settings),
        )
    return Suggestion(reason + "This shows who beats whom:", f"league payoff {name_of(history)}{home_of(history)}")


def _plays(bot: str, history: History) -> bool:
    try:
        find_bot(bot, history.game)
    except GameError:
        return False
    return True
