"""The shape of a player's networks, as plain values. This module loads neither torch nor numba."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from comms.channel.settings import Channel

CLIP = 5.0
"""Normalised observations are clipped at ± this many standard deviations."""


FACTS = ("presence", "opponent")
"""Facts that critics can see besides the joint state, in the order in which they stand behind it; see `agents.models.facts`."""

Decision = Literal["sample", "greedy", "squashed", "deterministic"]
"""How preferences become actions; see `agents.models.distributions`."""


@dataclass(frozen=True)
class Speech:
    """How the seats of a team send each other messages. Who hears whom is not in it: the links belong to each player's weights.

    Attributes:
        sides: For each side, whether its seats send messages.
        symbols: Number of different symbols of which a message consists; 0 for messages of numbers.
        rounds: Number of messages that a seat sends per step. After each round it takes in what it heard.
        aggregation: What a listener makes of the messages: a name of `comms.aggregation.table.AGGREGATIONS`, or
            `module:callable` or `path/file.py:callable` of the user's own.
        channel: What happens to a message on its way.
        dynamic: Links that follow from positions: a name of `comms.topology.dynamic.DYNAMIC` or the user's own; "" for none. A
            link is used if the player has it and the positions allow it.
        options: Options of `dynamic`.
    """

    sides: tuple[bool, ...] = ()
    symbols: int = 0
    rounds: int = 1
    aggregation: str = "mean"
    channel: Channel = field(default_factory=Channel)
    dynamic: str = ""
    options: tuple[tuple[str, bool | int | float | str], ...] = ()


@dataclass(frozen=True)
class Architecture:
    """The shape of a player's networks; players of one architecture on one game can be stacked.

    Attributes:
        hidden: Widths of the hidden layers, of actors and critics alike.
        activation: `tanh` or `relu`.
        critic: `centralised` (the team's joint state in, one value per seat out), `local` (each seat's own observation in) or
            `counterfactual` (the joint state and the actions of the others in, the value of every own action out).
        normalise: Whether observations and states are standardised with their running mean and standard deviation.
        message_size: Length of a message: numbers or symbols; 0 without messages.
        hears: Only for players of earlier versions, whose links are not in their weights. For each side, the listening weights
            [A, A] between the seats of a team (row i: the weights that seat i gives to each speaker), or None if the side sends
            no messages.
        encoder: The encoder of observations: a name of `agents.models.table.ENCODERS`, or `module:callable` or
            `path/file.py:callable` of a user's own `torch.nn.Module`.
        memory: The memory of a seat: a name of `agents.models.table.MEMORIES`.
        memory_size: Number of values that a seat remembers, H; 0 without a memory.
        speech: How seats send messages; None without messages, and for players with `hears`.
        critic_sees: Facts that critics see besides the joint state; names of `FACTS`.
        decision: `sample` draws an action from the policy's distribution, `greedy` takes the action of the highest preference.
            For continuous actions, `squashed` draws from a normal distribution whose deviation depends on the observation and
            squashes the result by tanh, and `deterministic` squashes the mean.
        has_critic: Whether the player has critics. If not, its learner estimates values by networks of its own, which see what
            `critic` says.
    """

    hidden: tuple[int, ...] = (64, 64)
    activation: Literal["tanh", "relu"] = "tanh"
    critic: Literal["centralised", "local", "counterfactual"] = "centralised"
    normalise: bool = True
    message_size: int = 0
    hears: tuple[tuple[tuple[float, ...], ...] | None, ...] = ()
    encoder: str = "mlp"
    memory: str = "none"
    memory_size: int = 0
    speech: Speech | None = None
    critic_sees: tuple[str, ...] = ()
    decision: Decision = "sample"
    has_critic: bool = True

    @property
    def spoken(self) -> Speech | None:
        """How seats send messages, for players of all versions; None without messages."""
        if self.speech is not None or not self.message_size or not any(hears is not None for hears in self.hears):
            return self.speech
        return Speech(tuple(hears is not None for hears in self.hears))

    def over(self, channel: Channel) -> Architecture:
        """The same networks, whose messages pass through another channel.

        Raises:
            ValueError: Players with this architecture send no messages, or have their links not in their weights.
        """
        if self.speech is None:
            raise ValueError("only players that send messages, and have their links in their weights, can have another channel")
        return replace(self, speech=replace(self.speech, channel=channel))
