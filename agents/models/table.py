"""The models that players are built from. Everything that lists or loads one of them takes it from here.

Neither torch nor numba is loaded here; the code of a model is loaded when a player is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Model:
    """A part that a player can be built from.

    Attributes:
        name: Its name in a configuration.
        about: What it is, in a few words.
        code: `module:callable` that makes it; empty for the part that is left out. An encoder is made by
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
"""What reads an observation. A `torch.nn.Module` of one's own is named `module:callable` and needs no entry."""

OWN = Model("own", "a torch.nn.Module of the user's own", "agents.models.own:Encoder")
"""What every encoder is that is no name of the table."""

MEMORIES = {
    model.name: model
    for model in (
        Model("none", "nothing is carried from one decision to the next", ""),
        Model("gru", "a gated recurrent unit", "agents.models.gru:Memory"),
    )
}
"""What a seat carries from one decision to the next."""


def maker(model: Model) -> Any:
    """Load the code that makes a model."""
    module, _, name = model.code.partition(":")
    return getattr(import_module(module), name)
