"""The stage `rating`: all frozen players and anchors are rated by the whole match log."""

from __future__ import annotations

from dataclasses import replace

from league.population.player import ANCHOR
from league.stages.draft import Draft, Rated
from tournaments.rating.elo import fit
from tournaments.rating.evidence import evidence
from tournaments.rating.outcomes import outcomes
from tournaments.rating.results import results


def rate(draft: Draft) -> Draft:
    """Fit the ratings to the results of all generations, this one included.

    Returns:
        The draft with `rated`.
    """
    context = draft.context
    log = outcomes(context.game, draft.matches)
    table = draft.past + results(log)
    present = {*table.players, ANCHOR, *(player.name for player in draft.snapshots)}
    if len(present) > len(table.players):  # somebody was absent from all its games, and has no result
        table = table.with_players(sorted(present))
    seen = draft.seen + evidence(log, draft.matches)
    generator = context.seeds.numpy(draft.number, "bootstrap")
    ratings = fit(table, ANCHOR, generator, seen=seen, replicates=context.config.tournament.bootstrap)
    return replace(draft, rated=Rated(log, table, seen, ratings))
