"""The stage `matchmaking`: it chooses the training opponents of each active player."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from league.config.curriculum import CurriculumStage
from league.config.validation import rule_of
from league.population.matchmaking import ASKS_FOR_MARGINS, ASKS_FOR_PRACTICE, opponents_of, training_tickets
from league.population.player import Player, original_of
from league.population.situation import Candidate, Opponents, Situation
from league.stages.draft import Draft
from league.storage import roster
from league.storage.practice import margins, practice_of
from tournaments.rating.payoff import among


def matchmake(draft: Draft) -> Draft:
    """Write the training tickets of every active player.

    Returns:
        The draft with `tickets`.

    Raises:
        LeagueError: The matchmaking rule returned an invalid value.
    """
    context, making = draft.context, draft.context.config.matchmaking
    generator = context.seeds.numpy(draft.number, "matchmaking")
    rule, copies = rule_of(making.rule), context.config.train.copies
    past = roster.newest_frozen(context.store, making.latest)
    stage = draft.stage
    own = None if stage is None else stage.opponents
    anchors = own or (context.config.tournament.anchors if making.anchors else [])
    candidates = [Candidate(name, "anchor", name, None) for name in anchors]
    if own is None:
        candidates += [
            Candidate(player.name, player.league_role, original_of(player), player.frozen, player.operator) for player in past
        ]
    zero_sum = making.rule in ASKS_FOR_MARGINS and len(context.game.teams) == 2
    won = margins(context.store, [candidate.name for candidate in candidates]) if zero_sum else None
    tickets = {}
    for index, player in enumerate(draft.actives):
        situation = replace(_situation(draft, player, candidates), margins=won)
        opponents = _in_stage(stage, opponents_of(rule, situation))
        tickets[player.name] = training_tickets(context.game, situation, opponents, copies, generator, first=index * copies)
    return replace(draft, tickets=tickets)


def _in_stage(stage: CurriculumStage | None, opponents: Opponents) -> Opponents:
    """The opponents in a stage of the curriculum, which may say how often a player meets itself."""
    if stage is None or (stage.self_play is None and stage.opponents is None):
        return opponents
    return replace(opponents, self_play=stage.self_play or 0.0)


def _situation(draft: Draft, player: Player, candidates: Sequence[Candidate]) -> Situation:
    """The input of a rule for one learning player. Its results are those of its newest snapshot, or of its parent's."""
    making = draft.context.config.matchmaking
    known = roster.newest_snapshot(draft.context.store, player.name) or player.parent
    names = [candidate.name for candidate in candidates]
    payoff = replace(among(draft.past, [*names, known or ""]), players=(*names, player.name))
    practice = practice_of(draft.context.store, player.name) if making.rule in ASKS_FOR_PRACTICE else ()
    return Situation(
        player.name,
        player.league_role,
        draft.number,
        tuple(candidates),
        payoff,
        making.prior_games,
        making.self_play,
        practice=practice,
        roles=draft.context.config.roles.rules(),
    )
