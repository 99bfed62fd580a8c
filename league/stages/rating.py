"""The stage `rating`: all frozen players and anchors are rated by the whole match log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from envs.aims import doubt
from league.population.player import ANCHOR
from league.population.ranking import break_ties
from league.stages.draft import Context, Draft, Rated
from league.storage import roster
from tournaments.rating.elo import fit
from tournaments.rating.outcomes import absent_teams, outcomes
from tournaments.rating.sums import sums_of
from tournaments.tickets import MatchResult


def rate(draft: Draft) -> Draft:
    """Fit the ratings to the results of all generations, this one included. The newest of equal players is first.

    Returns:
        The draft with `rated`.
    """
    context = draft.context
    log = outcomes(context.game, draft.matches)
    if draft.number == 0:
        _doubt_the_game(context, draft.matches)
    sums = sums_of(context.game, draft.matches, log)
    table = draft.past + sums.results
    present = {*table.players, ANCHOR, *(player.name for player in draft.snapshots)}
    if len(present) > len(table.players):  # somebody was absent from all its games, and has no result
        table = table.with_players(sorted(present))
    seen = draft.seen + sums.evidence
    generator = context.seeds.numpy(draft.number, "bootstrap")
    begin = roster.elo(context.store, draft.number - 1)
    ratings = fit(table, ANCHOR, generator, seen=seen, replicates=context.config.tournament.bootstrap, begin=begin)
    frozen = roster.frozen_in(context.store) | {player.name: player.frozen for player in draft.snapshots}
    ordered = break_ties(ratings, frozen, context.seeds.numpy(draft.number, "ties"))
    return replace(draft, rated=Rated(log, table, seen, sums, ordered))


def _doubt_the_game(context: Context, matches: Sequence[MatchResult]) -> None:
    """Warn at the first results if they show that the game's teams or sides are not what the league takes them for."""
    played = [match.returns for match in matches if not absent_teams(context.game, match)]
    found = doubt(context.game, played)
    if found is not None:
        context.watcher.warn(f"the games of this league may tell no two players apart: {found}")
