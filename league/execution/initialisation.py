"""The first players of a league."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from agents.models.spec import PlayerSpec
from agents.mutation import Genome, perturb
from envs.game import Game
from league.config.founders import NEW, Founder
from league.config.schema import LeagueConfig
from league.execution.architectures import to_text
from league.execution.seeds import Seeds
from league.population.player import Player, active_name
from league.storage.store import Store


def initialise_players(config: LeagueConfig, game: Game, seeds: Seeds, store: Store) -> list[Player]:
    """Make the active players of generation 0 and write their weights to the store. Players are numbered across groups.

    The first player of every group has the group's hyper-parameters. The others are perturbed once, so that selection has
    differences to work with. A player with a founder has its weights, which are in the store, and nothing else of it.
    """
    players: list[Player] = []
    for index, group in enumerate(config.groups):
        architecture = config.architecture(game, index)
        spec, text, links = PlayerSpec(game, architecture), to_text(architecture), config.links(game, index)
        for place in range(group.count):
            number = len(players)
            founder = config.founders[number] if number < len(config.founders) else Founder(source=NEW)
            if founder.is_new:
                weights = initialise_weights(spec, seeds.integer(0, "founders", number), links)
            else:
                weights = store.weights.get(founder.sha256, founder.source)
            genome = Genome(weights, {}, group.hyper.start(), group.hyper.bounds(), group.hyper.scales())
            if place > 0:
                genome = perturb(genome, seeds.numpy(0, "founders' hyper-parameters", number))
            player = Player(
                name=active_name(number + 1),
                league_role=group.league_role,
                status="active",
                parent=None if founder.is_new else founder.origin,
                operator="founder",
                born=0,
                weights=store.weights.put(genome.weights),
                hyper=genome.hyper,
                learner=group.learner,
                architecture=text,
                group=index,
            )
            players.append(player)
    return players


def initialise_weights(spec: PlayerSpec, seed: int, links: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    """The initial parameters and statistics of a player, by name; `links` are its communication graphs."""
    parameters, statistics = spec.founder(torch.Generator().manual_seed(seed))
    return {**spec.parameters.to_arrays(parameters), **spec.statistics.to_arrays(statistics), **links}
