"""What a player thinks in a position, put into words and bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from rich.text import Text
from torch import Tensor

from envs.arena import Actor, Insight, Timestep
from envs.game import Game
from tournaments.human.answers import move_name
from tournaments.human.replay_text import BAR, bar
from tournaments.replay.re_execution import legal_moves, slot_of
from tournaments.replay.recorder import insight_of

GOOD = "#3d8bd0"

LIKELIEST = 8
"""Moves that are shown at most."""


@dataclass(frozen=True)
class Thought:
    """What a player thinks in one seat that is to act.

    Attributes:
        seat: The seat.
        action: What it chooses: a number, or the components of a continuous action.
        legal: The allowed actions; None where actions are continuous.
        probabilities: Of each action; None where the player does not say or actions are continuous.
        value: What it expects of the game from here on; None where it does not say.
    """

    seat: int
    action: int | tuple[float, ...]
    legal: tuple[int, ...] | None
    probabilities: tuple[float, ...] | None
    value: float | None


def thoughts(
    game: Game, actors: Sequence[Actor], now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]
) -> list[Thought]:
    """Let actors decide for one copy, and ask them what they think.

    Args:
        game: The game.
        actors: Who acts.
        now: The position.
        noise: As for `Actor.act`.
        actions: As for `Actor.act`, written in place.
    """
    insight = insight_of(game, actors, now)
    for actor in actors:
        actor.act(now, noise, actions)
    return [_thought(game, seat, now, insight, actions) for seat in now.acting[0].nonzero().flatten().tolist()]


def _thought(game: Game, seat: int, now: Timestep, insight: Insight, actions: Sequence[Tensor]) -> Thought:
    role, slot = game.role_of_seat[seat], slot_of(game, seat)
    action, legal = actions[role][0, slot].tolist(), legal_moves(game, seat, now)
    chances, value = insight.probabilities[role][0, slot].tolist(), float(insight.value[0, seat])
    says = legal is not None and all(map(isfinite, chances))
    return Thought(
        seat,
        tuple(action) if isinstance(action, list) else action,
        legal,
        tuple(chances) if says else None,
        value if isfinite(value) else None,
    )


def thought_lines(thought: Thought, opening: str, names: Sequence[str]) -> Iterator[Text]:
    """A thought, line by line.

    Args:
        thought: The thought.
        opening: How the first line begins: who, where, and "plays" or the like.
        names: Names of all moves; empty where they have numbers only.
    """
    what = action_name(thought.action, names)
    value = "" if thought.value is None else f", value {thought.value:+.2f}"
    silent = thought.probabilities is None and thought.legal is not None
    yield Text(f"{opening} {what}{value}{'; it does not say how likely its moves are' * silent}")
    if thought.probabilities is None or thought.legal is None:
        return
    shares = {move: thought.probabilities[move] for move in thought.legal}
    likeliest = sorted(shares, key=lambda move: -shares[move])[:LIKELIEST]
    wide = max(len(move_name(move, names)) for move in likeliest)
    for move in sorted(likeliest):
        share = shares[move]
        line = Text(f"  {move_name(move, names):{wide}}  ").append(bar(share, BAR), GOOD)
        yield line.append(f" {share:.2f}{' ←' * (move == thought.action)}")
    if len(thought.legal) > len(likeliest):
        yield Text(f"  and {len(thought.legal) - len(likeliest)} others")


def action_name(action: int | tuple[float, ...], names: Sequence[str]) -> str:
    """An action in words, or in numbers."""
    return move_name(action, names) if isinstance(action, int) else "(" + ", ".join(f"{part:+.2f}" for part in action) + ")"
