"""The same player under other conditions: links cut, another channel, its memory wiped. Its weights are otherwise the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from agents.models.architecture import Architecture, Speech
from comms.channel.settings import Channel, fault_of, message_bits
from envs.game import Game
from league.errors import LeagueError
from league.execution.tasks import Contestant

Kind = Literal["open", "cut", "edge", "forget", "loss", "delay", "bits"]

LOSSES = (0.1, 0.5, 0.9)
"""Probabilities with which messages are lost."""

DELAYS = (1, 2, 3, 4, 5)
"""Steps by which messages are late."""

BITS = (1, 2, 3, 4, 5, 6, 7, 8)
"""Bits to which the numbers of messages are quantised."""

Edge = tuple[str, str]
"""Speaker and listener: seats of a side's first team."""


@dataclass(frozen=True)
class Condition:
    """A player under a condition.

    Attributes:
        kind: What is different: nothing (open), all links are cut (cut), one link is cut (edge), the memory is wiped before
            every decision (forget), or the channel.
        value: The probability of a loss, the delay in steps, or the number of bits; 0 otherwise.
        edge: The link that is cut, or None.
        contestant: The player.
    """

    kind: Kind
    value: float
    edge: Edge | None
    contestant: Contestant

    @property
    def name(self) -> str:
        """A name that no other condition has."""
        where = "" if self.edge is None else " {} > {}".format(*self.edge)
        return f"{self.kind}{where}" if self.kind in ("open", "cut", "edge", "forget") else f"{self.kind} {self.value:g}"

    @property
    def bits(self) -> float:
        """Bits of all messages of a seat in a step."""
        architecture, speech = spoken(self.contestant)
        return message_bits(architecture.message_size, speech.symbols, speech.channel.bits) * speech.rounds


def spoken(contestant: Contestant) -> tuple[Architecture, Speech]:
    """The networks of a player that sends messages, and how it does."""
    architecture = contestant.architecture
    assert architecture is not None
    assert architecture.speech is not None
    return architecture, architecture.speech


def speaking(name: str, contestant: Contestant, game: Game) -> Contestant:
    """A player that sends messages, with its links in its weights, where earlier versions did not have them.

    Raises:
        LeagueError: The player sends no messages.
    """
    architecture = contestant.architecture
    speech = None if architecture is None else architecture.spoken
    if architecture is None or speech is None or contestant.weights is None:
        raise LeagueError(f"{name} sends no messages; a league with messages has comms.topology other than none")
    if architecture.speech is not None:
        return contestant
    links = {
        f"links.{side.name}": (np.array(hears) > 0).astype(np.float32)
        for side, hears in zip(game.sides, architecture.hears, strict=True)
        if hears is not None
    }
    modern = replace(architecture, hears=(), speech=speech)
    return replace(contestant, architecture=modern, weights={**contestant.weights, **links})


def links_of(contestant: Contestant, game: Game) -> dict[Edge, tuple[str, int, int]]:
    """The links of a player that sends messages: edge → name of its array, row (listener) and column (speaker)."""
    found: dict[Edge, tuple[str, int, int]] = {}
    weights: Mapping[str, np.ndarray] = contestant.weights or {}
    for side in game.sides:
        name = f"links.{side.name}"
        if name in weights:
            seats = [str(game.seats[seat]) for seat in game.teams[side.teams[0]]]
            for listener, speaker in zip(*np.nonzero(weights[name] > 0), strict=True):
                found[seats[speaker], seats[listener]] = (name, int(listener), int(speaker))
    return found


def without(contestant: Contestant, game: Game, *edges: Edge) -> Contestant:
    """The same player with links cut."""
    weights, known = {name: array.copy() for name, array in (contestant.weights or {}).items()}, links_of(contestant, game)
    for edge in edges:
        name, listener, speaker = known[edge]
        weights[name][listener, speaker] = 0.0
    return replace(contestant, weights=weights)


def conditions(contestant: Contestant, game: Game, edges: Iterable[Edge]) -> Iterator[Condition]:
    """The conditions under which a player that sends messages is measured; the first one is open.

    Args:
        contestant: The player.
        game: The game.
        edges: The links that are cut one at a time.

    Yields:
        Conditions that the player's channel allows. Symbols are not quantised.
    """
    yield Condition("open", 0.0, None, contestant)
    yield Condition("cut", 0.0, None, without(contestant, game, *links_of(contestant, game)))
    for edge in edges:
        yield Condition("edge", 0.0, edge, without(contestant, game, edge))
    architecture, speech = spoken(contestant)
    if architecture.memory_size:
        yield Condition("forget", 0.0, None, replace(contestant, forgets=True))
    channel = speech.channel
    changed: list[tuple[Kind, float, Channel]] = [
        *(("loss", loss, replace(channel, loss=loss, burst=0.0)) for loss in LOSSES),
        *(("delay", float(delay), replace(channel, delay=delay)) for delay in DELAYS),
        *(("bits", float(bits), replace(channel, bits=bits)) for bits in BITS),
    ]
    for kind, value, other in changed:
        if not fault_of(other, architecture.message_size, speech.symbols, speech.rounds):
            yield Condition(kind, value, None, replace(contestant, architecture=architecture.over(other)))
