"""A player's probabilities and value in a position, as text and bars for the terminal."""

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
"""Maximal number of moves shown."""


@dataclass(frozen=True)
class Thought:
    """What a player computes for one seat that has to act.

    Attributes:
        seat: The seat.
        action: The chosen action: a number, or the components of a continuous action.
        legal: The legal actions; None for continuous actions.
        probabilities: Probability of each action; None if the player does not report any or actions are continuous.
        value: The critic's estimate of the future reward; None if the player does not report one.
    """

    seat: int
    action: int | tuple[float, ...]
    legal: tuple[int, ...] | None
    probabilities: tuple[float, ...] | None
    value: float | None


def thoughts(
    game: Game,
    actors: Sequence[Actor],
    now: Timestep,
    memory: Tensor,
    noise: Sequence[Tensor],
    actions: Sequence[Tensor],
) -> list[Thought]:
    """Let actors decide for one copy, and collect what they compute.

    Args:
        game: The game.
        actors: The actors.
        now: The position.
        memory: As in `Actor.act`; it is written in place.
        noise: As in `Actor.act`.
        actions: As in `Actor.act`; they are written in place.
    """
    insight = insight_of(game, actors, now, memory)
    for actor in actors:
        actor.act(now, memory, noise, actions)
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
    """Describe a thought, line by line.

    Args:
        thought: The thought.
        opening: The beginning of the first line: the seat, its player, and "plays" or similar.
        names: Names of all moves; empty if moves have numbers only.
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
    """Name an action, or format its number or components."""
    return move_name(action, names) if isinstance(action, int) else "(" + ", ".join(f"{part:+.2f}" for part in action) + ")"
