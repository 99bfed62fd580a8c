"""The stage `roles`: some snapshots become checkpoints of the league, and exploiters begin anew after theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from league.analysis.training import training_records
from league.execution.initialisation import initialise_players
from league.population.league_roles import UNMET, becomes_checkpoint, decayed_rates, reset_chance, while_newest
from league.population.player import CHECKPOINT, CHECKPOINTS, RESET, Player
from league.population.situation import Practice
from league.stages.draft import Draft
from league.storage import roster
from league.storage.practice import practice_of, summed


def live(draft: Draft) -> Draft:
    """Decide which snapshots become checkpoints, and which of their players begin anew.

    A player begins anew only after its snapshot is frozen, and each player for itself.

    Returns:
        The draft with `snapshots` and `actives`.
    """
    context, rules = draft.context, draft.context.config.roles.rules()
    generator = context.seeds.numpy(draft.number, "roles")
    trained = training_records(context.game, draft.tickets, draft.trained)
    known = [*roster.all_frozen(context.store), *draft.snapshots]
    decided: dict[str, str] = {}
    for player in draft.actives:
        draw = float(generator.random())
        practice = [*practice_of(context.store, player.name), *summed(player.name, trained)]
        since = _since(player, known, draft.number)
        rates = _rates(player, known, practice, rules.decay)
        if becomes_checkpoint(rates, since, rules):
            decided[player.name] = RESET if draw < reset_chance(player.league_role, rules) else CHECKPOINT
    snapshots = [replace(one, operator=decided.get(one.snapshot_of or "", one.operator)) for one in draft.snapshots]
    return replace(draft, snapshots=snapshots, actives=_begin_anew(draft, decided))


def _begin_anew(draft: Draft, decided: dict[str, str]) -> Sequence[Player]:
    """The active players; those whose checkpoint is followed by a reset have their initial weights."""
    if RESET not in decided.values():
        return draft.actives
    context = draft.context
    first = {player.name: player for player in initialise_players(context.config, context.game, context.seeds, context.store)}
    return [
        replace(player, weights=first[player.name].weights, learner_state="")
        if decided.get(player.name) == RESET and player.name in first
        else player
        for player in draft.actives
    ]


def _since(player: Player, known: Sequence[Player], generation: int) -> int:
    """Generations that a player has trained since its last checkpoint, or since it was born."""
    own = [one.frozen for one in known if one.snapshot_of == player.name and one.operator in CHECKPOINTS]
    frozen = [number for number in own if number is not None and number < generation]
    return generation - max(frozen) if frozen else generation + 1 - (player.born or 0)


def _rates(player: Player, known: Sequence[Player], practice: Sequence[Practice], decay: float) -> list[float]:
    """The scores against the opponents that a player of its role has to beat.

    Main exploiters have to beat the main agents as they are now, all others every checkpoint.
    """
    players = {one.name: one.snapshot_of or one.name for one in known}
    if player.league_role == "main exploiter":
        frozen = {one.name: one.frozen for one in known}
        living = decayed_rates(while_newest(practice, frozen), decay, lambda name: players.get(name, name))
        mains = sorted({players[one.name] for one in known if one.league_role == "main agent"})
        return [living.get(name, UNMET) for name in mains]
    exact = decayed_rates(practice, decay)
    return [exact.get(one.name, UNMET) for one in known if one.operator in CHECKPOINTS]
