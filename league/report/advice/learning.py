"""Rules about problems of the training itself, about messages, and about replays."""

from __future__ import annotations

import shlex

from agents.learners.table import ENTROPY, ENTROPY_WEIGHT, EXPLAINED_VARIANCE
from league.analysis.history import History
from league.config.schema import GroupConfig
from league.report.advice.commands import Suggestion, again, home_of, name_of
from league.report.wording import percent, rounded

FLAT = 0.1
"""Below this share of the initial entropy, policies hardly explore any more."""

BLIND = 0.3
"""Explained variance of the returns, as a share, below which the critic is considered too weak."""

DRAWN = 0.8
"""From this share of draws on, games hardly show which of two players is better."""


def collapsed(history: History) -> Suggestion | None:
    """Suggests a larger entropy coefficient if the policies have stopped exploring."""
    curve, group = _curve(history, ENTROPY.chart), _only_group(history)
    span = group.hyper.ranges().get(ENTROPY_WEIGHT.name) if group else None
    if span is None or len(curve) < 2 or not 0.0 <= curve[-1] < FLAT * curve[0]:
        return None
    start = min(3 * max(span.start, 1e-3), ENTROPY_WEIGHT.most)
    fall = f"from {rounded(curve[0])} to {rounded(curve[-1])} nats"
    reason = f"The entropy fell {fall}. The players hardly explore any more. A larger entropy coefficient may help:"
    settings = {"hyper.entropy.start": start, "hyper.entropy.high": max(span.high, start)}
    return Suggestion(reason, again(history, "curious", settings))


def blind(history: History) -> Suggestion | None:
    """Suggests a stronger critic if the critic does not predict the returns."""
    curve, group = _curve(history, EXPLAINED_VARIANCE.chart), _only_group(history)
    if group is None or not curve or curve[-1] >= BLIND:
        return None
    share = percent(max(curve[-1], 0.0))
    reason = f"The critic explains only {share} of the variance of the returns, so the policy gradient is noisy. "
    if group.policy.critic == "local":
        return Suggestion(
            reason + "A critic that sees the joint state may be better:",
            again(history, "central", {"policy.critic": "centralised"}),
        )
    wider = [min(4096, 2 * size) for size in group.policy.hidden]
    return Suggestion(reason + "Wider networks may be better:", again(history, "wider", {"policy.hidden": wider}))


def untold(history: History) -> Suggestion | None:
    """Suggests another description of the game if its games tell no two players apart, or else a look at the game."""
    found = history.undecided
    if found is None:
        return None
    if found.doubt is None or not found.doubt.setting:
        check = f"league games --check {shlex.quote(history.game.name)}"
        return Suggestion(f"{found.reason} More games do not change that. This examines the game and its rewards:", check)
    value = [list(group) for group in found.doubt.value]
    reason = f"{found.reason} More games do not change that. This runs the league with {found.doubt.setting}:"
    return Suggestion(reason, again(history, "told", {found.doubt.setting: value}))


def all_drawn(history: History) -> Suggestion | None:
    """Suggests more games if most games are drawn."""
    own = history.own_rating
    if not own.games or own.draws / own.games < DRAWN:
        return None
    share = percent(own.draws / own.games)
    reason = f"{share} of the champion's games are drawn, so few games show which player is better. This plays more games:"
    return Suggestion(reason, again(history, "measured", {"tournament.games": 4 * history.config.tournament.games}))


def mute(history: History) -> Suggestion | None:
    """Suggests a comparison with a league without messages."""
    if not history.traffic:
        return None
    reason = "To find out whether the messages help, compare with the same league without messages:"
    return Suggestion(reason, again(history, "mute", {"comms.topology": "none"}))


def watch(history: History) -> Suggestion | None:
    """Suggests looking at the recorded games."""
    if not history.recorded:
        return None
    return Suggestion(
        "This lists the most interesting games. Each can be shown in the terminal or in a browser:",
        f"league replay list {name_of(history)}{home_of(history)}",
    )


def _only_group(history: History) -> GroupConfig | None:
    """The settings of all players; None if the population is written as groups, whose settings have no names of their own."""
    config = history.config
    return config.groups[0] if isinstance(config.population, int) else None


def _curve(history: History, name: str) -> list[float]:
    """The mean of a training metric in each generation."""
    means = []
    for summary in history.trainings:
        values = [curve[name] for curve in summary.curves if name in curve]
        means += [sum(values) / len(values)] if values else []
    return means
