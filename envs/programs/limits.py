"""What a player outside this program may take. Commands read it, so this module loads nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a player outside this program may take.

    Attributes:
        start: Seconds until it answers `start`.
        move: Seconds until it answers `act`.
        answer: Bytes of one answer.
    """

    start: float = 10.0
    move: float = 5.0
    answer: int = 65536


LIMITS = Limits()
"""The usual limits."""
