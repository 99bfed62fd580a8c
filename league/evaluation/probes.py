"""Whether seats use what they are told, and what they remember, beyond what they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.game import Game
from league.evaluation.information import ALIKE, Information, conditional_information
from league.evaluation.overhearing import Ledger, Sample

SAMPLES = 500
"""Number of samples of a probe, each from another game."""

LEAST = 5 * ALIKE
"""With fewer samples there is no probe."""


@dataclass(frozen=True)
class Probe:
    """What a seat makes of what it is told.

    Attributes:
        seat: The seat.
        messages: What the messages that arrive tell about its action beyond its observation; None if it hears nobody, or if
            there are too few samples.
        memory: What it saw and was told at the decision before tells about its action beyond what it sees and is told now; None
            for a player without a memory, or if there are too few samples.
    """

    seat: str
    messages: Information | None
    memory: Information | None


def probe(game: Game, ledger: Ledger, rng: np.random.Generator, *, remembers: bool) -> list[Probe]:
    """Probe the seats of the first team of each side that send or hear messages.

    Args:
        game: The game.
        ledger: What was overheard.
        rng: Draws the exchanges of the null.
        remembers: Whether the player has a memory.
    """
    found = []
    for seat in sorted(ledger.samples):
        samples = ledger.samples[seat][:SAMPLES]
        hears = bool(ledger.weights[seat].any())
        earlier = [sample for sample in samples if sample.before is not None]
        discrete = game.roles[game.role_of_seat[seat]].actions.kind == "discrete"
        messages = _informed(samples, rng, discrete) if hears else None
        memory = _remembered(earlier, rng, discrete) if remembers else None
        if messages is not None or memory is not None:
            found.append(Probe(str(game.seats[seat]), messages, memory))
    return found


def _informed(samples: Sequence[Sample], rng: np.random.Generator, discrete: bool) -> Information | None:
    if len(samples) < LEAST:
        return None
    told, done, seen = (_stack([getattr(sample, name) for sample in samples]) for name in ("told", "done", "seen"))
    return conditional_information(told, done, seen, rng, discrete=discrete)


def _remembered(samples: Sequence[Sample], rng: np.random.Generator, discrete: bool) -> Information | None:
    if len(samples) < LEAST:
        return None
    before = _stack([sample.before for sample in samples if sample.before is not None])
    now = _stack([np.concatenate([sample.seen, sample.told]) for sample in samples])
    return conditional_information(before, _stack([sample.done for sample in samples]), now, rng, discrete=discrete)


def _stack(rows: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.stack(rows)
