"""What seats carry from one decision to the next, as a role's slots show it: [N, A, H] ⇄ [N, slots, H]."""

from __future__ import annotations

from torch import Tensor

from envs.game import Game


def of_slots(game: Game, role: int, memory: Tensor, acting: Tensor) -> Tensor:
    """What the seats behind a role's slots carry; in turn-based games, the seat that is to act.

    Args:
        game: The game.
        role: Index of the role.
        memory: float [N, A, H].
        acting: bool [N, A].

    Returns:
        float [N, slots, H], a copy.
    """
    if game.turn_based:
        return memory.gather(1, _mover(memory, acting))
    return memory[:, list(game.roles[role].seats)]


def keep(game: Game, role: int, memory: Tensor, acting: Tensor, slots: Tensor) -> None:
    """Write back, in place, what `of_slots` gave and a decision changed."""
    if game.turn_based:
        memory.scatter_(1, _mover(memory, acting), slots)
    else:
        memory[:, list(game.roles[role].seats)] = slots


def _mover(memory: Tensor, acting: Tensor) -> Tensor:
    """The seat that is to act in every copy, as an index [N, 1, H]; seat 0 where none is."""
    return acting.int().argmax(1).view(-1, 1, 1).expand(-1, 1, memory.shape[2])
