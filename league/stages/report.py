"""The stage `report`: observers are notified that the generation is committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from league.analysis.progress import Told, champions_progress
from league.population.curriculum import Position
from league.stages.draft import Draft
from league.storage.results import mean_returns, published_progress


def report(draft: Draft) -> Draft:
    """Notify the observers.

    The sync worker makes replays and MLflow runs, which can be made again from the store. The watcher shows a line to the user.

    Returns:
        The unchanged draft.
    """
    context = draft.context
    context.sync_worker.committed(draft.number)
    rated, row = draft.ratings(), context.store.newest()
    champion = row.champion
    previous = context.store.champion(draft.number - 1) if draft.number else ""
    returns, progress = mean_returns(context.store, champion).values(), published_progress(context.store, champion)
    told = Told.so_far(champion, rated.payoff, returns, progress)
    shown = replace(champions_progress(context.game, told, previous), curriculum=_curriculum(draft, row.figures))
    context.watcher.committed(row, rated.ratings, shown)
    return draft


def _curriculum(draft: Draft, figures: Mapping[str, float]) -> str:
    """Where the league is in its curriculum, in words."""
    reached, stages = Position.of(figures), draft.context.config.curriculum
    return "" if reached is None else reached.told([stage.name for stage in stages])
