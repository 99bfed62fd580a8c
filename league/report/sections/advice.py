"""What to do next: rules that read a league's figures and, where they have something to say, say it with a command."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.learners.table import ENTROPY, ENTROPY_WEIGHT, EXPLAINED_VARIANCE
from envs.bots.registry import find_bot
from envs.faults import GameError
from league.analysis.head_to_head import CLEAR, anchors, circularity, lost
from league.analysis.history import History
from league.analysis.metrics import flatten
from league.population.player import is_bot
from league.report.html import ReportSection, joined, paragraph, suggestions, words
from league.report.sections.growth import RECENT
from league.report.sections.head_to_head import circularity_told, crowd_of
from league.report.wording import counted, percent, rounded, signed
from league.storage.store import HOME, leagues

CONFIG = "config.yaml"
"""The league's configuration, written beside its report: other leagues can be run from it."""

OUTGROWN = 0.95
"""Score from which on an opponent teaches nothing more."""

STRONGER = ("minimax-4", "minimax-6", "chaser")
"""Bots of the house that are worth meeting, where they can play the game."""

FLAT, BLIND, DRAWN = 0.1, 0.3, 0.8
"""Of the entropy at the beginning, of the returns explained, of the games drawn: from where on something is wrong."""

MANY, LITTLE = 400, 35.0
"""Games that tell two players apart who are so many Elo from each other: less is not worth more of the same training."""


@dataclass(frozen=True)
class Suggestion:
    """What the figures say, and a command that does something about it, as it is to be typed."""

    reason: str
    command: str


@dataclass(frozen=True)
class _Trend:
    """What the last generations brought, by a line through their best players, in Elo points; the ends of its interval."""

    brought: float
    low: float
    high: float

    def __str__(self) -> str:
        """In words."""
        return f"{signed(self.brought)} Elo in {RECENT} generations (95 % interval {signed(self.low)} to {signed(self.high)})"


Rule = Callable[[History], Suggestion | None]


def advice(history: History) -> ReportSection | None:
    """What the rules have to say."""
    found = [suggestion for rule in RULES.values() if (suggestion := rule(history)) is not None]
    if not found:
        return None
    return ReportSection("What to do next", joined(paragraph(words("Read off the figures above:")), suggestions(found)))


def unfinished(history: History) -> Suggestion | None:
    """Generations are missing."""
    done, planned = len(history.rows), history.config.generations
    if not _missing(history):
        return None
    reason = f"{done} of {planned} generations are committed. If no process is at work on the league, this goes on with it:"
    return Suggestion(reason, f"league resume {_name(history)}{_home(history)}")


def improving(history: History) -> Suggestion | None:
    """The last generations brought more than chance explains, and they are not all that there are."""
    trend, planned = _trend(history), history.config.generations
    if trend is None or trend.low <= 0.0 or _missing(history):
        return None
    reason = f"It seems to improve still: the best player rose by {trend}. More generations may bring more:"
    return Suggestion(reason, f"league resume {_name(history)} --generations {planned + max(4, planned // 2)}{_home(history)}")


def stalled(history: History) -> Suggestion | None:
    """The last generations brought nothing, or little at most."""
    trend, config = _trend(history), history.config
    if trend is None or trend.brought > 0.0 or trend.high >= LITTLE or _early(history):
        return None
    reason = (
        f"The best player gained little at most: {trend}. More of the same may not help; "
        "twice as much training in a generation may:"
    )
    return Suggestion(reason, again(history, "longer", {"train.updates": 2 * config.train.updates}))


def unclear(history: History) -> Suggestion | None:
    """The last generations brought nothing that can be seen, and too few games to see it."""
    trend, games = _trend(history), history.config.tournament.games
    if trend is None or trend.brought > 0.0 or trend.high < LITTLE or _early(history):
        return None
    reason = f"Whether it still improves cannot be told: the best player went by {trend}. More games in a tournament tell more:"
    return Suggestion(reason, again(history, "clearer", {"tournament.games": 4 * games}))


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
    return Suggestion(reason + f"This measures by how much, in {MANY} games:", _tournament(history, worst.opponent))


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
            return Suggestion(reason, _tournament(history, f"bot:{bot}", games=40))
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
    return Suggestion(reason, _tournament(history, f"{history.name}/{second.player}"))


def nemesis(history: History) -> Suggestion | None:
    """A player of the league is ahead of the champion for sure."""
    ahead = [meeting for meeting in lost(history.meetings) if meeting.sure and not is_bot(meeting.opponent)]
    if not ahead:
        return None
    share = percent(1 - ahead[0].score)
    reason = f"{ahead[0].opponent} takes {share} of the points from the champion. Is that so in {MANY} games, too?"
    return Suggestion(reason, _tournament(history, f"{history.name}/{ahead[0].opponent}"))


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
    return Suggestion(reason + "This shows who beats whom:", f"league payoff {_name(history)}{_home(history)}")


def collapsed(history: History) -> Suggestion | None:
    """The policies have stopped exploring."""
    curve = _curve(history, ENTROPY.chart)
    span = history.config.hyper.ranges().get(ENTROPY_WEIGHT.name)
    if span is None or len(curve) < 2 or not 0.0 <= curve[-1] < FLAT * curve[0]:
        return None
    start = min(3 * max(span.start, 1e-3), ENTROPY_WEIGHT.most)
    fall = f"from {rounded(curve[0])} to {rounded(curve[-1])} nats"
    reason = f"The entropy fell {fall}: the players hardly try anything new. More weight on it:"
    settings = {"hyper.entropy.start": start, "hyper.entropy.high": max(span.high, start)}
    return Suggestion(reason, again(history, "curious", settings))


def blind(history: History) -> Suggestion | None:
    """The critic does not foresee the returns."""
    curve, policy = _curve(history, EXPLAINED_VARIANCE.chart), history.config.policy
    if not curve or curve[-1] >= BLIND:
        return None
    share = percent(max(curve[-1], 0.0))
    reason = f"The critic explains {share} of the variance of the returns, which leaves the policies much noise. "
    if policy.critic == "local":
        return Suggestion(
            reason + "One that sees everything may do better:", again(history, "central", {"policy.critic": "centralised"})
        )
    wider = [min(4096, 2 * size) for size in policy.hidden]
    return Suggestion(reason + "Wider networks may do better:", again(history, "wider", {"policy.hidden": wider}))


def all_drawn(history: History) -> Suggestion | None:
    """Games hardly tell players apart."""
    own = history.own_rating
    if not own.games or own.draws / own.games < DRAWN:
        return None
    share = percent(own.draws / own.games)
    reason = f"{share} of the champion's games are drawn, so that few of them tell players apart. More of them:"
    return Suggestion(reason, again(history, "measured", {"tournament.games": 4 * history.config.tournament.games}))


def mute(history: History) -> Suggestion | None:
    """Whether speaking is worth anything shows only beside a league that does not speak."""
    if not history.traffic:
        return None
    reason = "Whether it helps to speak shows beside the same league without messages:"
    return Suggestion(reason, again(history, "mute", {"comms.topology": "none"}))


def watch(history: History) -> Suggestion | None:
    """There are games to be seen."""
    if not history.recorded:
        return None
    return Suggestion(
        "The games worth seeing, to be stepped through or opened in a browser:",
        f"league replay list {_name(history)}{_home(history)}",
    )


RULES: dict[str, Rule] = {
    "unfinished": unfinished,
    "improving": improving,
    "stalled": stalled,
    "unclear": unclear,
    "beaten by a bot": beaten_by_a_bot,
    "outgrown": outgrown,
    "open lead": open_lead,
    "nemesis": nemesis,
    "circling": circling,
    "collapsed": collapsed,
    "blind": blind,
    "all drawn": all_drawn,
    "mute": mute,
    "watch": watch,
}
"""What is looked for, in the order in which it is told."""


def again(history: History, suffix: str, settings: Mapping[str, Any]) -> str:
    """The command that runs a league with other settings under a new name; the configuration is written down first."""
    name, there = f"{history.name[:48]}-{suffix}", leagues(history.home)
    free = next(each for each in (name, *(f"{name}-{number}" for number in range(2, 10_000))) if each not in there)
    chosen = " ".join(f"--set {shlex.quote(f'{key}={value}')}" for key, value in flatten(settings).items())
    config, home = shlex.quote(str(history.folder / CONFIG)), _home(history)
    return f"league report {_name(history)}{home} && league run {config} --name {free} {chosen}{home}"


def _tournament(history: History, opponent: str, games: int = MANY) -> str:
    champion = f"{history.name}/champion"
    return f"league tournament {champion} {shlex.quote(opponent)} --games {games}{_home(history)}"


def _name(history: History) -> str:
    return shlex.quote(history.name)


def _home(history: History) -> str:
    return "" if history.home == HOME else f" --home {shlex.quote(str(history.home))}"


def _missing(history: History) -> bool:
    """Whether generations that were planned are still to come."""
    return len(history.rows) < history.config.generations


def _early(history: History) -> bool:
    """Whether it is too early to say that nothing comes any more."""
    return len(history.rows) < 2 * RECENT or _missing(history)


def _trend(history: History) -> _Trend | None:
    """The slope of the last generations' best ratings; None where there are no generations before them."""
    lived = history.lives.values()
    numbers = range(history.number - RECENT, history.number + 1)
    best = [max((life[n] for life in lived if n in life), key=lambda row: row.elo, default=None) for n in numbers]
    known = [row for row in best if row is not None]
    if numbers[0] <= history.rows[0].number or len(known) < len(best):
        return None
    # Least squares: the gain is a sum of the ratings, each by its distance from the middle.
    middle, spread = RECENT / 2, sum((place - RECENT / 2) ** 2 for place in range(RECENT + 1))
    shares = [RECENT * (place - middle) / spread for place in range(RECENT + 1)]
    brought = sum(share * row.elo for share, row in zip(shares, known, strict=True))
    chance = math.hypot(*(share * (row.high - row.low) / 2 for share, row in zip(shares, known, strict=True)))
    return _Trend(brought, brought - chance, brought + chance)


def _curve(history: History, name: str) -> list[float]:
    """A training figure's mean in each generation."""
    means = []
    for summary in history.trainings:
        values = [curve[name] for curve in summary.curves if name in curve]
        means += [sum(values) / len(values)] if values else []
    return means


def _plays(bot: str, history: History) -> bool:
    try:
        find_bot(bot, history.game)
    except GameError:
        return False
    return True
