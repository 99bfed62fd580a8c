"""The channel as plain values. This module loads no torch."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

UNQUANTISED = 32
"""Bits of a number that is not quantised: a float32."""


@dataclass(frozen=True)
class Channel:
    """What happens to a message on its way.

    Attributes:
        delay: Number of steps after which a message arrives; 0 arrives in the same step. In turn-based games, number of the
            speaker's turns.
        loss: Probability that a message does not arrive, for each link.
        burst: Mean length of a series of losses on a link, in steps; 0 loses every message independently.
        noise: Standard deviation of normal noise that is added to every number of a message. The numbers lie between −1 and 1.
        bits: Bits of each number: it takes one of 2**bits values. 0 does not quantise.
        budget: Bits that a team may send per step; 0 is unlimited. A message is sent whole or not at all.
    """

    delay: int = 0
    loss: float = 0.0
    burst: float = 0.0
    noise: float = 0.0
    bits: int = 0
    budget: int = 0

    @property
    def uncertain(self) -> bool:
        """True if anything is left to chance."""
        return self.loss > 0 or self.noise > 0 or self.budget > 0

    @property
    def bursts(self) -> bool:
        """True if losses come in series, so that a link has a state."""
        return self.loss > 0 and self.burst > 0


def message_bits(size: int, symbols: int, bits: int) -> float:
    """The bits of one message.

    Args:
        size: Length of a message: numbers or symbols.
        symbols: Number of different symbols; 0 for numbers.
        bits: Bits of a number; 0 for numbers that are not quantised.
    """
    return size * (log2(symbols) if symbols else bits or UNQUANTISED)


def fault_of(channel: Channel, size: int, symbols: int, rounds: int) -> str:
    """Say in a sentence why a channel cannot carry messages; "" if it can.

    Args:
        channel: The channel.
        size: Length of a message.
        symbols: Number of different symbols; 0 for numbers.
        rounds: Number of messages of a seat in a step.
    """
    if symbols and (channel.bits or channel.noise):
        return "symbols have neither bits nor noise: channel.bits and channel.noise are for messages of numbers (symbols 0)"
    if channel.burst and not channel.loss:
        return "channel.burst is the length of a series of losses; it needs channel.loss above 0"
    if channel.bursts and (channel.burst < 1 or channel.loss >= 1 or channel.loss / (1 - channel.loss) > channel.burst):
        return (
            f"losses of {channel.loss:g} cannot come in series of {channel.burst:g} steps; make series longer, or losses rarer"
        )
    needed = message_bits(size, symbols, channel.bits) * rounds
    if channel.budget and channel.budget < needed:
        return f"channel.budget {channel.budget} is less than the {needed:g} bits that one seat says in a step"
    return ""
