"""Evolution from one generation to the next: elitism and selection tournaments, as pure functions of the ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Birth:
    """A child that replaces a player.

    Attributes:
        replaces: The player that is retired.
        parent: The parent of the child.
        operator: The mutation operator that makes the child.
        seed: The seed of the operator's randomness.
    """

    replaces: str
    parent: str
    operator: str
    seed: int


def selection_tournament(ranked: Sequence[str], size: int, generator: np.random.Generator) -> str:
    """Draw `size` candidates with replacement and keep the best of them.

    Args:
        ranked: Players, the best first.
        size: Number of candidates. With 1 the choice is uniformly random; with many it is almost always the best player.
        generator: The source of randomness.

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
    """Choose the players that are replaced, and the parents of the children that replace them.

    Args:
        ranked: Active players, the best first.
        elite: Number of best players that are never replaced.
        replace: Number of worst players that are replaced. It is reduced if it would include the elite.
        selection: Number of candidates in each selection tournament, drawn from the players that stay.
        operators: Mutation operators and their weights.
        generator: The source of randomness.

    Laws:
        elitism: The best `elite` players stay. A parent is not replaced in the generation in which it becomes a parent.
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
