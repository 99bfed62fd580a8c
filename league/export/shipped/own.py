"""The user's own parts of networks. They need torch and the packages that their files import."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np


def own_encoder(
    folder: Path, facts: Mapping[str, Any], weights: Mapping[str, np.ndarray], role: str
) -> Callable[[np.ndarray], np.ndarray]:
    """Load the user's own encoder from its file and its weights."""
    import torch

    code = _code_in(folder / "encoder.py", "encoder_of_this_player")
    module = getattr(code, facts["name"])(tuple(facts["shape"])).eval()
    own = _below(weights, f"encoder.{role}.")
    module.load_state_dict({name: torch.from_numpy(value) for name, value in own.items()}, strict=False)

    def encode(x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            out: np.ndarray = module(torch.from_numpy(x).reshape(-1, *facts["shape"])).numpy()
        return out

    return encode


def own_speech(policy: Mapping[str, Any], weights: Mapping[str, np.ndarray], folder: Path) -> dict[str, Callable[..., Any]]:
    """The user's own aggregation and topology as functions of arrays."""
    aggregation, topology = folder / "aggregation.py", folder / "topology.py"
    if not aggregation.is_file() and not topology.is_file():
        return {}
    import torch

    def in_numpy(function: Callable[..., Any]) -> Callable[..., np.ndarray]:
        def call(*arrays: np.ndarray) -> np.ndarray:
            with torch.no_grad():
                out: np.ndarray = function(*(torch.from_numpy(np.asarray(array)) for array in arrays)).numpy()
            return out

        return call

    facts, found = policy["speech"], {}
    if topology.is_file():
        reach = getattr(_code_in(topology, "topology_of_this_player"), facts["dynamic"].rpartition(":")[2])
        found["topology"] = in_numpy(lambda where, present: reach(where, present, **facts["options"]))
    if aggregation.is_file():
        make = getattr(_code_in(aggregation, "aggregation_of_this_player"), facts["aggregation"].rpartition(":")[2])
        for role in (name for name, each in policy["roles"].items() if each["speaks"]):
            combine = make
            if isinstance(make, type):
                combine = make(facts["hidden"][role], facts["width"]).eval()
                own = _below(weights, f"aggregation.{role}.")
                combine.load_state_dict({name: torch.from_numpy(value) for name, value in own.items()}, strict=False)
            found[f"aggregation.{role}"] = _for_one(in_numpy(combine))
    return found


def _for_one(combine: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """An aggregation for one listener: hidden [W], said [A, M], arrives [A] → [K]."""
    return lambda hidden, said, there: combine(hidden[None, None], said[None], there[None, None].astype(np.float32))[0, 0]


def _below(weights: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """The weights whose names begin with a prefix, by the rest of the name."""
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def _code_in(path: Path, name: str) -> Any:
    """Run a file as a module."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be loaded")
    code = importlib.util.module_from_spec(spec)
    sys.modules[name] = code
    spec.loader.exec_module(code)
    return code
