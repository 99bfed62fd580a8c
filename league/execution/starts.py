"""Where the games of training begin: at their beginning, after random moves, or in positions of the league's own games."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from envs.arena import Arena
from envs.game import Game
from envs.openings import EarlierGames, OpenedArena, RandomMoves, Source
from tournaments.match.moves import Moves, decode

EarlierGame = tuple[int, bytes]
"""The seed of a match and its actions, as in the match log."""


@dataclass(frozen=True)
class Starts:
    """Where the games of a training task begin.

    Attributes:
        positions: A name of `SOURCES`.
        moves: The most moves of an opening.
        share: The share of the games that have an opening.
        games: The games in whose positions others may begin.
    """

    positions: str
    moves: int
    share: float
    games: tuple[EarlierGame, ...] = ()


def earlier_games(game: Game, starts: Starts, device: torch.device) -> Source | None:
    """The openings are those of earlier games; None if there is no game of two steps."""
    found = [(seed, moves) for seed, blob in starts.games if len((moves := decode(game, blob)).acting) > 1]
    if not found:
        return None
    lengths = [len(moves.acting) for _, moves in found]
    kept = min(starts.moves, max(lengths) - 1)
    of_roles = zip(*(_slots(game, moves, kept) for _, moves in found), strict=True)
    actions = [torch.from_numpy(np.stack(role)).to(device) for role in of_roles]
    began = torch.tensor([seed for seed, _ in found], device=device)
    return EarlierGames(starts.share, began, torch.tensor(lengths, device=device), actions)


def _slots(game: Game, moves: Moves, kept: int) -> list[np.ndarray]:
    """Per role, the first actions of a game as `Arena.step` takes them, [kept, slots(, n)], padded with zeros."""
    found = []
    for actions in moves.actions:
        # In turn-based games a role has one slot, and all seats that did not act have the action 0.
        rows = (actions.sum(1, keepdims=True, dtype=actions.dtype) if game.turn_based else actions)[:kept]
        found.append(np.concatenate([rows, np.zeros((kept - len(rows), *rows.shape[1:]), rows.dtype)]))
    return found


SOURCES: dict[str, Callable[[Game, Starts, torch.device], Source | None]] = {
    "usual": lambda game, starts, device: None,
    "random": lambda game, starts, device: RandomMoves(starts.share),
    "archive": earlier_games,
}
"""Name → maker of the openings; None stands for no openings."""


def begun(arena: Arena, starts: Starts | None) -> Arena:
    """The arena in which games begin as `starts` says; the same arena without openings."""
    if starts is None:
        return arena
    source = SOURCES[starts.positions](arena.game, starts, arena.device)
    return arena if source is None else OpenedArena(arena, source, starts.moves)


def archive(games: Sequence[EarlierGame], most: int, generator: np.random.Generator) -> tuple[EarlierGame, ...]:
    """At most `most` of some games, drawn without replacement."""
    if len(games) <= most:
        return tuple(games)
    return tuple(games[place] for place in sorted(generator.choice(len(games), most, replace=False).tolist()))
