"""Messages between seats of one team that different players hold.

Each player computes what its own seats say. What arrives from the seats of partners is put in from outside, round by round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from agents.acting.routing import Routing
from agents.acting.seating import Seating
from agents.models.speech import Exchange


@dataclass
class Partners:
    """What a player hears from the seats of partners.

    Attributes:
        seats: bool [N, A], the seats of partners.
        words: Per round that is known, float [N, A, M + 1], what arrives from these seats; the last value is 1 if something was
            sent, else 0.
        own: Per round, the same for all seats as the player computes it; written in every pass.
    """

    seats: Tensor
    words: Sequence[Tensor] = ()
    own: list[Tensor] = field(default_factory=list)


class Borrowed:
    """Puts the messages of partners in the place of their seats; see `agents.models.speech.Exchange`."""

    def __init__(
        self, partners: Partners, inner: Exchange | None, seating: Seating, side: int, routings: Sequence[Routing]
    ) -> None:
        """Begin a decision.

        Args:
            partners: What is heard from partners.
            inner: Delays messages; None if they arrive at once.
            seating: The seats of the players.
            side: Index of the side.
            routings: Per role of the side, the result of `Seating.deciding`.
        """
        self._partners, self._inner = partners, inner
        self._seating, self._seated = seating, list(zip(seating.game.sides[side].roles, routings, strict=True))
        self._foreign = self._of_team(partners.seats.unsqueeze(-1))

    def exchange(self, turn: int, packed: Sequence[Tensor]) -> list[Tensor]:
        """See `agents.models.speech.Exchange`."""
        arrived = [torch.cat(list(packed), dim=2)] * len(packed) if self._inner is None else self._inner.exchange(turn, packed)
        self._keep(turn, arrived[0])
        words = self._partners.words
        heard = self._of_team(words[turn]) if turn < len(words) else torch.zeros_like(arrived[0])
        return [torch.where(self._foreign, heard, each) for each in arrived]

    def _of_team(self, values: Tensor) -> Tensor:
        """Values of seats [N, A, …] of the teams that the players hold, [P, B, A of a team, …]."""
        game = self._seating.game
        rows = [self._seating.groups(values[:, list(game.roles[role].seats)], routing, role) for role, routing in self._seated]
        return torch.cat(rows, dim=2)

    def _keep(self, turn: int, arrived: Tensor) -> None:
        """Write down what arrives from the seats that the players hold."""
        game, seats = self._seating.game, self._partners.seats
        own = self._partners.own
        if turn == len(own):
            own.append(arrived.new_zeros(*seats.shape, arrived.shape[-1]))
        first = 0
        for role, routing in self._seated:
            places, width = list(game.roles[role].seats), game.roles[role].per_team
            slots = own[turn][:, places].contiguous()
            routing.scatter(arrived[:, :, first : first + width].flatten(1, 2), slots.view(-1, arrived.shape[-1]))
            own[turn][:, places] = slots
            first += width
