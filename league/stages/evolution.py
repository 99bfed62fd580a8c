"""The stage `evolution`: the worst players are replaced by children of better ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.mutation import Genome
from league.config.validation import apply_operator
from league.execution.architectures import architecture_of, to_text
from league.population.evolution import SELECTIONS, Birth, mate_of, ranked_by_score
from league.population.groups import births_in_groups
from league.population.player import Player, active_name, child
from league.stages.draft import Draft
from league.storage import roster
from tournaments.rating.elo import SCALE
from tournaments.rating.meta_game import advantages, nash
from tournaments.rating.payoff import among


def evolve(draft: Draft) -> Draft:
    """Rank the active players by their snapshots. Children of better players replace the worst of each group.

    Returns:
        The draft with the `actives` of the next generation, and with `retired`.

    Raises:
        LeagueError: There are no ratings yet, or an operator made a child that cannot be used.
    """
    context, settings = draft.context, draft.context.config.evolution
    generator = context.seeds.numpy(draft.number, "evolution")
    ranked = ranking(draft)
    by_name = {player.name: player for player in ranked}
    ever = roster.learners(context.store) or len(draft.actives)
    shares = settings.elite, settings.replace, settings.selection, settings.operators
    born = births_in_groups(ranked, *shares, generator, SELECTIONS[settings.parents])
    children = [_child(draft, birth, ranked, ever + number + 1) for number, birth in enumerate(born)]
    leaving = [by_name.pop(birth.replaces) for birth in born]
    staying = [player for player in draft.actives if player.name in by_name]
    retired = [replace(player, status="retired", learner_state="", retired=draft.number) for player in leaving]
    return replace(draft, actives=[*staying, *children], retired=[*draft.retired, *retired])


def ranking(draft: Draft) -> list[Player]:
    """The active players, the best first, by the fitness that the configuration names."""
    ratings = draft.ratings().ratings
    place = {row.player: place for place, row in enumerate(ratings.rows)}
    snapshots = {player.snapshot_of: player.name for player in draft.snapshots}
    rank = {player.name: place[snapshots[player.name]] for player in draft.actives}
    if draft.context.config.evolution.fitness == "nash":
        order = _by_nash(draft, list(snapshots.values()), place)
        rank = {player.name: order.index(snapshots[player.name]) for player in draft.actives}
    return sorted(draft.actives, key=lambda player: rank[player.name])


def _by_nash(draft: Draft, names: Sequence[str], place: dict[str, int]) -> list[str]:
    """Snapshots by their score against the Nash mixture of all players of this generation's tournament.

    Where two of them have not met, the score is the one that their ratings predict.
    """
    rated = draft.ratings()
    players = sorted({name for match in draft.matches for name in match.ticket.players})
    table, elo = among(rated.payoff, players), rated.ratings.elo
    points = np.array([elo[player] for player in players])
    predicted = np.tanh(0.5 * (points[:, None] - points[None, :]) / SCALE)  # twice the expected score, minus 1
    advantage = np.where(table.games > 0, advantages(table), predicted)
    return ranked_by_score(names, advantage, nash(advantage), players, place)


def _mate(draft: Draft, parent: Player) -> Player | None:
    """The second parent of a crossover: the player of the same networks with the highest rating, besides the parent."""
    kind, players = (parent.group, parent.learner, parent.architecture), {player.name: player for player in draft.actives}
    frozen = {player.name: players[player.snapshot_of or ""] for player in draft.snapshots}
    rated = [frozen[row.player] for row in draft.ratings().ratings.rows if row.player in frozen]
    alike = [player.name for player in rated if (player.group, player.learner, player.architecture) == kind]
    name = mate_of(alike, parent.name)
    return None if name is None else players[name]


def _child(draft: Draft, birth: Birth, ranked: Sequence[Player], number: int) -> Player:
    """Make the league's `number`th active player, and write its weights."""
    context, parent = draft.context, next(player for player in ranked if player.name == birth.parent)
    store, hyper = context.store, context.config.groups[parent.group].hyper
    mate = _mate(draft, parent)
    genome = Genome(
        store.weights.get(parent.weights, parent.name),
        store.learner_states.get(parent.learner_state, parent.name),
        parent.hyper,
        hyper.bounds(),
        hyper.scales(),
        architecture_of(parent, context.config, context.game),
        None if mate is None else store.weights.get(mate.weights, mate.name),
    )
    made = apply_operator(birth.operator, genome, context.seeds.generator(birth.seed), context.game)
    text = None if made.architecture is None or made.architecture == genome.architecture else to_text(made.architecture)
    weights, state = store.weights.put(made.weights), store.learner_states.put(made.state) if made.state else ""
    return child(parent, active_name(number), draft.number, birth.operator, (weights, state, made.hyper), text)
