"""Evolution from one generation to the next: who is replaced, and who becomes a parent, as pure functions of a ranking.

The best `elite` players always stay (elitism), and the worst `replace` players are replaced. A rule of `SELECTIONS` chooses the
parents. To add a rule, add a function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True)
class Choice:
    """The situation in which the parent of one child is chosen.

    Attributes:
        staying: The players that stay, the best first.
        elite: Number of best players that are never replaced, at least 1.
        leaving: Number of players that are replaced.
        size: Number of candidates in a selection tournament.
        place: Number of the child, from 0; its predecessor is the `place`th of those that leave, the best of them first.
    """

    staying: Sequence[str]
    elite: int
    leaving: int
    size: int
    place: int


Selection = Callable[[Choice, np.random.Generator], str]
"""Chooses a parent among the players that stay."""


def by_tournament(choice: Choice, generator: np.random.Generator) -> str:
    """The best of some candidates; see `selection_tournament`."""
    return selection_tournament(choice.staying, choice.size, generator)


def by_truncation(choice: Choice, generator: np.random.Generator) -> str:
    """Any of the best, as many as are replaced, with equal probability.

    Reference:
        Jaderberg et al. (2017), section 4.1, truncation selection.
    """
    best = choice.staying[: choice.leaving]
    return best[int(generator.integers(len(best)))]


def by_elite(choice: Choice, generator: np.random.Generator) -> str:
    """The players of the elite in turn, the best first."""
    return choice.staying[choice.place % min(choice.elite, len(choice.staying))]


SELECTIONS: dict[str, Selection] = {"tournament": by_tournament, "truncation": by_truncation, "elite": by_elite}
"""How the parents of children are chosen."""


def mate_of(ranked: Sequence[str], parent: str) -> str | None:
    """The second parent of a child in crossover: the best other player. None if there is no other.

    Args:
        ranked: Players of the parent's group with the parent's networks and learner, the best first.
        parent: The parent.
    """
    return next((player for player in ranked if player != parent), None)


def births(
    ranked: Sequence[str],
    elite: int,
    replace: int,
    selection: int,
    operators: Mapping[str, float],
    generator: np.random.Generator,
    parents: Selection = by_tournament,
) -> list[Birth]:
    """Choose the players that are replaced, and the parents of the children that replace them.

    Args:
        ranked: Active players, the best first.
        elite: Number of best players that are never replaced.
        replace: Number of worst players that are replaced. It is reduced if it would include the elite.
        selection: Number of candidates in each selection tournament, drawn from the players that stay.
        operators: Mutation operators and their weights.
        generator: The source of randomness.
        parents: Chooses the parents.

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
            parent=parents(Choice(staying, max(elite, 1), leaving, selection, place), generator),
            operator=names[int(generator.choice(len(names), p=share / share.sum()))],
            seed=int(generator.integers(2**63)),
        )
        for place, player in enumerate(ranked[len(ranked) - leaving :])
    ]


FITNESS = ("rating", "nash")
"""What players can be ranked by. Neither is the reward of self-play, which is the same for good and bad players."""


def ranked_by_score(
    names: Sequence[str], advantage: np.ndarray, mixture: np.ndarray, players: Sequence[str], rank: Mapping[str, int]
) -> list[str]:
    """Players by their advantage over a mixture of players, the best first; equal ones by their rank.

    Args:
        names: The players to rank.
        advantage: float64 [P, P], the meta-game of `players`, see `tournaments.rating.meta_game.advantages`.
        mixture: float64 [P], the mixture.
        players: Names of its players.
        rank: Player → its place by rating.
    """
    worth = dict(zip(players, np.round(advantage @ mixture, 9).tolist(), strict=True))
    return sorted(names, key=lambda name: (-worth[name], rank[name]))
