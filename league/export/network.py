"""The networks of one role of a player as one PyTorch module, from which graphs for other programs are made."""

from __future__ import annotations

import torch
from torch import Tensor

from agents.models.distributions import LOG_STD, masked
from agents.models.forward import features
from agents.models.layout import ACTIVATIONS, mlp
from league.errors import LeagueError
from league.export.description import Exported


class RoleNetwork(torch.nn.Module):
    """From observation, legal actions and memory of a role's seats to probabilities and the new memory.

    Its inputs and outputs are those that `league.export.shipped.graphs` lists.
    """

    def __init__(self, exported: Exported, role: int) -> None:
        """Take the networks of a role.

        Raises:
            LeagueError: The role sends messages. A graph decides for one agent at a time.
        """
        super().__init__()
        spec = exported.player
        if spec.speaks(spec.game.roles[role].side):
            raise LeagueError(
                f"{exported.name} sends messages, and a graph decides for one agent at a time; use --format numpy, "
                "which lets team-mates talk"
            )
        self._spec, self._number, self._role = spec, role, spec.game.roles[role]
        self._decision, self._temperature = exported.architecture.decision, exported.acting_temperature
        arrays = {name: value for name, value in exported.acting_weights.items() if f".{self._role.name}." in f"{name}."}
        self._names = {name: f"piece_{index}" for index, name in enumerate(arrays)}
        for name, buffer in self._names.items():
            self.register_buffer(buffer, torch.from_numpy(arrays[name]).unsqueeze(0))

    @property
    def discrete(self) -> bool:
        """Whether the role's actions are discrete."""
        return self._role.actions.kind == "discrete"

    @property
    def names(self) -> tuple[list[str], list[str]]:
        """The names of the inputs and of the outputs."""
        remembers = bool(self._spec.memory_size)
        given = ["observation", *(["legal"] if self.discrete else []), *(["memory"] if remembers else [])]
        made = ["probabilities"] if self.discrete else ["mean", "deviation"]
        return given, [*made, *(["memory_after"] if remembers else [])]

    def example(self, rows: int) -> tuple[Tensor, ...]:
        """Inputs of the right shapes."""
        legal = torch.ones(rows, self._role.actions.size, dtype=torch.bool)
        memory = torch.zeros(rows, self._spec.memory_size)
        shapes = {"observation": torch.zeros(rows, self._role.features), "legal": legal, "memory": memory}
        return tuple(shapes[name] for name in self.names[0])

    def forward(self, observation: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
        """See `league.export.shipped.graphs`."""
        pieces = {name: self.get_buffer(buffer) for name, buffer in self._names.items()}
        hidden, after = features(self._spec, pieces, pieces, self._number, observation.unsqueeze(0)), tuple[Tensor, ...]()
        memory = self._spec.memories[self._number]
        if memory is not None:
            hidden = memory.step(memory.inputs(hidden, pieces), others[-1].unsqueeze(0), pieces)
            after = (hidden.squeeze(0),)
        architecture, encoder = self._spec.architecture, self._spec.encoders[self._number]
        depth = len(architecture.hidden) + 1 if encoder is None else self._spec.layers
        said = mlp(hidden, pieces, f"actor.{self._role.name}", depth, ACTIVATIONS[architecture.activation]).squeeze(0)
        return (*self._decided(said, others, pieces), *after)

    def _decided(self, said: Tensor, others: tuple[Tensor, ...], pieces: dict[str, Tensor]) -> tuple[Tensor, ...]:
        if self.discrete:
            return (torch.softmax(masked(said, others[0]) / self._temperature, -1),)
        if self._decision == "deterministic":
            return said, torch.zeros_like(said)
        if self._decision == "squashed":
            mean, log_std = said.chunk(2, -1)
            return mean, log_std.clamp(*LOG_STD).exp() * self._temperature
        return said, (pieces[f"log_std.{self._role.name}"].exp() * self._temperature).expand_as(said)
