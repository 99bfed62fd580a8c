"""Converts the memory of seats [N, A, H] to the memory of a role's slots [N, slots, H], and back."""

from __future__ import annotations

from torch import Tensor

from envs.game import Game


def of_slots(game: Game, role: int, memory: Tensor, acting: Tensor) -> Tensor:
    """The memory of the seats in a role's slots. In turn-based games the slot has the seat that is to act.

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
    """Write the memory of slots, as changed by a decision, back into the memory of seats, in place."""
    if game.turn_based:
        memory.scatter_(1, _mover(memory, acting), slots)
    else:
        memory[:, list(game.roles[role].seats)] = slots


def _mover(memory: Tensor, acting: Tensor) -> Tensor:
    """The seat that is to act in every copy, as an index [N, 1, H]; seat 0 if no seat is to act."""
    return acting.int().argmax(1).view(-1, 1, 1).expand(-1, 1, memory.shape[2])
