"""The table of exporters. An exporter makes the files of a folder from a player."""

from __future__ import annotations

from collections.abc import Callable

import safetensors.numpy

from league.export.description import POLICY, Exported, as_json, shipped
from league.export.graphs import ONNX, TORCH, onnx_graphs, torch_graphs

ALWAYS = ("__init__.py", "safety.py")
"""Files of `league.export.shipped` that are in every folder, besides those that the player needs to act."""

GRAPHS, SEEN, WEIGHTS = "graphs.py", "seen.json", "weights.safetensors"


def numpy_files(exported: Exported) -> dict[str, bytes]:
    """A folder that needs numpy, and torch if the player has parts of the user's own."""
    return {
        WEIGHTS: safetensors.numpy.save(exported.acting_weights),
        POLICY: as_json(exported.policy()),
        **exported.code,
        **exported.own_code,
    }


def onnx_files(exported: Exported) -> dict[str, bytes]:
    """A folder with a graph for ONNX Runtime for each role. It needs numpy and onnxruntime.

    Raises:
        LeagueError: A package is missing, or the player cannot be a graph.
    """
    return {**onnx_graphs(exported), **_around(exported, "onnx", ONNX)}


def torch_files(exported: Exported) -> dict[str, bytes]:
    """A folder with a program of `torch.export` for each role. It needs numpy and torch.

    Raises:
        LeagueError: The player cannot be a graph.
    """
    return {**torch_graphs(exported), **_around(exported, "torch", TORCH)}


def _around(exported: Exported, form: str, ending: str) -> dict[str, bytes]:
    """The files besides the graphs."""
    return {POLICY: as_json(exported.policy(form, ending)), GRAPHS: shipped(GRAPHS), **exported.code}


Export = Callable[[Exported], dict[str, bytes]]
"""From a player to the files of a folder by their names."""

EXPORTERS: dict[str, Export] = {"onnx": onnx_files, "torch": torch_files, "numpy": numpy_files}
"""The exporters. To add one, write a function that makes the files, and add an entry."""
