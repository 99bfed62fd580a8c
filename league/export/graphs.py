"""Players as graphs for ONNX Runtime and for PyTorch: one file for each role."""

from __future__ import annotations

import io
import logging
import tempfile
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import torch

from league.errors import LeagueError
from league.export.description import Exported
from league.export.network import RoleNetwork

ONNX, TORCH = ".onnx", ".pt2"

ROWS = 3
"""Number of rows of the example from which a graph is made. The graph takes any number."""


def onnx_graphs(exported: Exported) -> dict[str, bytes]:
    """File → graph of a role for ONNX Runtime.

    Raises:
        LeagueError: A package is missing, or the player cannot be a graph.
    """
    for package in ("onnx", "onnxscript", "onnxruntime"):
        if find_spec(package) is None:
            raise LeagueError(f"--format onnx needs the package {package}; install it with: pip install 'marl-league[onnx]'")
    return _graphs(exported, ONNX, _onnx)


def torch_graphs(exported: Exported) -> dict[str, bytes]:
    """File → graph of a role, as `torch.export.save` writes it.

    Raises:
        LeagueError: The player cannot be a graph.
    """
    return _graphs(exported, TORCH, _torch)


def _graphs(exported: Exported, ending: str, write: Callable[[RoleNetwork], bytes]) -> dict[str, bytes]:
    roles = range(len(exported.spec.game.roles))
    return {f"{exported.file_of(role)}{ending}": write(RoleNetwork(exported, role).eval()) for role in roles}


def _program(network: RoleNetwork) -> torch.export.ExportedProgram:
    example = network.example(ROWS)
    rows = {0: torch.export.Dim("rows", min=1)}
    others = tuple(rows for _ in example[1:])
    shapes = {"observation": rows} | ({"others": others} if others else {})
    return torch.export.export(network, example, dynamic_shapes=shapes)


def _torch(network: RoleNetwork) -> bytes:
    written = io.BytesIO()
    torch.export.save(_program(network), written)
    return written.getvalue()


def _onnx(network: RoleNetwork) -> bytes:
    given, made = network.names
    quiet = logging.getLogger("torch.onnx")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = Path(folder) / "role.onnx"
            program = torch.onnx.export(_program(network), (), dynamo=True, input_names=given, output_names=made, verbose=False)
            assert program is not None
            program.save(str(file), external_data=False)
            return file.read_bytes()
    finally:
        quiet.setLevel(level)
