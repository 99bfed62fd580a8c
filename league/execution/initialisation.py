"""The first players of a league."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from agents import Architecture, Genome, PlayerSpec
from agents.mutation import perturb
from envs.game import Game
from league.config.schema import LeagueConfig
from league.execution.seeds import Seeds
from league.population.player import Player, active_name
from league.storage.store import Store


def initialise_players(
    config: LeagueConfig, game: Game, architecture: Architecture, seeds: Seeds, store: Store
) -> list[Player]:
    """The active players of generation 0, with weights in the store.

    The first has the hyper-parameters of the configuration; the others are perturbed once, so that evolution has something to
    choose from.
    """
    spec, players = PlayerSpec(game, architecture), []
    for number in range(config.population):
        weights = initialise_weights(spec, seeds.integer(0, "founders", number))
        genome = Genome(weights, {}, config.hyper.start(), config.hyper.bounds(), config.hyper.scales())
        if number > 0:
            genome = perturb(genome, seeds.numpy(0, "founders' hyper-parameters", number))
        name, digest = active_name(number + 1), store.weights.put(genome.weights)
        players.append(Player(name, "main agent", "active", None, "founder", 0, digest, "", genome.hyper))
    return players


def initialise_weights(spec: PlayerSpec, seed: int) -> Mapping[str, np.ndarray]:
    """Parameters and statistics, by name, of a player that has learnt nothing yet."""
    parameters, statistics = spec.founder(torch.Generator().manual_seed(seed))
    return {**spec.parameters.to_arrays(parameters), **spec.statistics.to_arrays(statistics)}
