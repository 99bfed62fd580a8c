"""The stage `matchmaking`: whom each active player meets in training."""

from __future__ import annotations

from dataclasses import replace

from league.analysis.lineage import latest_snapshot
from league.config.validation import rule_of
from league.population.matchmaking import Candidates, training_tickets
from league.stages.draft import Draft


def matchmake(draft: Draft) -> Draft:
    """Write the training tickets of every active player.

    The candidates are past players and, if so configured, anchors. They are weighed by what the learner's newest snapshot, or
    the snapshot that the learner descends from, scored against them.

    Returns:
        The draft with `tickets`.
    """
    context, making = draft.context, draft.context.config.matchmaking
    generator = context.seeds.numpy(draft.number, "matchmaking")
    rule, copies = rule_of(making.rule), context.config.train.copies
    past = [player.name for player in context.store.players("historical")][-making.latest :]
    names = (*(context.config.tournament.anchors if making.anchors else ()), *past)
    tickets = {}
    for index, player in enumerate(draft.actives):
        known = latest_snapshot(player, context.store.players())
        part = draft.past.restrict([*names, known or ""])
        scores, games = part.shrunk(making.prior_games)[-1, :-1], part.games[-1, :-1]
        tickets[player.name] = training_tickets(
            context.game,
            player.name,
            Candidates(names, scores, games),
            rule,
            copies,
            making.self_play,
            draft.number,
            generator,
            first=index * copies,
        )
    return replace(draft, tickets=tickets)
