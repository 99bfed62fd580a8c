"""Groups of a population: players with one learner, architecture and league role. They breed apart and meet in tournaments.

Weights only fit the architecture they were made for, so a child belongs to its parent's group. Selection works within each
group: sizes stay as configured, and no group dies out because its learner is slower than another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from league.population.evolution import Birth, births
from league.population.player import Player


def stacks(players: Sequence[Player], size: int) -> list[list[Player]]:
    """Cut players into the stacks that train as one task each.

    Args:
        players: Active players.
        size: The most players of a stack.

    Returns:
        Stacks of players with one learner and one architecture, in the order of the players. Groups that differ in neither
        share stacks. Players of one kind are cut up as if there were no others.
    """
    kinds: dict[tuple[str, str], list[Player]] = {}
    for player in players:
        kinds.setdefault((player.learner, player.architecture), []).append(player)
    return [alike[start : start + size] for alike in kinds.values() for start in range(0, len(alike), size)]


def births_in_groups(
    ranked: Sequence[Player],
    elite: int,
    replace: int,
    selection: int,
    operators: Mapping[str, float],
    generator: np.random.Generator,
) -> list[Birth]:
    """Decide in each group who is replaced by whose child; see `league.population.evolution.births`.

    Args:
        ranked: Active players of all groups, the best first.
        elite: So many of the best of each group are never replaced.
        replace: So many of the worst of each group are replaced, as far as its elite leaves room.
        selection: Candidates of each selection tournament.
        operators: Mutation operators and their weights.
        generator: Randomness; drawn from group by group, in the order of the configuration.

    Laws:
        descent: Parent and replaced player are of one group.
    """
    groups: dict[int, list[str]] = {}
    for player in ranked:
        groups.setdefault(player.group, []).append(player.name)
    return [
        birth for _, names in sorted(groups.items()) for birth in births(names, elite, replace, selection, operators, generator)
    ]
