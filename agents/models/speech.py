"""The messages of one decision: seats speak, the channel carries, listeners combine, in one or several rounds.

The same code acts and trains. What differs is in `Air`: where delayed messages come from, and which random numbers there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

from agents.models.architecture import Speech
from agents.models.layout import ACTIVATIONS, linear
from agents.models.spec import PlayerSpec
from comms.aggregation.arrival import Aggregation, Arrival
from comms.chance import Chance
from comms.channel.transmission import arrives, sent, voiced, within_budget


class Exchange(Protocol):
    """Delays messages."""

    def exchange(self, turn: int, packed: Sequence[Tensor]) -> Sequence[Tensor]:
        """Take in what is sent in a round, and return what arrives in it.

        Messages have a last value that is 1 if something was sent, else 0.

        Args:
            turn: Number of the round.
            packed: Per role of a side, what its seats send, [P, B, a, M + 1].

        Returns:
            Per role, what arrives from all seats of the team, [P, B, A, M + 1].
        """
        ...


@dataclass(frozen=True)
class Air:
    """Everything around the messages of one pass that does not come from the networks. Lists have one entry per role of a side.

    Attributes:
        chance: int64 [P, B, a], a number for each seat that decides; empty if nothing is left to chance.
        temperature: Divides logits of gates and symbols, as that of the actor.
        reach: bool [P, B, a, A], links that positions allow; empty if links do not depend on them.
        places: int64 [P, B], turn-based: the place in its team of the seat that decides; else empty.
        bursts: float [P, B, a, A], states of links whose losses come in series; else empty.
        exchange: Delays messages; None if they arrive at once.
    """

    chance: Sequence[Tensor] = ()
    temperature: float = 1.0
    reach: Sequence[Tensor] = ()
    places: Sequence[Tensor] = ()
    bursts: Sequence[Tensor] = ()
    exchange: Exchange | None = None


STILL = Air()
"""Nothing but the networks: messages arrive at once, as they were said."""


@dataclass(frozen=True)
class Round:
    """What was said and heard in one round, per role of a side.

    Attributes:
        said: float [P, B, a, M], as it was sent.
        spoke: float [P, B, a], 1 where something was sent, else 0.
        weights: The weights that listeners gave to speakers, broadcastable to [P, B, a, A].
        arrived: float [P, B, A], 1 where something was sent that could arrive now, else 0.
    """

    said: list[Tensor]
    spoke: list[Tensor]
    weights: list[Tensor]
    arrived: list[Tensor]


@dataclass
class Talk:
    """What was said and heard in one pass.

    Attributes:
        rounds: The rounds.
        bursts: Per role, float [P, B, a, A], the states of links after the step; empty if losses do not come in series.
    """

    rounds: list[Round] = field(default_factory=list)
    bursts: list[Tensor] = field(default_factory=list)

    def messages(self, place: int) -> Tensor:
        """What the seats of a role said in all rounds, one after another: [P, B, a, rounds · M]; NaN where nothing was sent."""
        return torch.cat(
            [turn.said[place].masked_fill((turn.spoke[place] == 0).unsqueeze(-1), torch.nan) for turn in self.rounds], dim=-1
        )

    def weights(self, place: int) -> Tensor:
        """The weights that a role's listeners gave to the team's seats, the mean over rounds: [P, B, a, A]."""
        used = [turn.weights[place] * turn.arrived[place].unsqueeze(-2) for turn in self.rounds]
        return torch.stack(used).mean(0)


def converse(
    spec: PlayerSpec,
    pieces: Mapping[str, Tensor],
    statistics: Mapping[str, Tensor],
    side: int,
    hidden: Sequence[Tensor],
    present: Sequence[Tensor],
    air: Air,
) -> tuple[list[Tensor], Talk]:
    """Let the seats of a side's teams talk.

    Args:
        spec: Game and architecture.
        pieces: Parameters by name, [P, …].
        statistics: Statistics by name, [P, …]; they have the links.
        side: Index of the side.
        hidden: Per role of the side, float [P, B, a, W], features or memory.
        present: Per role of the side, bool [P, B, a], seats that decide. Other seats say nothing.
        air: What surrounds the messages.

    Returns:
        Per role, what its actor knows: hidden features and what was heard last, [P, B, a, W + K]; and what was said.
    """
    speech, numbers = spec.speech, spec.game.sides[side].roles
    assert speech is not None
    hidden, talk = list(hidden), Talk()
    links = _links(spec, statistics, side, air)
    heard: list[Tensor] = []
    for turn in range(speech.rounds):
        chances = _chances(spec, side, air, turn)
        voices = [
            _voice(spec, pieces, number, known, here, chance)
            for number, known, here, chance in zip(numbers, hidden, present, chances, strict=True)
        ]
        voices = _afforded(spec, voices, chances)
        kept = _kept(speech, chances, air, talk, turn)
        arriving = _carried(voices, air, turn)
        heard, weights = [], []
        for place, (said, spoke) in enumerate(arriving):
            combined, own = _aggregation(spec, pieces, numbers[place])
            arrival = Arrival(said, spoke, links[place], kept[place])
            got, weight = combined.combine(hidden[place], arrival, own, chances[place])
            heard.append(got)
            weights.append(weight)
        said_now, spoke_now = (list(column) for column in zip(*voices, strict=True))
        talk.rounds.append(Round(said_now, spoke_now, weights, [spoke for _, spoke in arriving]))
        if turn + 1 < speech.rounds:
            hidden = [_updated(spec, pieces, *known) for known in zip(numbers, hidden, heard, strict=True)]
    return [torch.cat([h, arrived], dim=-1) for h, arrived in zip(hidden, heard, strict=True)], talk


def _links(spec: PlayerSpec, statistics: Mapping[str, Tensor], side: int, air: Air) -> list[Tensor]:
    """Per role, the links on which its seats hear, float [P, B or 1, a, A]."""
    game = spec.game
    widths = [game.roles[number].per_team for number in game.sides[side].roles]
    if spec.architecture.speech is None:
        weights = next(iter(statistics.values())).new_tensor(spec.architecture.hears[side])
        graph = (weights > 0).to(weights.dtype).unsqueeze(0)
    else:
        graph = statistics[f"links.{game.sides[side].name}"]
    if game.turn_based:
        chosen = [graph.gather(1, place.unsqueeze(-1).expand(-1, -1, graph.shape[-1])) for place in air.places]
        links = [rows.unsqueeze(2) for rows in chosen]
    else:
        links = list(graph.unsqueeze(1).split(widths, dim=2))
    if air.reach:
        links = [rows * allowed for rows, allowed in zip(links, air.reach, strict=True)]
    return links


def _chances(spec: PlayerSpec, side: int, air: Air, turn: int) -> list[Chance | None]:
    """Per role, the random numbers of a round."""
    if not air.chance:
        return [None] * len(spec.game.sides[side].roles)
    if spec.game.turn_based:
        everybody = torch.arange(spec.game.sides[side].seats_per_team, device=air.chance[0].device).view(1, 1, -1)
        return [Chance(numbers, everybody, air.temperature, turn) for numbers in air.chance]
    team = torch.cat(list(air.chance), dim=2)
    return [Chance(numbers, team, air.temperature, turn) for numbers in air.chance]


def _voice(
    spec: PlayerSpec, pieces: Mapping[str, Tensor], number: int, hidden: Tensor, present: Tensor, chance: Chance | None
) -> tuple[Tensor, Tensor]:
    """What the seats of a role say, [P, B, a, M], and whether they do, [P, B, a]."""
    speech, name = spec.speech, spec.game.roles[number].name
    combined, own = _aggregation(spec, pieces, number)
    assert speech is not None
    output = linear(hidden, pieces[f"message_head.{name}.0.weight"], pieces[f"message_head.{name}.0.bias"])
    said = sent(voiced(output, speech.symbols, chance), speech.channel, speech.symbols, chance)
    spoke = present.to(said.dtype)
    gate = combined.gate(hidden, own, chance)
    if gate is not None:
        spoke = spoke * gate
    return said * spoke.unsqueeze(-1), spoke


def _aggregation(spec: PlayerSpec, pieces: Mapping[str, Tensor], number: int) -> tuple[Aggregation, dict[str, Tensor]]:
    """The aggregation of a role, and its learnt arrays by their own names."""
    combined, name = spec.aggregations[number], spec.game.roles[number].name
    assert combined is not None
    return combined, {each.name: pieces[f"aggregation.{name}.{each.name}"] for each in combined.parameters}


def _afforded(
    spec: PlayerSpec, voices: Sequence[tuple[Tensor, Tensor]], chances: Sequence[Chance | None]
) -> list[tuple[Tensor, Tensor]]:
    """The messages for which a team's budget suffices; the others are not sent. In turns, one seat speaks and can afford it."""
    speech = spec.speech
    assert speech is not None
    if not speech.channel.budget or spec.game.turn_based:
        return list(voices)
    first = chances[0]
    assert first is not None
    team = Chance(first.speakers, first.speakers, first.temperature, first.round)
    spoke = torch.cat([each for _, each in voices], dim=2)
    size = spec.architecture.message_size
    allowed = within_budget(spoke, speech.channel, size, speech.symbols, speech.rounds, team)
    split = allowed.split([each.shape[2] for _, each in voices], dim=2)
    return [(said * mine.unsqueeze(-1), spoke * mine) for (said, spoke), mine in zip(voices, split, strict=True)]


def _carried(voices: Sequence[tuple[Tensor, Tensor]], air: Air, turn: int) -> list[tuple[Tensor, Tensor]]:
    """What arrives in a round from all seats of the team, as each role hears it: [P, B, A, M], and whether it was sent."""
    if air.exchange is None:
        team = torch.cat([said for said, _ in voices], dim=2), torch.cat([spoke for _, spoke in voices], dim=2)
        return [team] * len(voices)
    packed = [torch.cat([said, spoke.unsqueeze(-1)], dim=-1) for said, spoke in voices]
    return [(arrived[..., :-1], arrived[..., -1]) for arrived in air.exchange.exchange(turn, packed)]


def _kept(speech: Speech, chances: Sequence[Chance | None], air: Air, talk: Talk, turn: int) -> list[Tensor | None]:
    """Per role, 1 for messages that the channel does not lose, [P, B, a, A]; None if it loses none.

    Links whose losses come in series change their state once per step.
    """
    if not speech.channel.loss:
        return [None] * len(chances)
    kept: list[Tensor | None] = []
    for place, chance in enumerate(chances):
        assert chance is not None
        if air.bursts:
            survives, states = arrives(speech.channel, chance.at(0), air.bursts[place])
            if turn == 0 and states is not None:
                talk.bursts.append(states)
        else:
            survives, _ = arrives(speech.channel, chance, None)
        kept.append(survives)
    return kept


def _updated(spec: PlayerSpec, pieces: Mapping[str, Tensor], number: int, hidden: Tensor, heard: Tensor) -> Tensor:
    """The features of a role's seats after they took in what they heard in a round.

    Reference:
        Sukhbaatar, Szlam & Fergus (2016), equation 1.
    """
    name = f"message_update.{spec.game.roles[number].name}.0"
    known = linear(torch.cat([hidden, heard], dim=-1), pieces[f"{name}.weight"], pieces[f"{name}.bias"])
    return ACTIVATIONS[spec.architecture.activation](known)
