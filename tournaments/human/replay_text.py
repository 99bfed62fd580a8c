"""Text that shows a replay step by step in the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from envs.rendering.drawing import text
from envs.rendering.labels import called, names_in
from tournaments.replay.format import Decision, Profile, Replay, Step, View

BAR = 24
"""Width in characters of a bar for probability 1."""

SHOWN = 8
"""Maximal number of actions shown; the most probable ones are."""


def lines(replay: Replay, step: int) -> list[str]:
    """Show a replay before one of its steps: the position, the decisions with their probabilities, and the rewards.

    Args:
        replay: The replay.
        step: 0 shows the opening and the first decisions; `len(replay.steps)` shows the end.

    Returns:
        Lines of text without line ends.

    Raises:
        ValueError: There is no such step.
    """
    if not 0 <= step <= len(replay.steps):
        raise ValueError(f"The replay has the steps 0 to {len(replay.steps)}, not {step}.")
    shown = [*_heading(replay), ""]
    view = replay.steps[step - 1].view if step else replay.opening
    board = text(replay.setup.name, view.frame) if view.frame is not None else None
    if board is not None:
        shown += [*board.splitlines(), ""]
    if step == len(replay.steps):
        return [*shown, f"The end, after {step} steps.", *_result(replay)]
    shown.append(f"Step {step} of {len(replay.steps)}")
    for decision in replay.steps[step].decisions:
        shown += _decision(replay, decision, view, made="chooses" if step >= replay.begins else "has the random move")
    return [*shown, *_rewards(replay, replay.steps[step])]


def bar(share: float, width: int = BAR) -> str:
    """Draw a bar for a share of 1, in eighths of a character, padded to `width`."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")).ljust(width)


def _heading(replay: Replay) -> Iterator[str]:
    why = f" ({', '.join(replay.tags)})" if replay.tags else ""
    if replay.begins:
        why += f", begins with {replay.begins} random move{'s' if replay.begins > 1 else ''}"
    yield f"{replay.setup.name}  {replay.match}  {replay.purpose} of generation {replay.generation}{why}"
    for team in sorted({seat.team for seat in replay.seats}):
        seats = [seat for seat in replay.seats if seat.team == team]
        player = seats[0].player
        profile = replay.players.get(player, Profile())
        rating = "" if profile.elo is None else f"  {profile.elo:+.0f} Elo"
        yield f"{', '.join(seat.seat for seat in seats)}: {player}{rating}"


def _decision(replay: Replay, decision: Decision, view: View, made: str) -> Iterator[str]:
    seat = replay.seats[decision.seat]
    value = "" if decision.value is None else f"  value {decision.value:+.2f}"
    forced = " (forced)" if decision.legal is not None and len(decision.legal) == 1 else ""

    here = names_in(view.frame, seat.seat)

    def name(action: int) -> str:
        return called(action, replay.labels.get(seat.role, ()), here)

    said = name(decision.action) if isinstance(decision.action, int) else _numbers(decision.action)
    yield f"{seat.seat} ({seat.player}) {made} {said}{forced}{value}"
    if isinstance(decision.action, int) and decision.probabilities is not None:
        allowed = range(len(decision.probabilities)) if decision.legal is None else decision.legal
        known = [(decision.probabilities[action] or 0.0, action) for action in allowed]
        likeliest = sorted(known, key=lambda each: (-each[0], each[1]))[:SHOWN]
        names = {action: name(action) if name(action) != str(action) else "" for _, action in likeliest}
        wide = max(map(len, names.values()), default=0)
        for share, action in sorted(likeliest, key=lambda each: each[1]):
            called_so = f"{names[action]:{wide}} " if wide else ""
            yield f"  {action:>4} {called_so}{bar(share)} {share:.2f}{' ←' if action == decision.action else ''}"
        if len(known) > len(likeliest):
            yield f"       and {len(known) - len(likeliest)} others"
    if decision.message is not None:
        yield "  says " + " ".join("?" if number is None else f"{number:+.2f}" for number in decision.message)
    if decision.heard is not None:
        weights = ", ".join(f"{replay.seats[speaker].seat} {weight:.2f}" for speaker, weight in decision.heard)
        yield f"  hears {weights or 'nobody'}"


def _rewards(replay: Replay, step: Step) -> Iterator[str]:
    paid = [(seat.seat, reward) for seat, reward in zip(replay.seats, step.rewards, strict=True) if reward]
    if paid:
        yield "Rewards: " + ", ".join(f"{seat} {reward:+g}" for seat, reward in paid)


def _result(replay: Replay) -> Iterator[str]:
    for team, value in enumerate(replay.returns):
        player = next(seat.player for seat in replay.seats if seat.team == team)
        yield f"{player}: {value:+g}"


def _numbers(action: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{number:+.2f}" for number in action) + ")"
