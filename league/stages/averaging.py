"""The stage `averaging`: beside every snapshot, a frozen player whose weights are an average of the player's past weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from agents.models.spec import PlayerSpec
from league.population.player import AVERAGE, Player, snapshot_name
from league.stages.draft import Draft
from league.storage import roster

Arrays = Mapping[str, np.ndarray]


def averaged(before: Arrays, now: Arrays, share: float, names: set[str]) -> Arrays:
    """An exponential average of weights.

    Args:
        before: The earlier average.
        now: The new weights.
        share: Share of the earlier average.
        names: The parameters that are averaged. All other arrays, such as statistics and links, are those of `now`.

    Laws:
        The average of equal weights is these weights.
    """
    mixed = {name: (share * before[name] + (1.0 - share) * now[name]).astype(now[name].dtype) for name in sorted(names)}
    return {**now, **mixed}


def average(draft: Draft) -> Draft:
    """Freeze the average of each player's weights, which the matchmaking rule `average` takes as its opponent.

    Returns:
        The draft with further `snapshots`.
    """
    context, found = draft.context, list[Player]()
    for snapshot in draft.snapshots:
        line = f"{snapshot.snapshot_of}-{AVERAGE}"
        spec = PlayerSpec(context.game, context.config.architecture(context.game, snapshot.group))
        names = {name for name, _ in spec.parameters.shapes}
        weights = context.store.weights.get(snapshot.weights, snapshot.name)
        earlier = roster.newest_snapshot(context.store, line)
        for player in roster.players_named(context.store, [earlier] if earlier else []):
            before = context.store.weights.get(player.weights, player.name)
            weights = dict(averaged(before, weights, context.config.matchmaking.average, names))
        found.append(
            replace(
                snapshot,
                name=snapshot_name(line, draft.number),
                parent=snapshot.name,
                operator=AVERAGE,
                weights=context.store.weights.put(weights),
                snapshot_of=line,
            )
        )
    return replace(draft, snapshots=[*draft.snapshots, *found])
