"""Whether the parts of a replay fit together. What passes can be shown, listed, drawn and verified without further checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from envs.rendering.schemas import frame_fault
from tournaments.replay.parts import Decision, Replay, Step

SEATS = 4096
"""The most seats."""

LARGEST = 1e30
"""The largest number of any kind."""

WHOLE = 2**31
"""Whole numbers are below this."""


def fault_of(replay: Replay) -> str:
    """Say in what way the parts of a replay do not fit together; "" if they do."""
    return next(_faults(replay), "")


def _faults(replay: Replay) -> Iterator[str]:
    seats, teams = len(replay.seats), len(replay.returns)
    if not 0 <= replay.seed < WHOLE:
        yield f"the seed {replay.seed} is not in [0, 2**31)"
    if not 0 <= replay.generation < WHOLE:
        yield f"there is no generation {replay.generation}"
    if not 0 < seats <= SEATS:
        yield f"it has {seats} seats, not 1 to {SEATS}"
    if not 0 <= replay.begins <= len(replay.steps):
        yield f"{replay.begins} of its {len(replay.steps)} steps are said to be random moves at the beginning"
    if len({seat.seat for seat in replay.seats}) < seats:
        yield "two of its seats have one name"
    if {seat.team for seat in replay.seats} != set(range(teams)):
        yield f"it has returns of {teams} teams, but its seats belong to others"
    yield from _strangers("channels", (end for each in replay.channels for end in (each.speaker, each.listener)), seats)
    if not replay.labels.keys() <= {seat.role for seat in replay.seats}:
        yield "it names actions of a role that no seat has"
    if _too_large(_numbers(replay)):
        yield f"a return, rating or weight is above {LARGEST:g}"
    lengths: dict[int, int] = {}
    for number, step in enumerate(replay.steps):
        for fault in _step_faults(replay, step, lengths):
            yield f"step {number}: {fault}"
    for number, view in enumerate((replay.opening, *(step.view for step in replay.steps)), -1):
        fault = "" if view.frame is None else frame_fault(replay.setup.name, view.frame)
        if fault:
            yield f"the picture after step {number} cannot be drawn: {fault}" if number >= 0 else f"the first picture: {fault}"


def _step_faults(replay: Replay, step: Step, lengths: dict[int, int]) -> Iterator[str]:
    """Yield the faults of a step; `lengths` collects the length of the messages of every seat."""
    seats = len(replay.seats)
    if not len(step.rewards) == len(step.terminated) == len(step.truncated) == seats:
        yield f"it has another number of seats than {seats}"
    acted = [decision.seat for decision in step.decisions]
    yield from _strangers("decisions", acted, seats)
    if any(later <= earlier for earlier, later in pairwise(acted)):
        yield "the seats that act are not in order"
    if _too_large(step.rewards):
        yield f"a reward is above {LARGEST:g}"
    for decision in step.decisions:
        yield from _decision_faults(decision)
        yield from _strangers("what was heard", (speaker for speaker, _ in decision.heard or ()), seats)
        message = decision.message
        if message is not None and lengths.setdefault(decision.seat, len(message)) != len(message):
            yield f"the messages of seat {decision.seat} have different lengths"


def _decision_faults(decision: Decision) -> Iterator[str]:
    action, legal, probabilities = decision.action, decision.legal, decision.probabilities
    if isinstance(action, int):
        if not 0 <= action < WHOLE:
            yield f"there is no action {action}"
        if legal is not None and not all(0 <= one < WHOLE for one in legal):
            yield "a legal action is not there"
        if probabilities is not None:
            if any(p is not None and not 0.0 <= p <= 1.00001 for p in probabilities):
                yield "a probability is not between 0 and 1"
            if any(one >= len(probabilities) for one in legal or ()):
                yield "a legal action has no probability"
    elif legal is not None:
        yield "an action of real numbers has a list of legal actions"
    elif probabilities is not None and len(probabilities) != len(action):
        yield f"an action of {len(action)} numbers has {len(probabilities)} means"
    if _too_large([*(action if isinstance(action, tuple) else ()), *(probabilities or ()), decision.value]):
        yield f"a number is above {LARGEST:g}"
    if _too_large([*(decision.message or ()), *(weight for _, weight in decision.heard or ())]):
        yield f"a number of a message is above {LARGEST:g}"


def _strangers(where: str, named: Iterable[int], seats: int) -> Iterator[str]:
    """Yield a fault for every index of a seat that is not there."""
    return (f"{where}: there is no seat {seat} among {seats}" for seat in named if not 0 <= seat < seats)


def _numbers(replay: Replay) -> Iterator[float | None]:
    yield from replay.returns
    yield from (channel.weight for channel in replay.channels)
    for profile in replay.players.values():
        yield from (profile.elo, profile.elo_low, profile.elo_high, profile.generation)


def _too_large(numbers: Iterable[float | None]) -> bool:
    return any(number is not None and not -LARGEST <= number <= LARGEST for number in numbers)
