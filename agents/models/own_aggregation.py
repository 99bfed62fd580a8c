"""A user's own aggregation of messages: `comms.aggregation: my_module:Mine` or `path/file.py:mine`.

A class is called with the width W of a listener's features and the length M of a message, and makes a `torch.nn.Module`. A
function is used as it is. Both are called with `hidden` [B, L, W], `said` [B, A, M] and `arrives` [B, L, A] (1 where a message
arrives, else 0), and return what each listener hears, [B, L, K]. Messages that do not arrive must not be used.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from agents.models.layout import Initial
from agents.models.own import made_with
from comms.aggregation.arrival import Arrival, Parameter
from comms.chance import Chance
from envs.faults import GameError, environment_code
from envs.references import find


class OwnAggregation:
    """A user's own module or function; see `comms.aggregation.arrival.Aggregation`. It is run player by player."""

    def __init__(self, reference: str, width: int, size: int) -> None:
        """Make the module once to read its parameters and the length of what a listener hears.

        Raises:
            GameError: It cannot be found, fails, or does not return [B, L, K].
        """
        self._reference, self._sizes = reference, (width, size)
        self._module = self._made(0)
        with self._running(), torch.no_grad():
            heard = self._module(torch.zeros(2, 3, width), torch.zeros(2, 3, size), 1.0 - torch.eye(3).expand(2, 3, 3))
        if not isinstance(heard, Tensor) or heard.dim() != 3 or heard.shape[:2] != (2, 3):
            found = list(heard.shape) if isinstance(heard, Tensor) else type(heard).__name__
            raise GameError(f"the aggregation {reference} must return [B, L, K], here [2, 3, K], not {found}")
        self.width = heard.shape[2]
        self._names = [name for name, _ in self._module.named_parameters()]
        self.parameters: Sequence[Parameter] = [
            Parameter(name, tuple(value.shape), 0.0, self._start(name)) for name, value in self._module.named_parameters()
        ]

    def gate(self, hidden: Tensor, pieces: Mapping[str, Tensor], chance: Chance | None) -> Tensor | None:
        """All seats speak."""
        return None

    def combine(
        self, hidden: Tensor, arrival: Arrival, pieces: Mapping[str, Tensor], chance: Chance | None
    ) -> tuple[Tensor, Tensor]:
        """Combine the messages that arrive, player by player."""
        arrives = arrival.open.expand(*hidden.shape[:3], arrival.said.shape[2])
        heard = []
        for player in range(len(hidden)):
            own = {name: pieces[name][player] for name in self._names}
            with self._running():
                heard.append(functional_call(self._module, own, (hidden[player], arrival.said[player], arrives[player])))
        return torch.stack(heard), arrives.detach()

    def _running(self) -> Any:
        return environment_code(f"the aggregation {self._reference} failed")

    def _made(self, seed: int) -> nn.Module:
        found = find(self._reference)
        if not inspect.isclass(found):
            return _Function(found)
        return made_with(seed, found, self._sizes, f"the aggregation {self._reference}")

    def _start(self, name: str) -> Initial:
        """The initialisation of one parameter: its value in a module that is made with a seed from the league's generator."""

        def initial(generator: torch.Generator) -> Tensor:
            seed = int(torch.randint(0, 2**31 - 1, (), generator=generator))
            return dict(self._made(seed).named_parameters())[name].detach().to(torch.float32)

        return initial


class _Function(nn.Module):
    """A function as a module without parameters."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self._function = function

    def forward(self, hidden: Tensor, said: Tensor, arrives: Tensor) -> Tensor:
        """Call the function."""
        heard: Tensor = self._function(hidden, said, arrives)
        return heard
