"""The moments of a replay that are worth a look: how it ended, what was paid out of the ordinary, where somebody went wrong.

What a player hopes for is its seat's *outlook*: the rewards the seat has got so far plus the critic's value of what is still
to come. It moves when the critic learns something, not when an expected reward arrives; where a seat's part has ended for good,
it is what the seat got. Values are discounted and taken as they are, so that an outlook drifts a little in long games with a
small discount factor; what counts as a mistake is therefore measured against how much outlooks move in that game.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from tournaments.replay.format import Replay

Kind = Literal["swing", "mistake", "reward", "end"]

FAR = 5.0
"""How many median deviations from the median a reward is out of the ordinary."""

SMALL = 0.1
"""Rewards nearer to the ordinary than this share of the seat's farthest one are not."""

LARGE = 3.0
"""How many times the median change of an outlook a mistake is."""

LEAST, ENOUGH = 0.05, 0.5
"""Shares of the distance between the highest and the lowest outlook: a mistake is at least the first, the second is one."""

MOST = 12
"""Payments out of the ordinary that are named at most, the farthest from the ordinary ones."""

SAME = 1e-6
"""Rewards and returns closer than this are equal."""


@dataclass(frozen=True)
class Moment:
    """Something worth a look.

    Attributes:
        kind: What it is: a swing of the outlook, a mistake, a payment out of the ordinary, the end.
        step: Where to look: after so many steps. Swings and mistakes point at the decision, payments at what came of it.
        seat: Whose moment it is; None where it is everybody's.
        title: Some words for a button.
        text: What happened, with numbers.
    """

    kind: Kind
    step: int
    seat: int | None
    title: str
    text: str


@dataclass(frozen=True)
class Change:
    """How a seat's outlook moved from one of its decisions to the next, or to its end.

    Attributes:
        seat: Whose.
        step: The decision's step.
        until: When its outlook was known again.
        before: Outlook at the decision.
        after: Outlook then.
    """

    seat: int
    step: int
    until: int
    before: float
    after: float

    @property
    def size(self) -> float:
        """How far it went, up or down."""
        return abs(self.after - self.before)

    @property
    def fall(self) -> float:
        """How far it fell; negative where it rose."""
        return self.before - self.after


@dataclass(frozen=True)
class Payment:
    """Rewards out of the ordinary in consecutive steps.

    Attributes:
        first: The first step.
        last: The last step.
        peak: The step with the reward farthest from the ordinary.
        distance: How far that is.
        amounts: What the seats got in the steps in which theirs were out of the ordinary.
    """

    first: int
    last: int
    peak: int
    distance: float
    amounts: dict[int, float]


def moments(replay: Replay) -> tuple[Moment, ...]:
    """Everything worth a look, in the order of the match.

    * the largest swing: the decision after which a seat's outlook moved farthest, up or down;
    * the first mistake and the worst one: see `mistakes`;
    * payments out of the ordinary (goals, captures): see `payments`;
    * the end.

    Laws:
        There is always an end, and it comes last. Every step lies in 0 … len(replay.steps).
    """
    found = [*_of_outlooks(replay), *_of_rewards(replay)]
    return (*sorted(found, key=lambda moment: moment.step), Moment("end", len(replay.steps), None, "The end", result(replay)))


def changes(replay: Replay) -> list[Change]:
    """Every change of an outlook, in the order of the decisions; none where nobody has values.

    A seat that was cut off rather than finished has no last change: nobody knows what was still to come.
    """
    found: list[Change] = []
    for seat in range(len(replay.seats)):
        points = list(_outlook(replay, seat))
        found += [Change(seat, *(step, until), *(before, after)) for (step, before), (until, after) in pairwise(points)]
    return sorted(found, key=lambda change: (change.step, change.seat))


def mistakes(found: Sequence[Change]) -> list[Change]:
    """The decisions that their own players came to regret.

    A decision is a mistake when the decider's outlook, by the time it decides again or is finished, has fallen by `LARGE` times
    the median size of all changes in this game. A fall by less than `LEAST` of the distance between the game's highest and
    lowest outlook is none, a fall by `ENOUGH` of it always is one. It is a mistake as the player's own critic sees it: what
    chance or the others did counts too.

    Args:
        found: What `changes` gave.
    """
    if not found:
        return []
    heights = [height for change in found for height in (change.before, change.after)]
    span = max(heights) - min(heights)
    least = min(max(LARGE * median(change.size for change in found), LEAST * span), ENOUGH * span)
    return [change for change in found if change.fall >= max(least, SAME)]


def payments(replay: Replay) -> list[Payment]:
    """Rewards out of the ordinary, in the order of the match.

    A seat's reward is out of the ordinary when it lies more than `FAR` median absolute deviations from the median of that
    seat's rewards; where that deviation is 0, when it is not the median; but not where it is `SMALL` beside the seat's
    farthest reward. Neighbouring steps are one payment. Of many, the `MOST` with the farthest rewards are kept, evenly
    taken from those that are equally far.
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
    """The teams with the highest return, if teams can be compared: all consist of the same roles and they are not all equal.

    Returns:
        Indices of teams; empty where it is a draw or nobody is compared.
    """
    if not _comparable(replay):
        return ()
    best = max(replay.returns)
    found = tuple(team for team, value in enumerate(replay.returns) if value >= best - SAME)
    return found if len(found) < len(replay.returns) else ()


def drawn(replay: Replay) -> bool:
    """Whether teams can be compared and nobody won."""
    return _comparable(replay) and not winners(replay)


def result(replay: Replay) -> str:
    """How the match ended, in a sentence: who won, what the teams' returns are, whether it was cut off."""
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
    return f"{said}; cut off after {long}." if cut else f"{said}, after {long}."


def name_of(replay: Replay, seat: int) -> str:
    """A seat and the player in it, for a sentence."""
    return f"{replay.seats[seat].player} ({replay.seats[seat].seat})"


def _teams(replay: Replay) -> list[str]:
    """The player of each team, with the team's first seat where the player has several teams."""
    first: dict[int, int] = {}
    for number, seat in enumerate(replay.seats):
        first.setdefault(seat.team, number)
    players = [replay.seats[first[team]].player for team in range(len(replay.returns))]
    return [player if players.count(player) == 1 else name_of(replay, first[team]) for team, player in enumerate(players)]


def _comparable(replay: Replay) -> bool:
    """Whether there are several teams, all made of the same roles."""
    teams = range(len(replay.returns))
    return (
        len(teams) > 1 and len({tuple(sorted(seat.role for seat in replay.seats if seat.team == team)) for team in teams}) == 1
    )


def _outlook(replay: Replay, seat: int) -> Iterator[tuple[int, float]]:
    """Step and outlook at each of a seat's decisions that has a value, and at its end."""
    got = 0.0
    for number, step in enumerate(replay.steps):
        value = next((decision.value for decision in step.decisions if decision.seat == seat), None)
        if value is not None:
            yield number, got + value
        got += step.rewards[seat]
        if step.terminated[seat]:
            yield number + 1, got
            return


def _of_outlooks(replay: Replay) -> Iterator[Moment]:
    found = changes(replay)
    regretted = mistakes(found)
    named: dict[Change, tuple[Kind, str]] = {}
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
        yield Moment(kind, change.step, change.seat, title, f"Outlook of {who}: {numbers} by step {change.until}.")


def _of_rewards(replay: Replay) -> Iterator[Moment]:
    for payment in payments(replay):
        if payment.first + 1 == len(replay.steps):
            continue  # what the last step paid is how the match ended
        got = {seat: _signed(amount) for seat, amount in payment.amounts.items()}
        order = sorted(got, key=lambda seat: (payment.amounts[seat] <= 0, -abs(payment.amounts[seat])))
        alike = sum(amount == got[order[0]] for amount in got.values()) - 1
        title = f"{got[order[0]]} for {replay.seats[order[0]].seat}" + (f" and {alike} more" if alike else "")
        single = payment.first == payment.last
        when = f"Step {payment.first + 1}" if single else f"Steps {payment.first + 1} to {payment.last + 1}"
        amounts = ", ".join(f"{replay.seats[seat].seat} {got[seat]}" for seat in order)
        yield Moment("reward", payment.peak + 1, order[0], title, f"{when}: {amounts}.")


def _farthest(found: Sequence[Payment]) -> list[Payment]:
    if len(found) <= MOST:
        return list(found)
    least = sorted((payment.distance for payment in found), reverse=True)[MOST - 1]
    kept = [payment for payment in found if payment.distance > least + SAME]
    equal = [payment for payment in found if abs(payment.distance - least) <= SAME]
    room = MOST - len(kept)
    return kept + [equal[number * len(equal) // room] for number in range(room)]


def _signed(number: float) -> str:
    """At most two decimals, with a sign that is a minus and no hyphen."""
    return f"{round(number, 2) + 0.0:+.6g}".replace("-", "−")


def _joined(payment: Payment, step: int, amounts: dict[int, float], distance: float) -> Payment:
    both = {seat: payment.amounts.get(seat, 0.0) + amounts.get(seat, 0.0) for seat in {**payment.amounts, **amounts}}
    peak, farthest = (step, distance) if distance > payment.distance + SAME else (payment.peak, payment.distance)
    return Payment(payment.first, step, peak, farthest, both)
