"""The stage `evolution`: the worst players are replaced by children of better ones."""

from __future__ import annotations

from dataclasses import replace

from agents.mutation import Genome
from league.config.validation import apply_operator
from league.population.evolution import Birth
from league.population.groups import births_in_groups
from league.population.player import Player, active_name, child
from league.stages.draft import Draft
from league.storage import roster


def evolve(draft: Draft) -> Draft:
    """Rank the active players by the ratings of their snapshots. Children of better players replace the worst of each group.

    Returns:
        The draft with the `actives` of the next generation, and with `retired`.

    Raises:
        LeagueError: There are no ratings yet, or an operator made a child that cannot be used.
    """
    context, settings, ratings = draft.context, draft.context.config.evolution, draft.ratings().ratings
    generator = context.seeds.numpy(draft.number, "evolution")
    by_name = {player.name: player for player in draft.actives}
    elo = {player.snapshot_of: ratings[player.name].elo for player in draft.snapshots}
    ranked = sorted(draft.actives, key=lambda player: (-elo[player.name], player.name))
    ever = roster.learners(context.store) or len(draft.actives)
    born = births_in_groups(ranked, settings.elite, settings.replace, settings.selection, settings.operators, generator)
    children = [_child(draft, birth, by_name[birth.parent], ever + number + 1) for number, birth in enumerate(born)]
    leaving = [by_name.pop(birth.replaces) for birth in born]
    retired = [replace(player, status="retired", learner_state="", retired=draft.number) for player in leaving]
    return replace(draft, actives=[*by_name.values(), *children], retired=[*draft.retired, *retired])


def _child(draft: Draft, birth: Birth, parent: Player, number: int) -> Player:
    """Make the league's `number`th active player, and write its weights."""
    store, hyper = draft.context.store, draft.context.config.groups[parent.group].hyper
    genome = Genome(
        store.weights.get(parent.weights, parent.name),
        store.learner_states.get(parent.learner_state, parent.name),
        parent.hyper,
        hyper.bounds(),
        hyper.scales(),
    )
    made = apply_operator(birth.operator, genome, draft.context.seeds.generator(birth.seed))
    weights, state = store.weights.put(made.weights), store.learner_states.put(made.state) if made.state else ""
    return child(parent, active_name(number), draft.number, birth.operator, (weights, state, made.hyper))
