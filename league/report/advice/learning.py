"""What is wrong with the training itself, and what else there is to see."""

from __future__ import annotations

from agents.learners.table import ENTROPY, ENTROPY_WEIGHT, EXPLAINED_VARIANCE
from league.analysis.history import History
from league.report.advice.commands import Suggestion, again, home_of, name_of
from league.report.wording import percent, rounded

FLAT = 0.1
"""Share of the entropy at the beginning below which policies hardly explore any more."""

BLIND = 0.3
"""Share of the variance of the returns below which a critic explains too little."""

DRAWN = 0.8
"""Share of drawn games from which on games hardly tell players apart."""


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
        f"league replay list {name_of(history)}{home_of(history)}",
    )


def _curve(history: History, name: str) -> list[float]:
    """A training figure's mean in each generation."""
    means = []
    for summary in history.trainings:
        values = [curve[name] for curve in summary.curves if name in curve]
        means += [sum(values) / len(values)] if values else []
    return means
