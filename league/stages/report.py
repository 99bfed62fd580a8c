"""The stage `report`: observers are notified that the generation is committed."""

from __future__ import annotations

from league.stages.draft import Draft


def report(draft: Draft) -> Draft:
    """Notify the observers.

    The sync worker makes replays and MLflow runs, which can be made again from the store. The watcher shows a line to the user.

    Returns:
        The unchanged draft.
    """
    context = draft.context
    context.sync_worker.committed(draft.number)
    context.watcher.committed(context.store.newest(), draft.ratings().ratings)
    return draft
