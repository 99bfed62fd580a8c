"""The forward pass of the actors of a whole stack: their preferences and messages.

An actor sees only its own observation, its memory, and the messages that arrive over the communication graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from agents.models.architecture import CLIP
from agents.models.layout import ACTIVATIONS, mlp
from agents.models.spec import PlayerSpec
from agents.models.speech import STILL, Air, Talk, converse

Remember = Callable[[int, Tensor], Tensor]
"""(index of a role on its side, features [P, B, a, F] of its seats) → memory of the seats after the decision, [P, B, a, H]."""


def normalised(x: Tensor, statistics: Mapping[str, Tensor], name: str) -> Tensor:
    """Standardise `[P, …, F]` by each player's own running mean and variance."""
    shape = (x.shape[0], *(1,) * (x.dim() - 2), x.shape[-1])
    mean, variance = statistics[f"{name}.mean"].view(shape), statistics[f"{name}.variance"].view(shape)
    return ((x - mean) * torch.rsqrt(variance + 1e-8)).clamp_(-CLIP, CLIP)


def features(
    spec: PlayerSpec, pieces: Mapping[str, Tensor], statistics: Mapping[str, Tensor], role: int, observation: Tensor
) -> Tensor:
    """The output [P, …, F] of a role's encoder for observations [P, …, features of the role]; the input without an encoder."""
    seen = standardised(spec, statistics, role, observation)
    encoder = spec.encoders[role]
    return seen if encoder is None else encoder.features(seen, pieces)


def standardised(spec: PlayerSpec, statistics: Mapping[str, Tensor], role: int, observation: Tensor) -> Tensor:
    """Observations [P, …, features of the role], standardised if the architecture says so."""
    name = f"observation.{spec.game.roles[role].name}"
    if observation.dtype == torch.uint8:
        observation = observation.float()
    return normalised(observation, statistics, name) if spec.architecture.normalise else observation


def preferences_of(spec: PlayerSpec, pieces: Mapping[str, Tensor], role: int, seen: Tensor) -> Tensor:
    """The preferences [P, …, n] of a role for standardised observations [P, …, F], for players without messages and memory."""
    architecture, encoder, name = spec.architecture, spec.encoders[role], f"actor.{spec.game.roles[role].name}"
    depth = len(architecture.hidden) + 1 if encoder is None else spec.layers
    inputs = seen if encoder is None else encoder.features(seen, pieces)
    return mlp(inputs, pieces, name, depth, ACTIVATIONS[architecture.activation])


def actor(
    spec: PlayerSpec,
    pieces: Mapping[str, Tensor],
    statistics: Mapping[str, Tensor],
    side: int,
    observations: Sequence[Tensor],
    present: Sequence[Tensor],
    remember: Remember | None,
    air: Air = STILL,
) -> tuple[list[Tensor], Talk | None]:
    """Compute the preferences and messages of every seat of a side's teams, for every player of the stack.

    Args:
        spec: Game and architecture.
        pieces: Parameters by name, [P, …].
        statistics: Statistics by name, [P, …].
        side: Index of the side.
        observations: Per role of the side, float [P, B, a, F].
        present: Per role of the side, bool [P, B, a]: seats that are in the game. Other seats send no messages.
        remember: Computes one or many steps of the memory. It is called once per role. None for players without a memory.
        air: What surrounds the messages; only players that send messages need it.

    Returns:
        Per role of the side, logits or means [P, B, a, n]; and what was said, or None if the side sends no messages.
    """
    game, architecture = spec.game, spec.architecture
    activation = ACTIVATIONS[architecture.activation]
    numbers = game.sides[side].roles
    roles = [game.roles[number] for number in numbers]
    hidden = [features(spec, pieces, statistics, number, x) for number, x in zip(numbers, observations, strict=True)]
    if remember is not None:
        hidden = [remember(place, x) for place, x in enumerate(hidden)]
    depths = [len(architecture.hidden) + 1 if spec.encoders[number] is None else spec.layers for number in numbers]
    talk = None
    if spec.speaks(side):
        hidden, talk = converse(spec, pieces, statistics, side, hidden, present, air)
    known = zip(roles, hidden, depths, strict=True)
    return [mlp(x, pieces, f"actor.{role.name}", depth, activation) for role, x, depth in known], talk
