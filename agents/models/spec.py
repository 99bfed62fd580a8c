"""A game and an architecture: every shape that a player's weights have, and what they start from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from agents.models.architecture import Architecture
from agents.models.layout import GAINS, Layout, Piece, mlp_pieces
from agents.models.parts import EncoderPart, MemoryPart
from agents.models.table import ENCODERS, MEMORIES, OWN, maker
from envs.game import Game

INITIAL_LOG_STD = -0.5
"""Logarithm of a newborn's standard deviation, in units of half the action's range."""


@dataclass(frozen=True)
class PlayerSpec:
    """A game and an architecture.

    The networks of a role are, in this order:

    * `encoder`: reads the observation. Where nobody speaks or remembers, the perceptron's own layers do that.
    * `memory`: carries numbers from one decision of a seat to the next, where there is one.
    * `message_head`: what the seat says, where it speaks.
    * `actor`: a perceptron from features (or memory) and the messages heard to preferences.
    * `log_std`: the logarithm of the standard deviation of continuous actions.
    * `critic`, where it is local: a perceptron from the seat's own observation, or from what an encoder of its own
      (`critic_encoder`) makes of it; where the actor has a memory, from what the seat carried before it decided, too. What is
      carried is formed by the actor's gradient alone.

    Centralised critics belong to a side. They are perceptrons that see the joint state and carry nothing.
    """

    game: Game
    architecture: Architecture

    def speaks(self, side: int) -> bool:
        """True where the seats of this side's teams send each other messages."""
        hears = self.architecture.hears
        return self.architecture.message_size > 0 and side < len(hears) and hears[side] is not None

    @property
    def perceptron(self) -> bool:
        """True where an observation is read by the layers of a perceptron and nothing is carried from one step to the next."""
        return self.architecture.encoder == "mlp" and self.architecture.memory == "none"

    def plain(self, side: int) -> bool:
        """True where this side's roles have discrete actions and nobody speaks: an actor is then a perceptron and a softmax."""
        discrete = all(self.game.roles[role].actions.kind == "discrete" for role in self.game.sides[side].roles)
        return self.perceptron and discrete and not self.speaks(side)

    @property
    def plain_critics(self) -> bool:
        """True where all critics are perceptrons."""
        return self.perceptron or self.architecture.critic == "centralised"

    @property
    def memory_size(self) -> int:
        """Numbers that a seat carries from one decision to the next, H; 0 where it carries none."""
        return 0 if self.architecture.memory == "none" else self.architecture.memory_size

    @cached_property
    def encoders(self) -> tuple[EncoderPart | None, ...]:
        """Per role, what reads the observation; None where the actor's perceptron does so itself."""
        return tuple(
            None if self.perceptron and not self.speaks(role.side) else self._encoder(f"encoder.{role.name}", number)
            for number, role in enumerate(self.game.roles)
        )

    @cached_property
    def critic_encoders(self) -> tuple[EncoderPart | None, ...]:
        """Per role, what reads the observation for a local critic; None where the critic's perceptron does so itself."""
        own = self.architecture.critic == "local" and self.architecture.encoder != "mlp"
        return tuple(
            self._encoder(f"critic_encoder.{role.name}", number) if own else None for number, role in enumerate(self.game.roles)
        )

    @cached_property
    def memories(self) -> tuple[MemoryPart | None, ...]:
        """Per role, what a seat carries from one decision to the next."""
        model = MEMORIES[self.architecture.memory]
        found: list[MemoryPart | None] = []
        for role, encoder in zip(self.game.roles, self.encoders, strict=True):
            if not model.code:
                found.append(None)
            else:
                assert encoder is not None
                found.append(maker(model)(f"memory.{role.name}", encoder.width, self.architecture.memory_size))
        return tuple(found)

    @property
    def layers(self) -> int:
        """Layers of an actor's perceptron that reads features; the first hidden layer is the encoder of `mlp`."""
        return len(self._head) + 1

    @property
    def _head(self) -> tuple[int, ...]:
        hidden = self.architecture.hidden
        return hidden[1:] if self.architecture.encoder == "mlp" else hidden

    def _encoder(self, prefix: str, role: int) -> EncoderPart:
        shape, name = self.game.roles[role].observation_shape, self.architecture.encoder
        made: EncoderPart = maker(ENCODERS.get(name, OWN))(prefix, shape, self.architecture)
        return made

    @cached_property
    def _pieces(self) -> list[Piece]:
        pieces = [piece for role in range(len(self.game.roles)) for piece in self._of_role(role)]
        if self.architecture.critic == "centralised":
            for side in self.game.sides:
                sizes = (self.game.state_size, *self.architecture.hidden, side.seats_per_team)
                pieces += mlp_pieces(f"critic.{side.name}", sizes, GAINS[self.architecture.activation], 1.0)
        return pieces

    def _of_role(self, number: int) -> list[Piece]:
        """The pieces of one role's networks."""
        architecture, role = self.architecture, self.game.roles[number]
        inner, encoder, memory = GAINS[architecture.activation], self.encoders[number], self.memories[number]
        pieces: list[Piece] = []
        if encoder is None:
            pieces += mlp_pieces(f"actor.{role.name}", (role.features, *architecture.hidden, role.actions.size), inner, 0.01)
        else:
            width, messages = encoder.width, architecture.message_size if self.speaks(role.side) else 0
            pieces += encoder.pieces
            if memory is not None:
                pieces += memory.pieces
                width = self.memory_size
            if messages:
                pieces += mlp_pieces(f"message_head.{role.name}", (width, messages), inner, 1.0)
            pieces += mlp_pieces(f"actor.{role.name}", (width + messages, *self._head, role.actions.size), inner, 0.01)
        if role.actions.kind == "continuous":
            pieces.append(Piece(f"log_std.{role.name}", (role.actions.size,), INITIAL_LOG_STD))
        if architecture.critic == "local":
            own, seen = self.critic_encoders[number], role.features
            if own is not None:
                pieces += own.pieces
                seen = own.width
            pieces += mlp_pieces(f"critic.{role.name}", (seen + self.memory_size, *architecture.hidden, 1), inner, 1.0)
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
