"""From the output of a network to what is sent, and from what is sent to what arrives."""

from __future__ import annotations

import torch
from torch import Tensor

from comms.chance import Chance, Purpose, gumbel
from comms.channel.settings import Channel, message_bits

GOOD, BAD = 1.0, 2.0
"""States of a link whose losses come in series. 0 is the state of a link that was not used in this game."""


def voiced(output: Tensor, symbols: int, chance: Chance | None) -> Tensor:
    """Turn the output of a message head into a message.

    Args:
        output: float [P, B, a, size · max(symbols, 1)].
        symbols: Number of different symbols; 0 for numbers.
        chance: Random numbers of the speakers; needed for symbols.

    Returns:
        float of the same shape: numbers between −1 and 1, or symbols as one-hot vectors, drawn at random. The gradient of a
        symbol is that of its relaxation.

    Reference:
        Jang, Gu & Poole (2017), section 2.2: the straight-through Gumbel-softmax estimator.
    """
    if not symbols:
        return torch.tanh(output)
    assert chance is not None
    drawn = gumbel(chance.of_seats(Purpose.SYMBOL, output.shape[-1])) * chance.temperature
    logits = (output + drawn).unflatten(-1, (-1, symbols))
    soft = logits.softmax(-1)
    hard = torch.zeros_like(soft).scatter_(-1, logits.argmax(-1, keepdim=True), 1.0)
    return (hard + (soft - soft.detach())).flatten(-2)


def sent(said: Tensor, channel: Channel, symbols: int, chance: Chance | None) -> Tensor:
    """Add the channel's noise to messages and quantise them, [P, B, a, M] → [P, B, a, M]. The gradient passes unchanged.

    Reference:
        Foerster et al. (2016), section 5.2: the discretise/regularise unit adds noise in training.
    """
    if symbols:
        return said
    if channel.noise:
        assert chance is not None
        normal = torch.special.ndtri(chance.of_seats(Purpose.NOISE, said.shape[-1]))
        said = said + channel.noise * normal
    if channel.bits:
        steps = 2**channel.bits - 1
        nearest = ((said.clamp(-1.0, 1.0) + 1.0) / 2.0 * steps).round() / steps * 2.0 - 1.0
        said = said + (nearest - said).detach()
    return said


def within_budget(speaks: Tensor, channel: Channel, size: int, symbols: int, rounds: int, chance: Chance) -> Tensor:
    """Choose which of a team's messages are sent: as many as the budget of a step allows, at random among those who speak.

    Args:
        speaks: float [P, B, A], 0 for seats that say nothing.
        channel: The channel.
        size: Length of a message.
        symbols: Number of different symbols; 0 for numbers.
        rounds: Number of rounds, which share the budget equally.
        chance: Random numbers; all seats of the team decide.

    Returns:
        float [P, B, A], 1 for messages that are sent.
    """
    allowed = int(channel.budget // (message_bits(size, symbols, channel.bits) * rounds))
    turn = chance.of_seats(Purpose.TURN, 1).squeeze(-1).masked_fill(speaks == 0, 2.0)
    before = (turn.unsqueeze(-2) < turn.unsqueeze(-1)).sum(-1)
    return (before < allowed).to(speaks.dtype)


def arrives(channel: Channel, chance: Chance, states: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Lose messages at random.

    Args:
        channel: The channel.
        chance: Random numbers of listeners and speakers.
        states: float [P, B, L, A], the states of the links before the step, if losses come in series.

    Returns:
        float [P, B, L, A], 1 for messages that arrive; and the states of the links after the step, or None.

    Reference:
        Gilbert (1960): a link is in a good or in a bad state, and loses everything in the bad one.
    """
    drawn = chance.of_links(Purpose.LOSS)
    if states is None:
        return (drawn >= channel.loss).to(torch.float32), None
    worse = channel.loss / (channel.burst * (1.0 - channel.loss))
    remains = torch.where(states == BAD, 1.0 - 1.0 / channel.burst, torch.where(states == GOOD, worse, channel.loss))
    bad = drawn < remains
    return (~bad).to(torch.float32), torch.where(bad, BAD, GOOD)
