"""What surrounds the messages of a batch, see `agents.models.speech.Air`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Surroundings:
    """What surrounds the messages of R groups, see `agents.learners.minibatches.Batch`.

    Attributes:
        chance: Per role of the side, int64 [R, a], a number for each seat; empty if nothing is left to chance.
        place: int64 [R], turn-based: the mover's place in its team; else None.
        bursts: float [R, A, A], the states of links before the step, rows are listeners; [R, 1, A] in turn-based games. None if
            losses do not come in series.
        reach: bool [R, A, A], the links that positions allow, rows are listeners; [R, 1, A] in turn-based games. None if links
            do not depend on positions.
    """

    chance: Sequence[Tensor] = ()
    place: Tensor | None = None
    bursts: Tensor | None = None
    reach: Tensor | None = None
