"""The stage `responses`: in PSRO every learning player may begin anew, so that each generation trains best responses afresh."""

from __future__ import annotations

from dataclasses import replace

from agents.models.spec import PlayerSpec
from league.execution.initialisation import initialise_weights
from league.population.player import Player
from league.stages.draft import Draft


def respond_anew(draft: Draft) -> Draft:
    """Give every active player new weights, if the setting `matchmaking.responses` says so. Its snapshot is frozen already.

    Returns:
        The draft with `actives`.
    """
    if draft.context.config.matchmaking.responses != "new":
        return draft
    return replace(draft, actives=[_anew(draft, player, place) for place, player in enumerate(draft.actives)])


def _anew(draft: Draft, player: Player, place: int) -> Player:
    context = draft.context
    spec = PlayerSpec(context.game, context.config.architecture(context.game, player.group))
    seed = context.seeds.integer(draft.number, "responses", place)
    weights = initialise_weights(spec, seed, context.config.links(context.game, player.group))
    return replace(player, weights=context.store.weights.put(weights), learner_state="")
