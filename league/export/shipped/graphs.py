"""Networks that are files of ONNX Runtime (`ROLE.onnx`) or of PyTorch (`ROLE.pt2`), one for each role.

Both have the inputs `observation` [B, F], `legal` bool [B, n] for discrete actions, and `memory` [B, H] for players with a
memory. The outputs are, for discrete actions, `probabilities` [B, n], in which illegal actions have 0; for continuous actions,
`mean` and `deviation` [B, n] before actions are squashed and scaled. `memory_after` [B, H] follows for players with a memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .networks import Outputs

Run = Callable[[dict[str, np.ndarray]], list[np.ndarray]]


def load(policy: Mapping[str, Any], folder: Path) -> dict[str, Callable[..., tuple[Outputs, np.ndarray | None]]]:
    """The networks of every role; see `player.Graph`."""
    run = {"onnx": _onnx, "torch": _torch}[policy["format"]]
    return {name: _role(facts, run(folder / facts["file"])) for name, facts in policy["roles"].items()}


def _role(facts: Mapping[str, Any], run: Run) -> Callable[..., tuple[Outputs, np.ndarray | None]]:
    def compute(seen: np.ndarray, legal: np.ndarray | None, memory: np.ndarray | None) -> tuple[Outputs, np.ndarray | None]:
        given = {"observation": seen.astype(np.float32)}
        given |= {} if legal is None else {"legal": legal}
        given |= {} if memory is None else {"memory": memory.astype(np.float32)}
        out = run(given)
        after = None if memory is None else out[-1]
        return (Outputs(out[0], None) if facts["kind"] == "discrete" else Outputs(out[0], out[1])), after

    return compute


def _onnx(file: Path) -> Run:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return lambda given: [np.asarray(array) for array in session.run(None, given)]


def _torch(file: Path) -> Run:
    import torch

    module = torch.export.load(file).module()

    def run(given: dict[str, np.ndarray]) -> list[np.ndarray]:
        with torch.no_grad():
            return [array.numpy() for array in module(*(torch.from_numpy(array) for array in given.values()))]

    return run
