"""The table of terms of the reward. Loading this file loads neither torch nor numba."""

from __future__ import annotations

from agents.learners.contract import HyperSpec
from agents.rewards.contract import WEIGHT, TermSpec

TERMS = {
    spec.name: spec
    for spec in (
        TermSpec("task", "task", "the game's own reward"),
        TermSpec("progress", "potential", "γ Φ(s') − Φ(s) for a potential Φ; the best policies stay the best", asks=True),
        TermSpec("efficiency", "step", "−1 for each decision"),
        TermSpec("safety", "step", "−1 for each decision after which a constraint is broken", asks=True),
        TermSpec("curiosity", "curiosity", "the intrinsic rewards of the ways to explore"),
    )
}
"""The terms of the project. To add one, add an entry here and a function in `agents.rewards.terms`."""

HEAVIEST = 1e6
"""Largest weight."""


def weight_spec(name: str, weight: float) -> HyperSpec:
    """The weight of a term as a hyper-parameter, which evolution changes between a quarter and four times of it.

    The weight of the game's own reward stays as it is, because it only sets the unit of the others.
    """
    ends = (weight, weight) if name == "task" else sorted((weight / 4.0, weight * 4.0))
    return HyperSpec(
        f"{WEIGHT}{name}",
        weight,
        ends[0],
        ends[1],
        -HEAVIEST,
        HEAVIEST,
        "linear",
        f"weight of the reward for {name}",
        f"weight of the reward for {name}",
    )
