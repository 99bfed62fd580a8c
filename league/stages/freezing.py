"""The stage `freezing`: the new weights are written, and every active player gets a snapshot that never changes."""

from __future__ import annotations

from dataclasses import replace

from league.population.player import snapshot
from league.stages.draft import Draft


def freeze(draft: Draft) -> Draft:
    """Write the new weights and the learner's state of every active player, and make a frozen snapshot of it.

    Returns:
        The draft with the new weights of `actives`, and with `snapshots`.
    """
    store, moved, snapshots = draft.context.store, [], []
    for player in draft.actives:
        result = draft.trained[player.name]
        weights, state = store.weights.put(result.weights), store.learner_states.put(result.state)
        moved.append(replace(player, weights=weights, learner_state=state))
        snapshots.append(snapshot(player, draft.number, weights))
    return replace(draft, actives=moved, snapshots=snapshots)
