"""The stage `meta-game`: every two players whose cell of the meta-game is missing meet, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from league.execution import tasks
from league.execution.tasks import PlayTask
from league.population.player import ANCHOR
from league.stages.draft import Draft
from league.storage import roster
from tournaments.rating.results import Results
from tournaments.schedule.formats import Pair, Plan, round_of


def missing_cells(known: Results, players: list[str], games: int) -> list[Pair]:
    """The pairs of players with fewer than `games` games between them.

    Args:
        known: The results so far.
        players: The players.
        games: Number of games that a cell needs.
    """
    pairs = zip(known.one.tolist(), known.other.tolist(), known.games.tolist(), strict=True)
    met = {frozenset((known.players[one], known.players[other])): count for one, other, count in pairs}
    return [pair for pair in map(frozenset, combinations(players, 2)) if met.get(pair, 0) < games]


def fill(draft: Draft) -> Draft:
    """Play the missing cells of the meta-game: all frozen players and those of this generation, and `bot:random` for ratings.

    Other scripted players meet the players of this generation only.

    Returns:
        The draft with the matches added to `matches`.
    """
    context, settings = draft.context, draft.context.config.tournament
    past = roster.all_frozen(context.store)
    weights = {player.name: player.weights for player in [*past, *draft.snapshots]}
    pairs = missing_cells(draft.past, [*weights, ANCHOR], settings.games)
    others = [name for name in settings.anchors if name != ANCHOR]
    pairs += [frozenset((player.name, name)) for player in draft.snapshots for name in others]
    plan = Plan(
        settings.games,
        context.seeds.integer(draft.number, "tournament", draft.tournaments),
        generation=draft.number,
        weights=weights,
        first=len(draft.matches),
    )
    contestants = context.contestants([*weights, ANCHOR, *others], draft.snapshots)
    tickets = round_of(context.game, [*weights, ANCHOR, *others], pairs, plan)
    starts = range(0, len(tickets), settings.matches_per_task)
    parts = [tickets[start : start + settings.matches_per_task] for start in starts]
    work = [PlayTask(context.arena(), contestants, part, settings.copies) for part in parts]
    results = context.executor.map(tasks.play, work, lambda done: context.watcher.progress(done, len(work)))
    played = [result for part in results for result in part]
    return replace(draft, matches=[*draft.matches, *played], tournaments=draft.tournaments + 1, rated=None)
