"""The specification of a player for a game and an architecture: the shapes of its weights and their initial values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from agents.models.architecture import Architecture, Speech
from agents.models.facts import fact_size
from agents.models.layout import GAINS, Layout, Piece, mlp_pieces
from agents.models.own_aggregation import OwnAggregation
from agents.models.parts import EncoderPart, MemoryPart
from agents.models.table import ENCODERS, MEMORIES, OWN, maker
from comms.aggregation.arrival import Aggregation
from comms.aggregation.table import AGGREGATIONS, aggregation
from comms.channel.settings import Channel
from envs.game import Game

INITIAL_LOG_STD = -0.5
"""Logarithm of the initial standard deviation of continuous actions, in units of half the action's range."""


@dataclass(frozen=True)
class PlayerSpec:
    """A game and an architecture.

    The networks of a role are, in this order:

    * `encoder`: computes features of the observation. Perceptrons without messages and memory have no separate encoder.
    * `memory`: computes the memory of a seat from one decision to the next. It is optional.
    * `message_head`: computes the message of a seat, if seats send messages.
    * `aggregation`: the learnt arrays with which messages are combined, if there are any.
    * `message_update`: one layer that takes in what was heard before the next round of messages, if there are several rounds.
    * `actor`: a perceptron from features (or memory) and received messages to preferences.
    * `log_std`: the logarithm of the standard deviation of continuous actions.
    * `critic`, if it is local: a perceptron from the seat's own observation, or from the features of a separate encoder
      (`critic_encoder`). If the actor has a memory, the memory before the decision is an additional input. Only the actor's
      gradient trains the memory.

    Centralised critics belong to a side. They are perceptrons that see the joint state and have no memory. Counterfactual ones
    belong to a role. They are perceptrons, too, and also see which seat they judge and the actions of its team-mates.
    """

    game: Game
    architecture: Architecture

    @cached_property
    def speech(self) -> Speech | None:
        """How seats send each other messages; None without messages."""
        return self.architecture.spoken

    def speaks(self, side: int) -> bool:
        """True if the seats of this side's teams send each other messages."""
        return self.speech is not None and side < len(self.speech.sides) and self.speech.sides[side]

    @property
    def message_width(self) -> int:
        """Number of values of one message, M; symbols are one-hot vectors."""
        return 0 if self.speech is None else self.architecture.message_size * max(self.speech.symbols, 1)

    @cached_property
    def aggregations(self) -> tuple[Aggregation | None, ...]:
        """Per role, what its listeners make of messages; None if its side sends none."""
        return tuple(self._aggregation(number) for number in range(len(self.game.roles)))

    def _aggregation(self, role: int) -> Aggregation | None:
        if self.speech is None or not self.speaks(self.game.roles[role].side):
            return None
        name, width = self.speech.aggregation, self.hidden_width(role)
        if name in AGGREGATIONS:
            return aggregation(name, width, self.message_width)
        return OwnAggregation(name, width, self.message_width)

    def hidden_width(self, role: int) -> int:
        """Width W of what a role with an encoder knows before messages arrive: its memory, or its features."""
        encoder = self.encoders[role]
        assert encoder is not None
        return self.memory_size or encoder.width

    @cached_property
    def uncertain(self) -> bool:
        """True if messages need random numbers."""
        speech = self.speech
        if speech is None:
            return False
        entry = AGGREGATIONS.get(speech.aggregation)
        return speech.symbols > 0 or speech.channel.uncertain or (entry is not None and entry.random)

    @property
    def dynamic(self) -> bool:
        """True if links follow from positions in the game."""
        return self.speech is not None and bool(self.speech.dynamic)

    @cached_property
    def depth(self) -> int:
        """Number of messages of each seat and round that are on their way between steps."""
        return 0 if self.speech is None else self.speech.channel.delay + int(self.game.turn_based)

    @property
    def register_size(self) -> int:
        """Number of values of the messages of a seat that are on their way between steps."""
        return 0 if self.speech is None else self.depth * self.speech.rounds * (self.message_width + 1)

    @property
    def carried_size(self) -> int:
        """Number of values that a seat carries from one decision to the next.

        They are its memory, its messages that are on their way, and the states of the links on which it hears.
        """
        states = max((side.seats_per_team for side in self.game.sides), default=0)
        bursts = self.speech is not None and self.speech.channel.bursts
        return self.memory_size + self.register_size + (states if bursts else 0)

    @property
    def in_sequences(self) -> bool:
        """True if players are trained on sequences, because a gradient flows from one step to the next."""
        return self.memory_size + self.register_size > 0

    @property
    def perceptron(self) -> bool:
        """True if the networks are perceptrons without a memory."""
        return self.architecture.encoder == "mlp" and self.architecture.memory == "none"

    def plain(self, side: int) -> bool:
        """True if every actor of this side is just a perceptron, from the observation to the preferences."""
        return self.perceptron and not self.speaks(side)

    def compiled(self, side: int) -> bool:
        """True if the actors of this side have compiled loops.

        They have perceptrons alone, with a gated recurrent unit, or with messages that are averaged in the same step, and their
        continuous preferences are the means of normal distributions. Players of earlier versions that speak learn as they did
        then, to the bit.
        """
        architecture, roles = self.architecture, self.game.sides[side].roles
        usual = architecture.decision == "sample" or all(self.game.roles[role].actions.kind == "discrete" for role in roles)
        if architecture.encoder != "mlp" or not usual:
            return False
        deep = len(architecture.hidden) > 1
        if self.speaks(side):
            return architecture.speech is not None and self.averages and architecture.memory == "none" and deep
        return architecture.memory == "none" or (architecture.memory == "gru" and deep)

    @property
    def averages(self) -> bool:
        """True if there is one round of messages of numbers per step, which arrive unchanged and at once and are averaged."""
        speech = self.speech
        if speech is None or speech.symbols or speech.rounds > 1 or speech.dynamic or self.game.turn_based:
            return False
        return speech.channel == Channel() and speech.aggregation in ("mean", "mean_of_present")

    @property
    def plain_critics(self) -> bool:
        """True if all critics are perceptrons with one value per seat."""
        return self.architecture.critic == "centralised" or (self.perceptron and self.architecture.critic == "local")

    @property
    def sees_state(self) -> bool:
        """True if critics see the joint state."""
        return self.architecture.critic != "local"

    @property
    def state_size(self) -> int:
        """Length of a team's joint state together with the facts that critics see besides, S."""
        return self.game.state_size + fact_size(self.game, self.architecture.critic_sees)

    @property
    def memory_size(self) -> int:
        """Number of values that a seat remembers from one decision to the next, H; 0 without a memory."""
        return 0 if self.architecture.memory == "none" else self.architecture.memory_size

    @cached_property
    def encoders(self) -> tuple[EncoderPart | None, ...]:
        """Per role, the encoder of the actor; None if the actor's perceptron reads the observation itself."""
        return tuple(
            None if self.perceptron and not self.speaks(role.side) else self._encoder(f"encoder.{role.name}", number)
            for number, role in enumerate(self.game.roles)
        )

    @cached_property
    def critic_encoders(self) -> tuple[EncoderPart | None, ...]:
        """Per role, the encoder of the local critic; None if the critic's perceptron reads the observation itself."""
        own = self.architecture.critic == "local" and self.architecture.encoder != "mlp" and self.architecture.has_critic
        return tuple(
            self._encoder(f"critic_encoder.{role.name}", number) if own else None for number, role in enumerate(self.game.roles)
        )

    @cached_property
    def memories(self) -> tuple[MemoryPart | None, ...]:
        """Per role, the memory; None without a memory."""
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
        """Number of layers of an actor's perceptron that reads features. The first hidden layer is the encoder `mlp`."""
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
        if self.architecture.critic == "centralised" and self.architecture.has_critic:
            for side in self.game.sides:
                sizes = (self.state_size, *self.architecture.hidden, side.seats_per_team)
                pieces += mlp_pieces(f"critic.{side.name}", sizes, GAINS[self.architecture.activation], 1.0)
        return pieces

    def outputs(self, number: int) -> int:
        """Number of outputs of a role's actor. Squashed distributions have a mean and a log deviation per component."""
        actions = self.game.roles[number].actions
        squashed = actions.kind == "continuous" and self.architecture.decision == "squashed"
        return actions.size * (2 if squashed else 1)

    def _of_role(self, number: int) -> list[Piece]:
        """The pieces of one role's networks."""
        architecture, role = self.architecture, self.game.roles[number]
        inner, encoder, memory = GAINS[architecture.activation], self.encoders[number], self.memories[number]
        pieces: list[Piece] = []
        if encoder is None:
            pieces += mlp_pieces(f"actor.{role.name}", (role.features, *architecture.hidden, self.outputs(number)), inner, 0.01)
        else:
            pieces += encoder.pieces
            if memory is not None:
                pieces += memory.pieces
            pieces += self._of_speech(number)
            combined = self.aggregations[number]
            width = self.hidden_width(number) + (0 if combined is None else combined.width)
            pieces += mlp_pieces(f"actor.{role.name}", (width, *self._head, self.outputs(number)), inner, 0.01)
        if role.actions.kind == "continuous" and architecture.decision == "sample":
            pieces.append(Piece(f"log_std.{role.name}", (role.actions.size,), INITIAL_LOG_STD))
        if architecture.critic == "local" and architecture.has_critic:
            own, seen = self.critic_encoders[number], role.features
            if own is not None:
                pieces += own.pieces
                seen = own.width
            pieces += mlp_pieces(f"critic.{role.name}", (seen + self.memory_size, *architecture.hidden, 1), inner, 1.0)
        if architecture.critic == "counterfactual":
            sizes = (self.state_size + sum(self.judged(number)), *architecture.hidden, role.actions.size)
            pieces += mlp_pieces(f"critic.{role.name}", sizes, inner, 1.0)
        return pieces

    def _of_speech(self, number: int) -> list[Piece]:
        """The pieces with which a role speaks and hears; none if it sends no messages."""
        combined, name, inner = self.aggregations[number], self.game.roles[number].name, GAINS[self.architecture.activation]
        if combined is None or self.speech is None:
            return []
        width = self.hidden_width(number)
        pieces = mlp_pieces(f"message_head.{name}", (width, self.message_width), inner, 1.0)
        pieces += [Piece(f"aggregation.{name}.{own.name}", own.shape, own.start, own.draw) for own in combined.parameters]
        if self.speech.rounds > 1:
            pieces += mlp_pieces(f"message_update.{name}", (width + combined.width, width), inner, inner)
        return pieces

    def judged(self, number: int) -> tuple[int, int]:
        """The inputs of a role's counterfactual critic besides the state: for the seat's place, and for actions of the team.

        A role with one seat per team needs no place, and a team of one seat has no actions of others.
        """
        role = self.game.roles[number]
        roles = [self.game.roles[each] for each in self.game.sides[role.side].roles]
        actions = sum(each.per_team * each.actions.size for each in roles) if sum(each.per_team for each in roles) > 1 else 0
        return role.per_team if role.per_team > 1 else 0, actions

    @cached_property
    def parameters(self) -> Layout:
        """The layout of all parameters that the optimiser changes."""
        return Layout(tuple((piece.name, piece.shape) for piece in self._pieces))

    @cached_property
    def statistics(self) -> Layout:
        """The layout of running means, variances and counts, and of links. They do not change by gradients."""
        shapes: list[tuple[str, tuple[int, ...]]] = []
        for role in self.game.roles:
            shapes += statistic_shapes(f"observation.{role.name}", role.features)
        for side in self.game.sides:
            shapes += statistic_shapes(f"state.{side.name}", self.state_size)
            shapes += statistic_shapes(f"return.{side.name}", 1)
        shapes += [
            (f"links.{side.name}", (side.seats_per_team, side.seats_per_team))
            for number, side in enumerate(self.game.sides)
            if self.architecture.speech is not None and self.speaks(number)
        ]
        return Layout(tuple(shapes))

    def founder(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """The initial parameters [D] and statistics [E] of a player: orthogonal layers, and an almost uniform policy.

        Every seat of a side that speaks hears all others of its team.
        """
        parameters = [piece.initial(generator) for piece in self._pieces]
        statistics = [_statistic(name, shape) for name, shape in self.statistics.shapes]
        return torch.cat([p.reshape(-1) for p in parameters]), torch.cat([s.reshape(-1) for s in statistics])


def statistic_shapes(name: str, size: int) -> list[tuple[str, tuple[int, ...]]]:
    """The names and shapes of a running mean, variance and count."""
    return [(f"{name}.mean", (size,)), (f"{name}.variance", (size,)), (f"{name}.count", (1,))]


def _statistic(name: str, shape: tuple[int, ...]) -> Tensor:
    """The initial value of a statistic."""
    if name.startswith("links."):
        return 1.0 - torch.eye(shape[0])
    return torch.ones(shape) if name.endswith(".variance") else torch.zeros(shape)
