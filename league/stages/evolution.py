"""The stage `evolution`: the worst players are replaced by children of better ones."""

from __future__ import annotations

from dataclasses import replace

from agents import Genome
from league.config.validation import apply_operator
from league.population.evolution import Birth, births
from league.population.player import Player, active_name, learns, snapshot_name
from league.stages.draft import Draft


def evolve(draft: Draft) -> Draft:
    """Rank the active players by the ratings of their snapshots, retire the worst, and let the better have children.

    Returns:
        The draft with `actives` as they go into the next generation, and with `retired`.

    Raises:
        LeagueError: There are no ratings yet, or an operator made a child that cannot be used.
    """
    context, settings, ratings = draft.context, draft.context.config.evolution, draft.ratings().ratings
    generator = context.seeds.numpy(draft.number, "evolution")
    by_name = {player.name: player for player in draft.actives}
    ranked = sorted(by_name, key=lambda name: (-ratings[snapshot_name(name, draft.number)].elo, name))
    committed = context.store.players()
    ever = sum(map(learns, committed)) or len(draft.actives)
    born = births(ranked, settings.elite, settings.replace, settings.selection, settings.operators, generator)
    children = [_child(draft, birth, by_name[birth.parent], ever + number + 1) for number, birth in enumerate(born)]
    leaving = [by_name.pop(birth.replaces) for birth in born]
    retired = [replace(player, status="retired", optimiser="", retired=draft.number) for player in leaving]
    return replace(draft, actives=[*by_name.values(), *children], retired=[*draft.retired, *retired])


def _child(draft: Draft, birth: Birth, parent: Player, number: int) -> Player:
    """Make the league's `number`th active player, and write its weights."""
    store = draft.context.store
    genome = Genome(
        store.weights.get(parent.weights, parent.name),
        store.optimisers.get(parent.optimiser, parent.name),
        parent.hyper,
        draft.context.config.hyper.bounds(),
        draft.context.config.hyper.scales(),
    )
    child = apply_operator(birth.operator, genome, draft.context.seeds.generator(birth.seed))
    return Player(
        active_name(number),
        parent.league_role,
        "active",
        snapshot_name(parent.name, draft.number),
        birth.operator,
        draft.number,
        store.weights.put(child.weights),
        store.optimisers.put(child.state) if child.state else "",
        child.hyper,
    )
