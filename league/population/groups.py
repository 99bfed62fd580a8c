"""Groups of a population. The players of a group have one learner and league role, and begin with one architecture.

A child belongs to its parent's group. Its networks may have grown: the players of a group are divided into stacks by their own
networks, and not by those of the configuration. Selection takes place within each group. Therefore
group sizes never change, and no group disappears because its learner is slower. All groups meet in tournaments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from league.population.evolution import Birth, Selection, births, by_tournament
from league.population.player import Player


def stacks(players: Sequence[Player], size: int, kind: Callable[[Player], int] = lambda player: 0) -> list[list[Player]]:
    """Divide players into stacks. Each stack is trained by one task.

    Args:
        players: Active players.
        size: Maximum number of players in a stack.
        kind: A number that differs between players whose groups train differently, such as with other options of the learner.

    Returns:
        Stacks of players of one kind with the same learner and architecture, in the order of the players. Groups that differ in
        none of them share stacks. Players of one kind are divided independently of players of other kinds.
    """
    kinds: dict[tuple[str, str, int], list[Player]] = {}
    for player in players:
        kinds.setdefault((player.learner, player.architecture, kind(player)), []).append(player)
    return [alike[start : start + size] for alike in kinds.values() for start in range(0, len(alike), size)]


def births_in_groups(
    ranked: Sequence[Player],
    elite: int,
    replace: int,
    selection: int,
    operators: Mapping[str, float],
    generator: np.random.Generator,
    parents: Selection = by_tournament,
) -> list[Birth]:
    """Apply `league.population.evolution.births` to each group.

    Args:
        ranked: Active players of all groups, the best first.
        elite: Number of best players of each group that are never replaced.
        replace: Number of worst players of each group that are replaced. It is reduced if it would include the elite.
        selection: Number of candidates in each selection tournament.
        operators: Mutation operators and their weights.
        generator: The source of randomness. Groups use it in the order of the configuration.
        parents: Chooses the parents.

    Laws:
        descent: A parent and the player that its child replaces are in the same group.
    """
    groups: dict[int, list[str]] = {}
    for player in ranked:
        groups.setdefault(player.group, []).append(player.name)
    return [
        birth
        for _, names in sorted(groups.items())
        for birth in births(names, elite, replace, selection, operators, generator, parents)
    ]
