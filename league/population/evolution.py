"""How a generation becomes the next: elitism, selection tournaments, and who is whose child. Pure functions of the ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Birth:
    """A child that takes the place of a player.

    Attributes:
        replaces: The player that is retired.
        parent: The player it descends from.
        operator: The mutation operator that makes it.
        seed: Randomness of the operator.
    """

    replaces: str
    parent: str
    operator: str
    seed: int


def selection_tournament(ranked: Sequence[str], size: int, generator: np.random.Generator) -> str:
    """Draw `size` candidates with replacement and keep the best of them.

    Args:
        ranked: Players, the best first.
        size: Candidates; 1 is blind chance, many is always the best.
        generator: Randomness.

    Reference:
        Goldberg & Deb (1991), tournament selection.
    """
    return ranked[int(generator.integers(len(ranked), size=size).min())]


def births(
    ranked: Sequence[str],
    elite: int,
    replace: int,
    selection: int,
    operators: Mapping[str, float],
    generator: np.random.Generator,
) -> list[Birth]:
    """Decide who is replaced by whose child.

    Args:
        ranked: Active players, the best first.
        elite: So many of the best are never replaced.
        replace: So many of the worst are replaced, as far as the elite leaves room.
        selection: Candidates of each selection tournament, drawn from those who stay.
        operators: Mutation operators and their weights.
        generator: Randomness.

    Laws:
        elitism: The best `elite` players stay; no parent is replaced in the generation it becomes a parent.
    """
    leaving = min(replace, len(ranked) - max(elite, 1))
    if leaving <= 0:
        return []
    staying, names = ranked[: len(ranked) - leaving], sorted(operators)
    share = np.array([operators[name] for name in names])
    return [
        Birth(
            replaces=player,
            parent=selection_tournament(staying, selection, generator),
            operator=names[int(generator.choice(len(names), p=share / share.sum()))],
            seed=int(generator.integers(2**63)),
        )
        for player in ranked[len(ranked) - leaving :]
    ]
