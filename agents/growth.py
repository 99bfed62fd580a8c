"""Growth of perceptrons: wider and deeper networks that compute the same function, or nearly the same.

The functions change the named arrays of a player's plain perceptrons: `actor.<role>.<layer>.weight|bias` and
`critic.<owner>.<layer>.weight|bias`, weights [in, out]. What an optimiser keeps of them grows alike.

Reference:
    Chen, Goodfellow & Shlens (2016), "Net2Net: accelerating learning via knowledge transfer".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from agents.models.architecture import Architecture

Arrays = Mapping[str, np.ndarray]

FACTOR, WIDEST, DEEPEST = 1.5, 1024, 6
"""A layer becomes wider by this factor, up to this width; a network has at most this many hidden layers."""

SMALL = 0.25
"""What a new layer of tanh multiplies its inputs by: tanh(x / 4) · 4 differs from x by at most 2 %, for x between −1 and 1."""

LAYER = re.compile(r"(?P<net>(?:actor|critic)\..+)\.(?P<layer>\d+)\.(?P<kind>weight|bias)")
MOMENTS = ("mean.", "square.")
"""Prefixes of the arrays that Adam keeps of each weight; it also keeps `steps`."""


def grows(architecture: Architecture | None) -> bool:
    """Whether players with these networks can grow: plain perceptrons without messages and memory."""
    if architecture is None:
        return False
    return architecture.encoder == "mlp" and architecture.memory == "none" and not architecture.message_size


def widen(
    weights: Arrays, state: Arrays, architecture: Architecture, generator: np.random.Generator
) -> tuple[Arrays, Arrays, Architecture]:
    """Make one hidden layer wider, in all networks of the player.

    New units are copies of old ones, chosen at random. What leaves an old unit is divided among its copies in random parts, so
    that they compute the same together and learn different things. What Adam keeps of a unit is copied with it.

    Returns:
        Weights, state and architecture. A layer of the greatest width stays as it is.

    Laws:
        The function of every network is the same, up to rounding.
    """
    layer = int(generator.integers(len(architecture.hidden)))
    old = architecture.hidden[layer]
    new = min(WIDEST, int(np.ceil(old * FACTOR)))
    if new <= old:
        return weights, state, architecture
    sources: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for net in _nets(weights):
        source = np.concatenate([np.arange(old), generator.integers(old, size=new - old)])
        parts = generator.uniform(0.5, 1.5, new)
        totals = np.bincount(source, parts, old)
        sources[net] = source, (parts / totals[source]).astype(np.float32)

    def grown(name: str, value: np.ndarray, *, divided: bool) -> np.ndarray:
        found = LAYER.fullmatch(name)
        if found is None:
            return value
        (source, share), place = sources[found["net"]], int(found["layer"])
        if place == layer:
            return np.ascontiguousarray(value[..., source])
        if place == layer + 1 and found["kind"] == "weight":
            return np.ascontiguousarray(value[source] * (share[:, None] if divided else np.float32(1.0)))
        return value

    hidden = tuple(new if place == layer else width for place, width in enumerate(architecture.hidden))
    made = {name: grown(name, value, divided=True) for name, value in weights.items()}
    kept = _moments(state, lambda name, value: {name: grown(name, value, divided=False)})
    return made, kept, replace(architecture, hidden=hidden)


def deepen(
    weights: Arrays, state: Arrays, architecture: Architecture, generator: np.random.Generator
) -> tuple[Arrays, Arrays, Architecture]:
    """Add a hidden layer behind another one, of the same width, in all networks of the player.

    With `relu` the new layer is the identity, and the function stays the same. With `tanh` it computes tanh(x / 4), and the
    layer behind it multiplies by 4. Adam knows nothing of the new layer: its moments are 0 there.

    Returns:
        Weights, state and architecture. A network with the most layers stays as it is.

    Laws:
        relu: The function of every network is the same, up to rounding.
        tanh: No output of the new layer, times 4, differs from its input by more than 2 %.
    """
    layer = int(generator.integers(len(architecture.hidden)))
    if len(architecture.hidden) >= DEEPEST:
        return weights, state, architecture
    width, relu = architecture.hidden[layer], architecture.activation == "relu"
    factor = np.float32(1.0 if relu else SMALL)

    def placed(name: str, value: np.ndarray, *, moment: bool) -> dict[str, np.ndarray]:
        found = LAYER.fullmatch(name)
        if found is None or int(found["layer"]) < layer:
            return {name: value}
        place, kind = int(found["layer"]), found["kind"]
        if place > layer:
            scaled = place == layer + 1 and kind == "weight" and not moment
            return {f"{found['net']}.{place + 1}.{kind}": (value / factor).astype(value.dtype) if scaled else value}
        fresh = np.zeros((width, width) if kind == "weight" else width, value.dtype)
        if kind == "weight" and not moment:
            np.fill_diagonal(fresh, factor)
        return {name: value, f"{found['net']}.{layer + 1}.{kind}": fresh}

    made = {new: grown for name, value in weights.items() for new, grown in placed(name, value, moment=False).items()}
    kept = _moments(state, lambda name, value: placed(name, value, moment=True))
    hidden = (*architecture.hidden[: layer + 1], width, *architecture.hidden[layer + 1 :])
    return made, kept, replace(architecture, hidden=hidden)


def _nets(weights: Arrays) -> list[str]:
    """The networks whose layers are among named arrays."""
    return sorted({found["net"] for name in weights if (found := LAYER.fullmatch(name))})


def _moments(state: Arrays, grown: Callable[[str, np.ndarray], Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What Adam keeps, grown. A state that has anything else belongs to another learner, and is dropped."""
    made: dict[str, np.ndarray] = {}
    for name, value in state.items():
        moment = next((prefix for prefix in MOMENTS if name.startswith(prefix)), "")
        if moment:
            made |= {f"{moment}{new}": array for new, array in grown(name.removeprefix(moment), value).items()}
        elif name == "steps":
            made[name] = value
        else:
            return {}
    return made
