"""Highlights of a replay: the end, unusual rewards, and mistakes.

A seat's *outlook* is its expected return: the rewards it has received so far, plus the critic's value of the remaining game. It
changes when the critic learns something new, not when an expected reward arrives. After a seat terminated, its outlook is its
return. Values are discounted and are not corrected for that, so outlooks drift slightly in long games with a small discount
factor. Therefore a mistake is defined relative to how much outlooks change in that game.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from tournaments.replay.format import Replay

Kind = Literal["swing", "mistake", "reward", "end"]

FAR = 5.0
"""A reward further from the median than this many median absolute deviations is unusual."""

SMALL = 0.1
"""A reward whose distance from the median is below this share of the seat's largest distance is not unusual."""

LARGE = 3.0
"""A mistake lowers the outlook by at least this multiple of the median change."""

LEAST, ENOUGH = 0.05, 0.5
"""Shares of the range of all outlooks. A mistake lowers the outlook by at least the first share. A decrease of at least the
second share is always a mistake.
"""

MOST = 12
"""Maximal number of payments that are reported: the most unusual ones."""

SAME = 1e-6
"""Rewards and returns closer than this are equal."""


@dataclass(frozen=True)
class Highlight:
    """An interesting step.

    Attributes:
        kind: A swing of the outlook, a mistake, an unusual payment, or the end.
        step: The position to show: the number of steps before it. Swings and mistakes point at the decision, payments at its
            result.
        seat: The seat concerned; None if all seats are.
        title: A few words for a button.
        text: What happened, with numbers.
    """

    kind: Kind
    step: int
    seat: int | None
    title: str
    text: str


@dataclass(frozen=True)
class OutlookChange:
    """The change of a seat's outlook from one of its decisions to its next decision or its end.

    Attributes:
        seat: The seat.
        step: The step of the decision.
        until: The step at which the next outlook is known.
        before: Outlook at the decision.
        after: Outlook at `until`.
        forced: True if the seat had only one legal action.
    """

    seat: int
    step: int
    until: int
    before: float
    after: float
    forced: bool = False

    @property
    def size(self) -> float:
        """The absolute change."""
        return abs(self.after - self.before)

    @property
    def fall(self) -> float:
        """The decrease; negative if the outlook rose."""
        return self.before - self.after


@dataclass(frozen=True)
class Payment:
    """Unusual rewards in consecutive steps.

    Attributes:
        first: The first step.
        last: The last step.
        peak: The step with the most unusual reward.
        distance: The distance of that reward from the seat's median.
        amounts: Seat → sum of its unusual rewards in these steps.
    """

    first: int
    last: int
    peak: int
    distance: float
    amounts: dict[int, float]


def highlights(replay: Replay) -> tuple[Highlight, ...]:
    """Find all highlights, in the order of the match.

    * the largest swing: the decision after which a seat's outlook changed most, up or down;
    * the first mistake and the worst one: see `mistakes`;
    * unusual payments (goals, captures): see `payments`;
    * the end.

    Laws:
        There is always an end, and it comes last. Every step lies in 0 … len(replay.steps).
    """
    found = [*_of_outlooks(replay), *_of_rewards(replay)]
    return (
        *sorted(found, key=lambda highlight: highlight.step),
        Highlight("end", len(replay.steps), None, "The end", result(replay)),
    )


def outlook_changes(replay: Replay) -> list[OutlookChange]:
    """List all changes of outlooks, in the order of the decisions; empty if no player has a critic.

    A truncated seat has no last change, because its remaining return is unknown.
    """
    values: list[dict[int, float]] = [{} for _ in replay.seats]
    for number, step in enumerate(replay.steps):
        for decision in step.decisions:
            if decision.value is not None:
                values[decision.seat][number] = decision.value
    found: list[OutlookChange] = []
    for seat in range(len(replay.seats)):
        points = list(_outlook(replay, seat, values[seat]))
        found += [
            OutlookChange(seat, step, until, before, after, forced_at(replay, step, seat))
            for (step, before), (until, after) in pairwise(points)
        ]
    return sorted(found, key=lambda change: (change.step, change.seat))


def mistakes(found: Sequence[OutlookChange]) -> list[OutlookChange]:
    """Find the decisions after which the player's own outlook fell most. A forced decision is no mistake.

    A decision is a mistake if the seat's outlook, by its next decision or its end, has fallen by at least `LARGE` times the
    median size of all changes in this game. A fall below `LEAST` of the range of all outlooks never is one; a fall of at least
    `ENOUGH` of the range always is. The player's own critic is the judge, so the fall may also be due to chance or to other
    players.

    Args:
        found: The result of `outlook_changes`.
    """
    if not found:
        return []
    heights = [height for change in found for height in (change.before, change.after)]
    span = max(heights) - min(heights)
    least = min(max(LARGE * median(change.size for change in found), LEAST * span), ENOUGH * span)
    return [change for change in found if change.fall >= max(least, SAME) and not change.forced]


def forced_at(replay: Replay, step: int, seat: int) -> bool:
    """Return whether a seat had only one legal action at a step."""
    return any(
        decision.seat == seat and decision.legal is not None and len(decision.legal) == 1
        for decision in replay.steps[step].decisions
    )


def payments(replay: Replay) -> list[Payment]:
    """Find unusual rewards, in the order of the match.

    A seat's reward is unusual if it lies more than `FAR` median absolute deviations from the median of that seat's rewards. If
    that deviation is 0, every reward other than the median qualifies. Rewards whose distance is at most `SMALL` of the seat's
    largest distance do not count. Unusual rewards in consecutive steps are one payment. If there are more than `MOST`, the most
    unusual are kept; among equally unusual ones an evenly spaced selection is kept.
    """
    strange: dict[int, dict[int, float]] = {}
    distances: dict[int, float] = {}
    for seat in range(len(replay.seats)):
        rewards = [step.rewards[seat] for step in replay.steps]
        middle = median(rewards) if rewards else 0.0
        away = [abs(reward - middle) for reward in rewards]
        least = max(FAR * median(away), SMALL * max(away), SAME) if away else 0.0
        for step, distance in enumerate(away):
            if distance > least:
                strange.setdefault(step, {})[seat] = rewards[step]
                distances[step] = max(distances.get(step, 0.0), distance)
    found: list[Payment] = []
    for step in sorted(strange):
        if found and found[-1].last == step - 1:
            found[-1] = _joined(found[-1], step, strange[step], distances[step])
        else:
            found.append(Payment(step, step, step, distances[step], strange[step]))
    return sorted(_farthest(found), key=lambda payment: payment.first)


def winners(replay: Replay) -> tuple[int, ...]:
    """Return the teams with the highest return.

    Teams can only be compared if all consist of the same roles.

    Returns:
        Indices of teams; empty if all returns are equal or the teams cannot be compared.
    """
    if not _comparable(replay):
        return ()
    best = max(replay.returns)
    found = tuple(team for team, value in enumerate(replay.returns) if value >= best - SAME)
    return found if len(found) < len(replay.returns) else ()


def drawn(replay: Replay) -> bool:
    """Return whether the teams can be compared and none won."""
    return _comparable(replay) and not winners(replay)


def result(replay: Replay) -> str:
    """Describe in a sentence how the match ended: the winner, the returns of the teams, whether it was truncated."""
    best, called = winners(replay), _teams(replay)
    returns = ", ".join(f"{name} {_signed(value)}" for name, value in zip(called, replay.returns, strict=True))
    if best:
        said = f"{' and '.join(called[team] for team in best)} won: {returns}"
    elif drawn(replay):
        said = f"A draw: {returns}"
    else:
        said = f"Returns: {returns}"
    cut = bool(replay.steps) and any(replay.steps[-1].truncated)
    long = f"{len(replay.steps)} step{'s' * (len(replay.steps) != 1)}"
    return f"{said}; truncated after {long}." if cut else f"{said}, after {long}."


def name_of(replay: Replay, seat: int) -> str:
    """Name a seat and its player, for use in a sentence."""
    return f"{replay.seats[seat].player} ({replay.seats[seat].seat})"


def _teams(replay: Replay) -> list[str]:
    """Name each team by its player; also name the team's first seat if the player has several teams."""
    first: dict[int, int] = {}
    for number, seat in enumerate(replay.seats):
        first.setdefault(seat.team, number)
    players = [replay.seats[first[team]].player for team in range(len(replay.returns))]
    return [player if players.count(player) == 1 else name_of(replay, first[team]) for team, player in enumerate(players)]


def _comparable(replay: Replay) -> bool:
    """Return whether there are several teams that all consist of the same roles."""
    teams = range(len(replay.returns))
    return (
        len(teams) > 1 and len({tuple(sorted(seat.role for seat in replay.seats if seat.team == team)) for team in teams}) == 1
    )


def _outlook(replay: Replay, seat: int, values: Mapping[int, float]) -> Iterator[tuple[int, float]]:
    """Yield step and outlook at each of a seat's decisions with a value, and at the seat's termination.

    Args:
        replay: The match.
        seat: The seat.
        values: Step → value at its decision.
    """
    got = 0.0
    for number, step in enumerate(replay.steps):
        if number in values:
            yield number, got + values[number]
        got += step.rewards[seat]
        if step.terminated[seat]:
            yield number + 1, got
            return


def _of_outlooks(replay: Replay) -> Iterator[Highlight]:
    found = outlook_changes(replay)
    regretted = mistakes(found)
    named: dict[OutlookChange, tuple[Kind, str]] = {}
    if regretted:
        worst = max(regretted, key=lambda change: change.fall)
        named[worst] = ("mistake", "Worst mistake")
        named[regretted[0]] = ("mistake", "First mistake" if regretted[0] != worst else "First and worst mistake")
    widest = max(found, key=lambda change: change.size, default=None)
    if widest in named:
        named[widest] = ("mistake", f"{named[widest][1]}, largest swing")
    elif widest is not None and widest.size > SAME:
        named[widest] = ("swing", "Largest swing")
    for change, (kind, title) in named.items():
        who, numbers = name_of(replay, change.seat), f"{_signed(change.before)} → {_signed(change.after)}"
        forced = " The decision was forced: there was one legal action." if change.forced else ""
        yield Highlight(kind, change.step, change.seat, title, f"Outlook of {who}: {numbers} by step {change.until}.{forced}")


def _of_rewards(replay: Replay) -> Iterator[Highlight]:
    for payment in payments(replay):
        if payment.first + 1 == len(replay.steps):
            continue  # the highlight "end" already reports the rewards of the last step
        got = {seat: _signed(amount) for seat, amount in payment.amounts.items()}
        order = sorted(got, key=lambda seat: (payment.amounts[seat] <= 0, -abs(payment.amounts[seat])))
        alike = sum(amount == got[order[0]] for amount in got.values()) - 1
        title = f"{got[order[0]]} for {replay.seats[order[0]].seat}" + (f" and {alike} more" if alike else "")
        single = payment.first == payment.last
        when = f"Step {payment.first + 1}" if single else f"Steps {payment.first + 1} to {payment.last + 1}"
        amounts = ", ".join(f"{replay.seats[seat].seat} {got[seat]}" for seat in order)
        yield Highlight("reward", payment.peak + 1, order[0], title, f"{when}: {amounts}.")


def _farthest(found: Sequence[Payment]) -> list[Payment]:
    if len(found) <= MOST:
        return list(found)
    least = sorted((payment.distance for payment in found), reverse=True)[MOST - 1]
    kept = [payment for payment in found if payment.distance > least + SAME]
    equal = [payment for payment in found if abs(payment.distance - least) <= SAME]
    room = MOST - len(kept)
    return kept + [equal[number * len(equal) // room] for number in range(room)]


def _signed(number: float) -> str:
    """Format a number with a sign and at most two decimals. The minus sign is U+2212, not a hyphen."""
    return f"{round(number, 2) + 0.0:+.6g}".replace("-", "−")


def _joined(payment: Payment, step: int, amounts: dict[int, float], distance: float) -> Payment:
    both = {seat: payment.amounts.get(seat, 0.0) + amounts.get(seat, 0.0) for seat in {**payment.amounts, **amounts}}
    peak, farthest = (step, distance) if distance > payment.distance + SAME else (payment.peak, payment.distance)
    return Payment(payment.first, step, peak, farthest, both)
