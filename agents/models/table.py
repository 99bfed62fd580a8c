"""The tables of encoders and memories. All code that lists or loads one of them uses these tables.

This module loads neither torch nor numba. The code of a model is loaded when a player is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Model:
    """An encoder or a memory from which a player can be built.

    Attributes:
        name: Its name in a configuration.
        about: A short description.
        code: `module:callable` that makes it; empty for no part. An encoder is made by
            `callable(prefix, shape, architecture)` and a memory by `callable(prefix, features, size)`; see
            `agents.models.parts`.
    """

    name: str
    about: str
    code: str


ENCODERS = {
    model.name: model
    for model in (
        Model("mlp", "the layers of a perceptron, for observations of any shape", "agents.models.mlp:Encoder"),
        Model("cnn", "two convolutions, for images and boards [H, W, C] or [H, W]", "agents.models.cnn:Encoder"),
    )
}
"""The encoders. A user's own `torch.nn.Module` is named `module:callable` and needs no entry."""

OWN = Model("own", "a torch.nn.Module of the user's own", "agents.models.own:Encoder")
"""The entry for every encoder that is not in the table."""

MEMORIES = {
    model.name: model
    for model in (
        Model("none", "no memory from one decision to the next", ""),
        Model("gru", "a gated recurrent unit", "agents.models.gru:Memory"),
    )
}
"""The memories."""


def maker(model: Model) -> Any:
    """Load the code that makes a model."""
    module, _, name = model.code.partition(":")
    return getattr(import_module(module), name)
