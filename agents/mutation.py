"""Mutation operators, which make a child from its parent, as functions in a table.

An operator takes a `Genome` and a numpy generator and returns the child's genome. To add an operator, add a function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from agents import growth
from agents.learners.contract import Scale
from agents.models.architecture import Architecture

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
        architecture: The networks; None if they are not known.
        mate: The weights of another player of the same networks, for crossover; None if there is none.
    """

    weights: Arrays
    state: Arrays
    hyper: Mapping[str, float]
    bounds: Mapping[str, tuple[float, float]]
    scales: Mapping[str, Scale]
    architecture: Architecture | None = None
    mate: Arrays | None = None


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
RESAMPLED = 0.25
"""The probability with which `resample` draws a hyper-parameter anew."""


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


def resample(genome: Genome, generator: np.random.Generator) -> Genome:
    """Draw each hyper-parameter anew with probability 1/4, at least one, from all values within its bounds.

    The draw is uniform on the hyper-parameter's scale: for learning rates in the logarithm, for discounts in the logarithm of
    the distance from 1.

    Reference:
        Jaderberg et al. (2017), section 4.1 ("resample"); the probability is that of Ray Tune's implementation.
    """
    names, hyper = sorted(genome.hyper), dict(genome.hyper)
    chosen = {name for name in names if generator.random() < RESAMPLED}
    for name in sorted(chosen) or [names[int(generator.integers(len(names)))]]:
        (low, high), scale, share = genome.bounds[name], genome.scales[name], generator.random()
        if scale == "linear":
            value = low + share * (high - low)
        elif scale == "logarithmic" and low > 0:
            value = float(np.exp(np.log(low) + share * np.log(high / low)))
        elif scale == "distance from 1" and high < 1:
            value = 1.0 - float(np.exp(np.log(1 - high) + share * np.log((1 - low) / (1 - high))))
        else:  # the range has an end whose logarithm does not exist
            value = low + share * (high - low)
        hyper[name] = min(max(value, low), high)
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


def add_link(genome: Genome, generator: np.random.Generator) -> Genome:
    """Add one link to a communication graph; a player whose graphs are complete is inherited unchanged."""
    return _changed_link(genome, generator, 1.0)


def cut_link(genome: Genome, generator: np.random.Generator) -> Genome:
    """Cut one link of a communication graph; a player without links is inherited unchanged."""
    return _changed_link(genome, generator, 0.0)


def _changed_link(genome: Genome, generator: np.random.Generator, value: float) -> Genome:
    """Set one link that has the other value."""
    places = [
        (name, place)
        for name in sorted(name for name in genome.weights if name.startswith(LINKS))
        for place in np.argwhere((genome.weights[name] != value) & ~np.eye(len(genome.weights[name]), dtype=bool))
    ]
    if not places:
        return genome
    name, place = places[int(generator.integers(len(places)))]
    links = genome.weights[name].copy()
    links[tuple(place)] = value
    return replace(genome, weights={**genome.weights, name: links})


def widen(genome: Genome, generator: np.random.Generator) -> Genome:
    """Make a hidden layer half as wide again; see `agents.growth.widen`. Other networks are inherited unchanged."""
    return _grown(genome, generator, growth.widen)


def deepen(genome: Genome, generator: np.random.Generator) -> Genome:
    """Add a hidden layer; see `agents.growth.deepen`. Other networks are inherited unchanged."""
    return _grown(genome, generator, growth.deepen)


def _grown(
    genome: Genome,
    generator: np.random.Generator,
    grow: Callable[[Arrays, Arrays, Architecture, np.random.Generator], tuple[Arrays, Arrays, Architecture]],
) -> Genome:
    if genome.architecture is None or not growth.grows(genome.architecture):
        return genome
    weights, state, architecture = grow(genome.weights, genome.state, genome.architecture, generator)
    return replace(genome, weights=weights, state=state, architecture=architecture)


def crossover(genome: Genome, generator: np.random.Generator) -> Genome:
    """Mix the weights with those of another player of the same networks: parent + share · (mate − parent), share up to ½.

    The mate's share is drawn once, uniformly. Statistics and communication graphs are the parent's, and so are the
    hyper-parameters. The learner's state belongs to the parent's weights and is dropped. A player that is the only one of its
    networks has no mate, and is inherited unchanged.

    Reference:
        Michalewicz (1992), arithmetical crossover. Weights of players with a common ancestor can be mixed (Wortsman et al.,
        2022).
    """
    mate = genome.mate
    if mate is None:
        return genome
    share = np.float32(generator.uniform(0.0, 0.5))
    mixed = {
        name: (value + share * (mate[name] - value)).astype(value.dtype) if _learnt(name) else value
        for name, value in genome.weights.items()
    }
    return replace(genome, weights=mixed, state={})


def _learnt(name: str) -> bool:
    """Whether an array is changed by gradients: statistics and links are not."""
    return not name.startswith((LINKS, "observation.", "state.", "return."))


OPERATORS: dict[str, Operator] = {
    "perturb": perturb,
    "resample": resample,
    "weight_noise": weight_noise,
    "crossover": crossover,
    "widen": widen,
    "deepen": deepen,
    "clone": clone,
    "rewire": rewire,
    "add_link": add_link,
    "cut_link": cut_link,
}

OF_LINKS, OF_NETWORKS = ("rewire", "add_link", "cut_link"), ("widen", "deepen")
"""Operators that change communication graphs only, and operators that change networks only."""

STATES: dict[str, Literal["kept", "padded", "reset"]] = {
    **dict.fromkeys(("perturb", "resample", "clone", "rewire", "add_link", "cut_link"), "kept"),
    **dict.fromkeys(("widen", "deepen"), "padded"),
    **dict.fromkeys(("weight_noise", "crossover"), "reset"),
}
"""Operator → what becomes of the learner's state in the child. `padded`: the moments of Adam grow with the weights; what other
learners keep is dropped. An operator that leaves a player unchanged also keeps its state."""
