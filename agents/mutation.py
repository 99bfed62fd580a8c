"""Mutation operators, which make a child from its parent, as functions in a table.

An operator takes a `Genome` and a numpy generator and returns the child's genome. To add an operator, add a function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from agents.learners.contract import Scale

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Genome:
    """Everything that a child can inherit.

    Attributes:
        weights: Parameters and statistics by name.
        state: The learner's state, see `agents.learners.contract.TrainingOutput`; empty for a player that has not learnt yet.
        hyper: Hyper-parameters by name.
        bounds: Allowed range of each hyper-parameter.
        scales: The scale on which each hyper-parameter changes.
    """

    weights: Arrays
    state: Arrays
    hyper: Mapping[str, float]
    bounds: Mapping[str, tuple[float, float]]
    scales: Mapping[str, Scale]


Operator = Callable[[Genome, np.random.Generator], Genome]

MOVES: dict[Scale, Callable[[float, float], float]] = {
    "linear": lambda value, factor: value * factor,
    "logarithmic": lambda value, factor: value * factor,
    "distance from 1": lambda value, factor: 1.0 - (1.0 - value) * factor,
}
"""Scale → function that applies a factor to a value."""

LINKS = "links."
"""Prefix of the names of communication graphs among the weights, [A, A], rows are listeners, 1 for a link."""

FACTORS = (0.8, 1.25)
NOISE = 0.02


def perturb(genome: Genome, generator: np.random.Generator) -> Genome:
    """Multiply each hyper-parameter by 0.8 or 1.25, with equal probability, within its bounds.

    For a discount, the distance from 1 is multiplied (0.99 → 0.9875 or 0.992), because it determines the horizon.

    Reference:
        Jaderberg et al. (2017), section 4.1 ("perturb").
    """
    hyper = {}
    for name, value in sorted(genome.hyper.items()):
        low, high = genome.bounds[name]
        factor = FACTORS[int(generator.integers(2))]
        hyper[name] = min(max(MOVES[genome.scales[name]](value, factor), low), high)
    return replace(genome, hyper=hyper)


def weight_noise(genome: Genome, generator: np.random.Generator) -> Genome:
    """Add normal noise to every matrix, with 2 % of the matrix's standard deviation.

    The learner's state, such as Adam's moments, belongs to the parent's weights and is dropped. Statistics and biases are
    inherited unchanged, and so are the links of the communication graph.
    """
    weights = {
        name: value + (NOISE * value.std() * generator.standard_normal(value.shape)).astype(value.dtype)
        if value.ndim == 2 and not name.startswith(LINKS)
        else value
        for name, value in sorted(genome.weights.items())
    }
    return replace(genome, weights=weights, state={})


def clone(genome: Genome, generator: np.random.Generator) -> Genome:
    """Inherit everything unchanged."""
    return genome


def rewire(genome: Genome, generator: np.random.Generator) -> Genome:
    """Add, cut or move one link of the communication graph, with equal probability as far as the graph allows it.

    A player without a graph is inherited unchanged. If the player speaks on several sides, one of their graphs is chosen at
    random.
    """
    names = sorted(name for name in genome.weights if name.startswith(LINKS))
    if not names:
        return genome
    name = names[int(generator.integers(len(names)))]
    links = genome.weights[name].copy()
    others = ~np.eye(len(links), dtype=bool)
    there, free = np.argwhere((links > 0) & others), np.argwhere((links == 0) & others)
    changes = [("cut",) * bool(len(there)), ("add",) * bool(len(free)), ("move",) * bool(len(there) and len(free))]
    possible = [change for found in changes for change in found]
    change = possible[int(generator.integers(len(possible)))]
    if change != "add":
        links[tuple(there[int(generator.integers(len(there)))])] = 0.0
    if change != "cut":
        links[tuple(free[int(generator.integers(len(free)))])] = 1.0
    return replace(genome, weights={**genome.weights, name: links})


OPERATORS: dict[str, Operator] = {"perturb": perturb, "weight_noise": weight_noise, "clone": clone, "rewire": rewire}
