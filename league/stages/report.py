"""The stage `report`: observers are notified that the generation is committed."""

from __future__ import annotations

from league.analysis.progress import champions_progress
from league.stages.draft import Draft
from tournaments.rating.returns import added


def report(draft: Draft) -> Draft:
    """Notify the observers.

    The sync worker makes replays and MLflow runs, which can be made again from the store. The watcher shows a line to the user.

    Returns:
        The unchanged draft.
    """
    context = draft.context
    context.sync_worker.committed(draft.number)
    rated, rows = draft.ratings(), context.store.generations()
    previous = rows[-2].champion if len(rows) > 1 else ""
    champion = rows[-1].champion
    returns = added(found for found in context.store.returns(champion).values()).get(champion, {})
    points = context.store.progress().get(champion)
    progress = champions_progress(context.game, rated.payoff, champion, previous, points, returns)
    context.watcher.committed(rows[-1], rated.ratings, progress)
    return draft
