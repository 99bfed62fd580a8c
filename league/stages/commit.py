"""The stage `commit`: all results of a generation are written in one transaction."""

from __future__ import annotations

import time

from league.analysis.metrics import best_player, measure_league
from league.analysis.progress import published_until
from league.analysis.training import finite_updates, success_figure, training_records
from league.population.player import ANCHOR, anchor, frozen_names
from league.stages.curriculum import position
from league.stages.draft import Draft
from league.storage import roster
from league.storage.generation import Generation
from tournaments.rating.elo import online_elo


def commit(draft: Draft) -> Draft:
    """Write the generation.

    Returns:
        The unchanged draft. Its content is now in the store.

    Raises:
        LeagueError: There are no ratings yet, or the disk is full. The store is unchanged.
    """
    context, rated = draft.context, draft.ratings()
    store, number = context.store, draft.number
    newest = frozen_names(draft.snapshots, number)
    anchors = [anchor(name) for name in context.config.tournament.anchors] if number == 0 else []
    online, updates = roster.online(store, number - 1), finite_updates(draft.trained)
    online |= {point.player: point.elo for point in online_elo(rated.outcomes, ANCHOR, begin=online)}
    where = position(draft, updates)
    reached = {} if where is None else where.figures()
    store.commit(
        Generation(
            number=number,
            champion=draft.champion or best_player(rated.ratings),
            seconds=time.monotonic() - draft.begun,
            agent_steps=sum(result.decisions for result in draft.trained.values()),
            phases=draft.phases,
            figures=measure_league(rated.payoff, rated.ratings, newest)
            | success_figure(updates)
            | dict(draft.promotion)
            | reached,
            players=[*anchors, *draft.snapshots, *draft.actives, *draft.retired],
            matches=draft.matches,
            training=training_records(context.game, draft.tickets, draft.trained),
            updates=updates,
            ratings=rated.ratings.rows,
            online=online,
            sums=rated.sums,
            progress=published_until(store, rated.sums.results, newest),
        )
    )
    return draft
