"""The stage `tournament`: the new snapshots meet one another, the anchors and a selection of the past."""

from __future__ import annotations

from dataclasses import replace

from league.execution import tasks
from league.execution.tasks import PlayTask
from league.population.matchmaking import worth_meeting
from league.stages.draft import Draft
from tournaments.schedule.formats import Plan, gauntlet


def tournament(draft: Draft) -> Draft:
    """Play the generation's tournament. A second one in the same generation has other match ids and other seeds.

    Returns:
        The draft with the matches added to `matches`.
    """
    context, settings = draft.context, draft.context.config.tournament
    ranked = [row.player for row in context.store.ratings(context.store.generation())]
    past = worth_meeting(context.store.players("historical"), ranked, settings.past)
    weights = {player.name: player.weights for player in [*draft.snapshots, *past]}
    entrants = [*weights, *settings.anchors]
    plan = Plan(
        settings.games,
        context.seeds.integer(draft.number, "tournament", draft.tournaments),
        generation=draft.number,
        challengers=tuple(player.name for player in draft.snapshots),
        weights=weights,
        first=len(draft.matches),
    )
    tickets = gauntlet(context.game, entrants, plan)
    contestants, size = context.contestants(entrants, weights), settings.matches_per_task
    chunks = [tickets[start : start + size] for start in range(0, len(tickets), size)]
    work = [PlayTask(context.arena(), contestants, chunk, settings.copies) for chunk in chunks]
    results = context.executor.map(tasks.play, work, lambda done: context.watcher.progress(done, len(work)))
    played = [result for part in results for result in part]
    return replace(draft, matches=[*draft.matches, *played], tournaments=draft.tournaments + 1, rated=None)
