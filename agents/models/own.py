"""A user's own `torch.nn.Module` as an encoder: `policy.encoder: my_module:MyNet` or `path/file.py:MyNet`.

The class or function is called with the shape of one observation. It returns a module that maps observations [B, *shape] to
features [B, F]. The module's parameters become named pieces of the player's flat vector. Their initial values come from the
module's own initialisation, with a seed that is derived from the league's. The module is used in evaluation mode: dropout does
nothing, and buffers never change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from agents.models.architecture import Architecture
from agents.models.layout import Initial, Piece
from envs.faults import GameError, environment_code
from envs.references import find

STACKABLE = frozenset(
    {nn.Linear, nn.Tanh, nn.ReLU, nn.ELU, nn.GELU, nn.SiLU, nn.LeakyReLU, nn.Sigmoid, nn.Softplus, nn.LayerNorm, nn.Flatten}
    | {nn.Identity, nn.Dropout}
)
"""Modules that `vmap` runs for a whole stack as fast as batched matrix products. All other modules are run player by player:
convolutions take 2.3 times as long under `vmap`, and `GRUCell` has no batching rule."""


class Encoder:
    """A user's own module; see `agents.models.parts.EncoderPart`."""

    def __init__(self, prefix: str, shape: tuple[int, ...], architecture: Architecture) -> None:
        """Make the module once to read its parameters and its number of features.

        Raises:
            GameError: The module cannot be found, is not a module, fails, or does not return features [B, F].
        """
        self._prefix, self._shape, self._reference = prefix, shape, architecture.encoder
        self._module = self._made(0)
        with environment_code(f"the encoder {self._reference} failed"), torch.no_grad():
            features = self._module(torch.zeros(2, *shape))
        if not isinstance(features, Tensor) or features.dim() != 2 or len(features) != 2:
            found = list(features.shape) if isinstance(features, Tensor) else type(features).__name__
            raise GameError(
                f"the encoder {self._reference} must map [2, {', '.join(map(str, shape))}] to [2, F], not to {found}"
            )
        self.width = features.shape[1]
        self.exported: Mapping[str, Any] = {"kind": "own", "name": self._reference.rpartition(":")[2], "shape": shape}
        self._names = [name for name, _ in self._module.named_parameters()]
        self.pieces: Sequence[Piece] = [
            Piece(f"{prefix}.{name}", tuple(value.shape), 0.0, self._start(name))
            for name, value in self._module.named_parameters()
        ]
        leaves = [part for part in self._module.modules() if not list(part.children())]
        self._stacked = self._module not in leaves and all(type(leaf) in STACKABLE for leaf in leaves)

    def features(self, observation: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """See `agents.models.parts.EncoderPart`."""
        rows = observation.reshape(observation.shape[0], -1, *self._shape)
        parameters = {name: pieces[f"{self._prefix}.{name}"] for name in self._names}
        with environment_code(f"the encoder {self._reference} failed"):
            if self._stacked:
                out = vmap(self._call)(parameters, rows)
            else:
                players = range(len(rows))
                out = torch.stack([self._call({name: p[i] for name, p in parameters.items()}, rows[i]) for i in players])
        return out.reshape(*observation.shape[:-1], self.width)

    def _call(self, parameters: dict[str, Tensor], rows: Tensor) -> Tensor:
        return functional_call(self._module, parameters, (rows,))

    def _made(self, seed: int) -> nn.Module:
        """Make the module with the global generator set to a seed. Afterwards the generator has its previous state again."""
        return made_with(seed, find(self._reference), (self._shape,), f"the encoder {self._reference}")

    def _start(self, name: str) -> Initial:
        """The initialisation of one parameter: its value in a module that is made with a seed from the league's generator."""

        def initial(generator: torch.Generator) -> Tensor:
            seed = int(torch.randint(0, 2**31 - 1, (), generator=generator))
            return dict(self._made(seed).named_parameters())[name].detach().to(torch.float32)

        return initial


def made_with(seed: int, make: Callable[..., Any], arguments: Sequence[Any], what: str) -> nn.Module:
    """Make a user's own module with the global generator set to a seed. Afterwards the generator has its previous state again.

    Args:
        seed: The seed.
        make: Makes the module.
        arguments: Arguments of `make`.
        what: What the module is, for error messages.

    Raises:
        GameError: The user's code fails, or does not make a module.
    """
    with torch.random.fork_rng(devices=[]), environment_code(f"{what} failed"):
        torch.manual_seed(seed)
        module = make(*arguments)
    if not isinstance(module, nn.Module):
        raise GameError(f"{what} must give a torch.nn.Module, not a {type(module).__name__}")
    return module.eval()
