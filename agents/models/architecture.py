"""What a player is made of, and how it decides: one actor per role, one critic per side, statistics to normalise by.

`PlayerSpec` turns a game and an architecture into layouts; `actor` and `critic` are the forward passes of a whole stack.
An actor sees its own observation and the messages that arrive over the communication graph, nothing else. The critic sees the
joint state and is used in training only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor

from agents.models.layout import ACTIVATIONS, GAINS, Layout, Piece, linear, mlp, mlp_pieces
from comms import deliver
from envs.game import Game, Role

CLIP = 5.0
"""Normalised observations are cut off at ± this many standard deviations."""

INITIAL_LOG_STD = -0.5
"""Logarithm of a newborn's standard deviation, in units of half the action's range."""


@dataclass(frozen=True)
class Architecture:
    """The shape of a player's networks; players of one architecture on one game can be stacked.

    Attributes:
        hidden: Widths of the hidden layers, of actors and critics alike.
        activation: `tanh` or `relu`.
        critic: `centralised` (the team's joint state in, one value per seat out) or `local` (each seat's own observation in).
        normalise: Divide observations and states by their running deviation, after taking off their running mean.
        message_size: Numbers in a message, M; 0 where nobody speaks.
        hears: For each side, the listening weights [A, A] between the seats of a team (row i: how much seat i takes from
            each speaker), or None where the side does not speak.
    """

    hidden: tuple[int, ...] = (64, 64)
    activation: Literal["tanh", "relu"] = "tanh"
    critic: Literal["centralised", "local"] = "centralised"
    normalise: bool = True
    message_size: int = 0
    hears: tuple[tuple[tuple[float, ...], ...] | None, ...] = ()


@dataclass(frozen=True)
class PlayerSpec:
    """A game and an architecture: every shape a player's weights have."""

    game: Game
    architecture: Architecture

    def speaks(self, side: int) -> bool:
        """True where the seats of this side's teams send each other messages."""
        hears = self.architecture.hears
        return self.architecture.message_size > 0 and side < len(hears) and hears[side] is not None

    def plain(self, side: int) -> bool:
        """True where this side's roles have discrete actions and nobody speaks: an actor is then a perceptron and a softmax."""
        discrete = all(self.game.roles[role].actions.kind == "discrete" for role in self.game.sides[side].roles)
        return discrete and not self.speaks(side)

    @cached_property
    def _pieces(self) -> list[Piece]:
        architecture, hidden = self.architecture, self.architecture.hidden
        inner, messages = GAINS[architecture.activation], architecture.message_size
        pieces: list[Piece] = []
        for role in self.game.roles:
            if self.speaks(role.side):
                pieces += mlp_pieces(f"encoder.{role.name}", (role.features, hidden[0]), inner, inner)
                pieces += mlp_pieces(f"message_head.{role.name}", (hidden[0], messages), inner, 1.0)
                pieces += mlp_pieces(f"actor.{role.name}", (hidden[0] + messages, *hidden[1:], role.actions.size), inner, 0.01)
            else:
                pieces += mlp_pieces(f"actor.{role.name}", (role.features, *hidden, role.actions.size), inner, 0.01)
            if role.actions.kind == "continuous":
                pieces.append(Piece(f"log_std.{role.name}", (role.actions.size,), INITIAL_LOG_STD))
            if architecture.critic == "local":
                pieces += mlp_pieces(f"critic.{role.name}", (role.features, *hidden, 1), inner, 1.0)
        if architecture.critic == "centralised":
            for side in self.game.sides:
                sizes = (self.game.state_size, *hidden, side.seats_per_team)
                pieces += mlp_pieces(f"critic.{side.name}", sizes, inner, 1.0)
        return pieces

    @cached_property
    def parameters(self) -> Layout:
        """Everything the optimiser moves."""
        return Layout(tuple((piece.name, piece.shape) for piece in self._pieces))

    @cached_property
    def statistics(self) -> Layout:
        """Running means, variances and counts; moved by experience, not by gradients."""
        shapes: list[tuple[str, tuple[int, ...]]] = []
        for role in self.game.roles:
            shapes += statistic_shapes(f"observation.{role.name}", role.features)
        for side in self.game.sides:
            shapes += statistic_shapes(f"state.{side.name}", self.game.state_size)
            shapes += statistic_shapes(f"return.{side.name}", 1)
        return Layout(tuple(shapes))

    def founder(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """A newborn's parameters [D] and statistics [E]: orthogonal layers, an actor that starts almost uniform."""
        parameters = [piece.initial(generator) for piece in self._pieces]
        statistics = [
            torch.ones(shape) if name.endswith(".variance") else torch.zeros(shape) for name, shape in self.statistics.shapes
        ]
        return torch.cat([p.reshape(-1) for p in parameters]), torch.cat([s.reshape(-1) for s in statistics])


def statistic_shapes(name: str, size: int) -> list[tuple[str, tuple[int, ...]]]:
    """A running mean, variance and count."""
    return [(f"{name}.mean", (size,)), (f"{name}.variance", (size,)), (f"{name}.count", (1,))]


def normalised(x: Tensor, statistics: Mapping[str, Tensor], name: str) -> Tensor:
    """Standardise `[P, …, F]` by each player's own running mean and variance."""
    shape = (x.shape[0], *(1,) * (x.dim() - 2), x.shape[-1])
    mean, variance = statistics[f"{name}.mean"].view(shape), statistics[f"{name}.variance"].view(shape)
    return ((x - mean) * torch.rsqrt(variance + 1e-8)).clamp_(-CLIP, CLIP)


def actor(
    spec: PlayerSpec,
    pieces: Mapping[str, Tensor],
    statistics: Mapping[str, Tensor],
    side: int,
    observations: Sequence[Tensor],
    present: Sequence[Tensor],
) -> tuple[list[Tensor], Tensor | None]:
    """Preferences of every seat of a side's teams, for every player of the stack.

    Args:
        spec: Game and architecture.
        pieces: Parameters by name, [P, …].
        statistics: Statistics by name, [P, …].
        side: Index of the side.
        observations: Per role of the side, float [P, B, a, F].
        present: Per role of the side, bool [P, B, a]: seats that are in the game. The others say nothing.

    Returns:
        Per role of the side, logits or means [P, B, a, n]; and what was said, [P, B, A, M] in the order of `Game.teams`, or
        None where the side does not speak.
    """
    game, architecture = spec.game, spec.architecture
    activation, depth = ACTIVATIONS[architecture.activation], len(architecture.hidden)
    roles = [game.roles[index] for index in game.sides[side].roles]
    inputs = [
        normalised(x, statistics, f"observation.{role.name}") if architecture.normalise else x
        for role, x in zip(roles, observations, strict=True)
    ]
    if not spec.speaks(side):
        alone = zip(roles, inputs, strict=True)
        return [mlp(x, pieces, f"actor.{role.name}", depth + 1, activation) for role, x in alone], None
    hidden = [
        activation(linear(x, pieces[f"encoder.{role.name}.0.weight"], pieces[f"encoder.{role.name}.0.bias"]))
        for role, x in zip(roles, inputs, strict=True)
    ]
    said = torch.cat(
        [
            torch.tanh(linear(h, pieces[f"message_head.{role.name}.0.weight"], pieces[f"message_head.{role.name}.0.bias"]))
            * here.unsqueeze(-1)
            for role, h, here in zip(roles, hidden, present, strict=True)
        ],
        dim=2,
    )
    hears = said.new_tensor(architecture.hears[side])
    heard = deliver(said, hears).split([h.shape[2] for h in hidden], dim=2)
    return [
        mlp(torch.cat([h, ear], dim=-1), pieces, f"actor.{role.name}", depth, activation)
        for role, h, ear in zip(roles, hidden, heard, strict=True)
    ], said


def critic(
    spec: PlayerSpec,
    pieces: Mapping[str, Tensor],
    statistics: Mapping[str, Tensor],
    side: int,
    state: Tensor,
    observations: Sequence[Tensor],
) -> Tensor:
    """Value of every seat of a side's teams, in units of the normalised return.

    Args:
        spec: Game and architecture.
        pieces: Parameters by name, [P, …].
        statistics: Statistics by name, [P, …].
        side: Index of the side.
        state: float [P, B, S], the joint state from the team's view; all a centralised critic reads.
        observations: Per role of the side, float [P, B, a, F]; all a local critic reads.

    Returns:
        [P, B, A], seats in the order of `Game.teams`. Where seats act in turns, a local critic sees the mover's observation
        only, and what it says of the other seats means nothing.
    """
    game, architecture = spec.game, spec.architecture
    activation, depth = ACTIVATIONS[architecture.activation], len(architecture.hidden) + 1
    if architecture.critic == "centralised":
        name = game.sides[side].name
        x = normalised(state, statistics, f"state.{name}") if architecture.normalise else state
        return mlp(x, pieces, f"critic.{name}", depth, activation)
    values = []
    for role, observation in zip((game.roles[index] for index in game.sides[side].roles), observations, strict=True):
        x = normalised(observation, statistics, f"observation.{role.name}") if architecture.normalise else observation
        values.append(mlp(x, pieces, f"critic.{role.name}", depth, activation).squeeze(-1).expand(-1, -1, role.per_team))
    return torch.cat(values, dim=2)


def masked(logits: Tensor, legal: Tensor) -> Tensor:
    """Logits with forbidden actions at the lowest finite number: their probability is exactly zero, gradients stay finite."""
    return logits.masked_fill(~legal, torch.finfo(logits.dtype).min)


def sample(role: Role, preference: Tensor, log_std: Tensor | None, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Draw actions with given uniform noise.

    Discrete: the Gumbel-max trick (Gumbel, 1954; Maddison, Tarlow & Minka, 2014). Continuous: a normal around the mean,
    through the inverse distribution function; the caller clips to the bounds, the log-probability is the unclipped one.

    Args:
        role: Whose actions.
        preference: Masked logits or means, [P, B, a, n].
        log_std: Logarithm of the standard deviation [P, n] (continuous), else None.
        noise: Uniform in (0, 1), [P, B, a, n].

    Returns:
        Actions, int64 [P, B, a] or float [P, B, a, n]; and their log-probabilities [P, B, a].
    """
    if role.actions.kind == "discrete":
        action = (preference - torch.log(-torch.log(noise))).argmax(-1)
    else:
        assert log_std is not None
        normal = torch.special.ndtri(noise.double()).to(preference.dtype)
        action = preference + normal * log_std.exp()[:, None, None, :]
    return action, log_prob(role, preference, log_std, action)


def log_prob(role: Role, preference: Tensor, log_std: Tensor | None, action: Tensor) -> Tensor:
    """Log-probability (discrete) or log-density (continuous) of actions, [P, B, a]."""
    if role.actions.kind == "discrete":
        return torch.log_softmax(preference, -1).gather(-1, action.unsqueeze(-1)).squeeze(-1)
    assert log_std is not None
    width = log_std[:, None, None, :]
    score = (action - preference) * torch.exp(-width)
    return (-0.5 * score.square() - width - 0.9189385332046727).sum(-1)


def entropy(role: Role, preference: Tensor, log_std: Tensor | None) -> Tensor:
    """Entropy of the action distributions in nats, [P, B, a]."""
    if role.actions.kind == "discrete":
        logs = torch.log_softmax(preference, -1)
        return -(logs.exp() * logs.clamp_min(-1e9)).sum(-1)
    assert log_std is not None
    return (log_std + 1.4189385332046727).sum(-1)[:, None, None].expand(preference.shape[:-1])
