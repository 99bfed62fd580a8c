"""What to do next: rules that read a league's figures and, where they have something to say, say it with a command."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from envs.bots import find_bot
from envs.faults import GameError
from league.charts import Chronicle, flatten
from league.console import HOME
from league.report.champion import own_rating
from league.report.descent import lives
from league.report.growth import RECENT
from league.report.markup import Section, code, element, joined, paragraph, words
from league.report.meetings import anchors, lost, meetings
from league.report.talk import traffic
from league.report.versus import COIN
from league.report.wording import counted, percent, rounded, signed
from league.roster import is_bot
from league.store import leagues

CONFIG = "config.yaml"
"""The league's configuration, written beside its report: other leagues can be run from it."""

OUTGROWN = 0.95
"""Score from which on an opponent teaches nothing more."""

STRONGER = ("minimax-4", "minimax-6", "chaser")
"""Bots of the house that are worth meeting, where they can play the game."""

FLAT, BLIND, DRAWN = 0.1, 0.3, 0.8
"""Of the entropy at the beginning, of the returns explained, of the games drawn: from where on something is wrong."""

MANY = 400
"""Games that tell two players apart who are 35 Elo from each other."""


@dataclass(frozen=True)
class Suggestion:
    """What the figures say, and a command that does something about it, as it is to be typed."""

    reason: str
    command: str


Rule = Callable[[Chronicle], Suggestion | None]


def advice(chronicle: Chronicle) -> Section | None:
    """What the rules have to say."""
    found = [suggestion for rule in RULES.values() if (suggestion := rule(chronicle)) is not None]
    if not found:
        return None
    items = [element("li", joined(words(suggestion.reason), element("pre", code(suggestion.command)))) for suggestion in found]
    return Section(
        "What to do next", joined(paragraph(words("Read off the figures above:")), element("ol", joined(*items), "advice"))
    )


def unfinished(chronicle: Chronicle) -> Suggestion | None:
    """Generations are missing."""
    done, planned = chronicle.rows[-1].number + 1, chronicle.config.generations
    if done >= planned:
        return None
    reason = f"{done} of {planned} generations are committed. If no process is at work on the league, this goes on with it:"
    return Suggestion(reason, f"league resume {_name(chronicle)}{_home(chronicle)}")


def improving(chronicle: Chronicle) -> Suggestion | None:
    """The last generations brought more than chance explains."""
    trend = _trend(chronicle)
    if trend is None or trend[0] <= trend[1]:
        return None
    planned = chronicle.config.generations
    reason = (
        f"It still improves: {signed(trend[0])} Elo in the last {RECENT} generations, more than chance explains. "
        "More generations should bring more:"
    )
    return Suggestion(
        reason, f"league resume {_name(chronicle)} --generations {planned + max(4, planned // 2)}{_home(chronicle)}"
    )


def stalled(chronicle: Chronicle) -> Suggestion | None:
    """The last generations brought nothing."""
    trend, config = _trend(chronicle), chronicle.config
    if trend is None or trend[0] > 0.0 or len(chronicle.rows) < 2 * RECENT:
        return None
    reason = (
        f"The best player of the last generation is no better than that of {RECENT} generations before "
        f"({signed(trend[0])} Elo). More of the same will hardly help; twice as much training in a generation may:"
    )
    return Suggestion(reason, again(chronicle, "longer", {"train.updates": 2 * config.train.updates}))


def beaten_by_a_bot(chronicle: Chronicle) -> Suggestion | None:
    """A scripted player is ahead of the champion."""
    ahead = [meeting for meeting in anchors(meetings(chronicle)) if meeting.score < 0.5]
    if not ahead:
        return None
    worst = min(ahead, key=lambda meeting: meeting.score)
    reason = f"The champion loses to {worst.opponent} ({percent(worst.score)} of {counted(worst.games, 'game')}). "
    if not chronicle.config.matchmaking.anchors:
        return Suggestion(
            reason + "Scripted players are not trained against; they can be:",
            again(chronicle, "anchored", {"matchmaking.anchors": True}),
        )
    return Suggestion(reason + f"This measures by how much, in {MANY} games:", _tournament(chronicle, worst.opponent))


def outgrown(chronicle: Chronicle) -> Suggestion | None:
    """All scripted players are beaten, and there is a stronger one."""
    met = anchors(meetings(chronicle))
    if not met or any(meeting.score < OUTGROWN for meeting in met):
        return None
    known = {meeting.opponent.removeprefix("bot:") for meeting in met}
    for bot in STRONGER:
        if bot not in known and _plays(bot, chronicle):
            least = percent(min(meeting.score for meeting in met))
            reason = f"It takes {least} or more of the points from every scripted player of this league. A stronger one:"
            return Suggestion(reason, _tournament(chronicle, f"bot:{bot}", games=40))
    return None


def open_lead(chronicle: Chronicle) -> Suggestion | None:
    """It is not settled who is the best."""
    own = own_rating(chronicle)
    second = next((row for row in chronicle.ratings if not is_bot(row.player) and row.player != own.player), None)
    if second is None or second.high <= own.low:
        return None
    reason = (
        f"{own.player} and {second.player} are {own.elo - second.elo:.0f} Elo apart and their intervals overlap. "
        f"{MANY} games between the two tell more:"
    )
    return Suggestion(reason, _tournament(chronicle, f"{chronicle.store.name}/{second.player}"))


def nemesis(chronicle: Chronicle) -> Suggestion | None:
    """A player of the league is ahead of the champion for sure."""
    ahead = [meeting for meeting in lost(meetings(chronicle)) if meeting.sure and not is_bot(meeting.opponent)]
    if not ahead:
        return None
    share = percent(1 - ahead[0].score)
    reason = f"{ahead[0].opponent} takes {share} of the points from the champion. Is that so in {MANY} games, too?"
    return Suggestion(reason, _tournament(chronicle, f"{chronicle.store.name}/{ahead[0].opponent}"))


def circling(chronicle: Chronicle) -> Suggestion | None:
    """There are more circles than chance explains."""
    share, making = chronicle.rows[-1].figures.get("cyclicity", 0.0), chronicle.config.matchmaking
    if share <= COIN:
        return None
    reason = f"{percent(share)} of the triples are circles, as many as among players that are all alike: no rating ranks them. "
    if making.rule != "uniform" or making.latest < 50:
        settings = {"matchmaking.rule": "uniform", "matchmaking.latest": max(50, making.latest)}
        return Suggestion(
            reason + "Training against all of the past alike keeps styles from going round:",
            again(chronicle, "uniform", settings),
        )
    return Suggestion(reason + "This shows who beats whom:", f"league payoff {_name(chronicle)}{_home(chronicle)}")


def collapsed(chronicle: Chronicle) -> Suggestion | None:
    """The policies have stopped exploring."""
    curve = _curve(chronicle, "train/entropy")
    if len(curve) < 2 or not 0.0 <= curve[-1] < FLAT * curve[0]:
        return None
    span = chronicle.config.hyper.entropy
    start = min(3 * max(span.start, 1e-3), 10.0)
    fall = f"from {rounded(curve[0])} to {rounded(curve[-1])} nats"
    reason = f"The entropy fell {fall}: the players hardly try anything new. More weight on it:"
    settings = {"hyper.entropy.start": start, "hyper.entropy.high": max(span.high, start)}
    return Suggestion(reason, again(chronicle, "curious", settings))


def blind(chronicle: Chronicle) -> Suggestion | None:
    """The critic does not foresee the returns."""
    curve, policy = _curve(chronicle, "train/explained_variance"), chronicle.config.policy
    if not curve or curve[-1] >= BLIND:
        return None
    share = percent(max(curve[-1], 0.0))
    reason = f"The critic explains {share} of the variance of the returns, which leaves the policies much noise. "
    if policy.critic == "local":
        return Suggestion(
            reason + "One that sees everything may do better:", again(chronicle, "central", {"policy.critic": "centralised"})
        )
    wider = [min(4096, 2 * size) for size in policy.hidden]
    return Suggestion(reason + "Wider networks may do better:", again(chronicle, "wider", {"policy.hidden": wider}))


def all_drawn(chronicle: Chronicle) -> Suggestion | None:
    """Games hardly tell players apart."""
    own = own_rating(chronicle)
    if not own.games or own.draws / own.games < DRAWN:
        return None
    share = percent(own.draws / own.games)
    reason = f"{share} of the champion's games are drawn, so that few of them tell players apart. More of them:"
    return Suggestion(reason, again(chronicle, "measured", {"tournament.games": 4 * chronicle.config.tournament.games}))


def mute(chronicle: Chronicle) -> Suggestion | None:
    """Whether speaking is worth anything shows only beside a league that does not speak."""
    if not traffic(chronicle):
        return None
    reason = "Whether it helps to speak shows beside the same league without messages:"
    return Suggestion(reason, again(chronicle, "mute", {"comms.topology": "none"}))


def watch(chronicle: Chronicle) -> Suggestion | None:
    """There are games to be seen."""
    if not chronicle.recorded:
        return None
    return Suggestion(
        "The games worth seeing, to be stepped through or opened in a browser:",
        f"league replay list {_name(chronicle)}{_home(chronicle)}",
    )


RULES: dict[str, Rule] = {
    "unfinished": unfinished,
    "improving": improving,
    "stalled": stalled,
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


def again(chronicle: Chronicle, suffix: str, settings: Mapping[str, Any]) -> str:
    """The command that runs a league with other settings under a new name; the configuration is written down first."""
    name, there = f"{chronicle.store.name[:48]}-{suffix}", leagues(chronicle.store.folder.parent.parent)
    free = next(each for each in (name, *(f"{name}-{number}" for number in range(2, 10_000))) if each not in there)
    chosen = " ".join(f"--set {shlex.quote(f'{key}={value}')}" for key, value in flatten(settings).items())
    config, home = shlex.quote(str(chronicle.store.folder / CONFIG)), _home(chronicle)
    return f"league report {_name(chronicle)}{home} && league run {config} --name {free} {chosen}{home}"


def _tournament(chronicle: Chronicle, opponent: str, games: int = MANY) -> str:
    champion = f"{chronicle.store.name}/champion"
    return f"league tournament {champion} {shlex.quote(opponent)} --games {games}{_home(chronicle)}"


def _name(chronicle: Chronicle) -> str:
    return shlex.quote(chronicle.store.name)


def _home(chronicle: Chronicle) -> str:
    home = chronicle.store.folder.parent.parent
    return "" if home == HOME else f" --home {shlex.quote(str(home))}"


def _trend(chronicle: Chronicle) -> tuple[float, float] | None:
    """What the last generations brought the best player, and how much of that may be chance; Elo points."""
    lived = lives(chronicle.players, chronicle.ratings).values()
    last = chronicle.rows[-1].number
    now, before = (
        max((life[number] for life in lived if number in life), key=lambda row: row.elo, default=None)
        for number in (last, last - RECENT)
    )
    if now is None or before is None:
        return None
    return now.elo - before.elo, math.hypot(now.high - now.low, before.high - before.low) / 2


def _curve(chronicle: Chronicle, name: str) -> list[float]:
    """A training figure's mean in each generation."""
    means = []
    for lesson in chronicle.lessons:
        values = [curve[name] for curve in lesson.curves if name in curve]
        means += [sum(values) / len(values)] if values else []
    return means


def _plays(bot: str, chronicle: Chronicle) -> bool:
    try:
        find_bot(bot, chronicle.game)
    except GameError:
        return False
    return True
