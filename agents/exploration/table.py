"""The table of ways to explore. Loading this file loads neither torch nor numba."""

from __future__ import annotations

from agents.exploration.contract import Exploration, ExplorationSpec
from agents.learners.contract import HyperSpec, OptionSpec
from agents.learners.table import EPSILON, EXPLORING_DECISIONS
from envs.faults import GameError
from envs.references import find

TEMPERATURE = HyperSpec(
    "softmax_temperature",
    0.1,
    0.01,
    10.0,
    0.0,
    1000.0,
    "logarithmic",
    "temperature of exploration",
    "difference of values, in units of reward, at which an action is e times as frequent",
)
UCB_WIDTH = HyperSpec(
    "ucb_width", 1.0, 0.05, 10.0, 0.0, 1000.0, "logarithmic", "width of UCB", "factor of the bound, in units of reward"
)
COUNT_WEIGHT = HyperSpec(
    "count_weight", 0.1, 0.005, 2.0, 0.0, 1000.0, "logarithmic", "weight of the count bonus", "reward of a new observation"
)
RND_WEIGHT = HyperSpec(
    "rnd_weight", 0.1, 0.005, 2.0, 0.0, 1000.0, "logarithmic", "weight of RND", "reward per normalised prediction error"
)
ICM_WEIGHT = HyperSpec(
    "icm_weight", 0.1, 0.005, 2.0, 0.0, 1000.0, "logarithmic", "weight of ICM", "reward per normalised prediction error"
)

HASH = (
    OptionSpec(
        "hash",
        "grid",
        "observations that count as the same: those in one cell of a grid, or with the same signs of random projections",
        among=("grid", "simhash"),
    ),
    OptionSpec("cell", 0.05, "edge of a cell of the grid, in units of the observation", 1e-6, 1e6),
    OptionSpec("bits", 16, "number of random projections", 1, 30),
    OptionSpec("buckets", 16_384, "number of counters; observations that share one count as the same", 2, 10_000_000),
)
"""Options of ways to explore that count observations."""

NETWORKS = (
    OptionSpec("hidden", 64, "units of a hidden layer", 1, 4096),
    OptionSpec("features", 32, "numbers that are predicted", 1, 4096),
    OptionSpec("step", 1e-3, "step size of the optimiser", 0.0, 1.0),
    OptionSpec("minibatches", 4, "optimiser steps per collection", 1, 1024),
    OptionSpec("share", 0.25, "share of the rows from which the prediction learns", 0.001, 1.0),
)
"""Options of ways to explore that learn to predict."""

EXPLORATIONS = {
    spec.name: spec
    for spec in (
        ExplorationSpec(
            "epsilon-greedy",
            "agents.exploration.noise:EpsilonGreedy",
            "a share of random actions, which falls with the number of decisions",
            hyper=(EPSILON,),
            options=(EXPLORING_DECISIONS,),
            acts=True,
            pays=False,
        ),
        ExplorationSpec(
            "softmax",
            "agents.exploration.softmax:Softmax",
            "actions in proportion to the exponential of their values",
            hyper=(TEMPERATURE,),
            acts=True,
            pays=False,
        ),
        ExplorationSpec(
            "ucb",
            "agents.exploration.ucb:Ucb",
            "the action with the highest upper confidence bound, from counts of observations and actions",
            hyper=(UCB_WIDTH,),
            options=(
                *HASH,
                OptionSpec("propagate", True, "the bound is also a reward, so that it counts for what leads there"),
            ),
            acts=True,
        ),
        ExplorationSpec(
            "count",
            "agents.exploration.counts:CountBonus",
            "a reward for rare observations, the inverse root of their count",
            hyper=(COUNT_WEIGHT,),
            options=HASH,
        ),
        ExplorationSpec(
            "rnd",
            "agents.exploration.rnd:RandomNetworkDistillation",
            "a reward for observations on which a network does not predict another, random one",
            hyper=(RND_WEIGHT,),
            options=NETWORKS,
            metrics=("prediction_error",),
        ),
        ExplorationSpec(
            "icm",
            "agents.exploration.icm:IntrinsicCuriosity",
            "a reward for consequences of actions that a network does not predict",
            hyper=(ICM_WEIGHT,),
            options=(*NETWORKS, OptionSpec("forward", 0.2, "weight of the forward model's loss against the inverse one's")),
            metrics=("prediction_error",),
        ),
    )
}
"""The ways to explore of the project. To add one, add a file and an entry."""


def exploration_spec(name: str) -> ExplorationSpec:
    """The declaration of a way to explore, a name of the table or `module:callable`. In the second case its file is loaded.

    Raises:
        GameError: It cannot be found, or it has no declaration.
    """
    if name in EXPLORATIONS:
        return EXPLORATIONS[name]
    found = find(name)
    if not isinstance(found, Exploration):
        raise GameError(
            f"{name} is no way to explore: put @exploration(…) of agents.exploration.contract above the function, "
            "which declares its hyper-parameters"
        )
    return ExplorationSpec(name, name, hyper=found.hyper, options=found.options, acts=found.acts, pays=found.pays)
