"""The stage `freezing`: the new weights are written, and every active player gets a snapshot that never changes."""

from __future__ import annotations

from dataclasses import replace

from league.population.player import snapshot
from league.stages.draft import Draft


def freeze(draft: Draft) -> Draft:
    """Write the weights that training gave and what the learner keeps, and freeze every active player as a historical one.

    Returns:
        The draft with `actives` moved on to their new weights, and with `snapshots`.
    """
    store, moved, snapshots = draft.context.store, [], []
    for player in draft.actives:
        result = draft.trained[player.name]
        weights, optimiser = store.weights.put(result.weights), store.optimisers.put(result.state)
        moved.append(replace(player, weights=weights, optimiser=optimiser))
        snapshots.append(snapshot(player, draft.number, weights))
    return replace(draft, actives=moved, snapshots=snapshots)
