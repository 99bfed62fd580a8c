"""The stage `tournament`: the new snapshots play against each other, the anchors and a selection of past players."""

from __future__ import annotations

from dataclasses import replace

from league.errors import LeagueError
from league.evaluation.seeding import seeds_in_league
from league.evaluation.tournament import play_tournament
from league.execution import tasks
from league.execution.tasks import PlayTask
from league.population.matchmaking import worth_meeting
from league.stages.draft import Draft
from league.storage import roster
from tournaments.schedule.formats import Plan


def tournament(draft: Draft) -> Draft:
    """Play the generation's tournament. A second tournament in the same generation has other match ids and seeds.

    Returns:
        The draft with the matches added to `matches`.

    Raises:
        LeagueError: The configured format cannot be played, or it leaves out a player.
    """
    context, settings = draft.context, draft.context.config.tournament
    store = context.store
    past = roster.players_named(store, worth_meeting(roster.frozen(store), roster.ranking(store), settings.past))
    weights = {player.name: player.weights for player in [*draft.snapshots, *past]}
    entrants = [*weights, *settings.anchors]
    plan = Plan(
        settings.games,
        context.seeds.integer(draft.number, "tournament", draft.tournaments),
        generation=draft.number,
        challengers=tuple(player.name for player in draft.snapshots),
        weights=weights,
        first=len(draft.matches),
        rounds=settings.rounds,
        opening=settings.openings,
        ratings=seeds_in_league(store, draft.snapshots, draft.number),
    )
    contestants = context.contestants(entrants, draft.snapshots)
    played = play_tournament(
        settings.format,
        context.game,
        entrants,
        plan,
        lambda tickets: PlayTask(context.arena(), contestants, tickets, settings.copies),
        settings.matches_per_task,
        lambda work: context.executor.map(tasks.play, work, lambda done: context.watcher.progress(done, len(work))),
    )
    idle = sorted(set(entrants) - {name for result in played for name in result.ticket.players})
    if idle:
        raise LeagueError(
            f"the tournament format {settings.format!r} scheduled no match for {', '.join(idle)}; "
            "in a league every entrant must play at least one match, so that it can be rated"
        )
    return replace(draft, matches=[*draft.matches, *played], tournaments=draft.tournaments + 1, rated=None)
