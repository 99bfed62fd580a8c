"""Messages on their way: a register per seat while acting, and the same shift over whole sequences in training.

A seat's register holds, for every round, the last messages that it sent, the newest first: [rounds, depth, M + 1] as a flat
vector. The last value of a message is 1 if something was sent, else 0. In simultaneous games the register moves on in every
step; in turn-based games when the seat acts, so that a seat hears what its team-mates said at their last turns.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from agents.models.spec import PlayerSpec
from envs.game import Game


class Registers:
    """The registers of one decision. See `agents.models.speech.Exchange`."""

    def __init__(self, spec: PlayerSpec, registers: Sequence[Tensor], places: Sequence[Tensor]) -> None:
        """Begin a decision.

        Args:
            spec: Game and architecture.
            registers: Per role of a side, float [P, B, A, size], the registers of all seats of the team before the decision. In
                simultaneous games all roles have the same.
            places: Turn-based: per role, int64 [P, B], the place in its team of the seat that decides; else empty.
        """
        assert spec.speech is not None
        shape = spec.speech.rounds, spec.depth, spec.message_width + 1
        self._registers = [register.unflatten(-1, shape) for register in registers]
        self._places = places
        self._after: list[list[Tensor]] = []

    def exchange(self, turn: int, packed: Sequence[Tensor]) -> list[Tensor]:
        """Put the messages of a round into the registers, and take out those that arrive."""
        after = []
        first = 0
        for place, (register, messages) in enumerate(zip(self._registers, packed, strict=True)):
            seats = messages.shape[2]
            own = register[:, :, first : first + seats, turn] if not self._places else self._own(place, turn)
            after.append(torch.cat([messages.unsqueeze(3), own[:, :, :, :-1]], dim=3))
            first += seats
        self._after.append(after)
        return [register[:, :, :, turn, -1] for register in self._registers]

    def _own(self, place: int, turn: int) -> Tensor:
        register = self._registers[place][:, :, :, turn]
        index = self._places[place].view(*self._places[place].shape, 1, 1, 1).expand(-1, -1, 1, *register.shape[3:])
        return register.gather(2, index)

    def after(self, place: int) -> Tensor:
        """The registers of a role's seats after the decision, [P, B, a, size]."""
        return torch.stack([turn[place] for turn in self._after], dim=3).flatten(3)


class Shift:
    """Messages over whole sequences in a simultaneous game. See `agents.models.speech.Exchange`."""

    def __init__(self, spec: PlayerSpec, start: Tensor, ends: Tensor) -> None:
        """Begin at the messages that were on their way before the first step.

        Args:
            spec: Game and architecture.
            start: float [P, b, A, size], the registers before the first step.
            ends: bool [P, b, T, A], steps that end the game or a life of the seat. What it sent before then never arrives.
        """
        assert spec.speech is not None
        self._start = start.unflatten(-1, (spec.speech.rounds, spec.depth, spec.message_width + 1))
        ended = ends.int().cumsum(2)
        before = torch.cat([torch.zeros_like(ended[:, :, :1]), ended[:, :, :-1]], dim=2)
        sent_at = torch.cat([torch.zeros_like(before[:, :, :1]).expand(-1, -1, spec.depth, -1), before], dim=2)
        self._same_game = sent_at[:, :, : before.shape[2]] == before
        self._shape = ends.shape[:3]

    def exchange(self, turn: int, packed: Sequence[Tensor]) -> list[Tensor]:
        """Shift the messages of a round, [P, b · T, a, M + 1] per role, by the delay."""
        team = torch.cat(list(packed), dim=2)
        team = team.view(*self._shape, *team.shape[2:])
        earlier = self._start[:, :, :, turn].flip(3).transpose(2, 3)
        arrived = torch.cat([earlier, team], dim=2)[:, :, : team.shape[2]]
        arrived = arrived * self._same_game.unsqueeze(-1).to(arrived.dtype)
        return [arrived.flatten(1, 2)] * len(packed)


class Turns:
    """Messages over whole sequences in a turn-based game. See `agents.models.speech.Exchange`."""

    def __init__(
        self, spec: PlayerSpec, side: int, start: Tensor, ends: Tensor, mover: Tensor, present: Sequence[Tensor]
    ) -> None:
        """Find out for every step which messages arrive.

        Args:
            spec: Game and architecture.
            side: Index of the side.
            start: float [P, b, all seats, size], the registers before the first step.
            ends: bool [P, b, T, all seats], steps that end the game or a life of the seat.
            mover: int64 [P, b, T], the seat that is to act.
            present: Per role of the side, bool [P, b · T, 1], whether a seat of the role acts.
        """
        self._start = start.unflatten(-1, (spec.depth, spec.message_width + 1)).flatten(2, 3)
        self._present, self._shape = present, mover.shape
        mates = torch.tensor(_mates(spec.game, side), device=mover.device)[mover]
        acts = torch.stack([here.view(mover.shape) for here in present]).any(0)
        self._arriving = _positions(start.shape[2], spec.depth, ends, mover, acts, mates)

    def exchange(self, turn: int, packed: Sequence[Tensor]) -> list[Tensor]:
        """Find the messages that arrive in every step, [P, b · T, A, M + 1]."""
        said = torch.stack(
            [torch.where(here.unsqueeze(-1), each, 0.0) for here, each in zip(self._present, packed, strict=True)]
        )
        said = said.sum(0).view(*self._shape, -1)
        everything = torch.cat([torch.zeros_like(said[:, :, :1]), self._start, said], dim=2)
        index = self._arriving.flatten(2).unsqueeze(-1).expand(-1, -1, -1, everything.shape[-1])
        arrived = everything.gather(2, index).view(self._shape[0], -1, self._arriving.shape[-1], everything.shape[-1])
        return [arrived] * len(packed)


def _mates(game: Game, side: int) -> list[list[int]]:
    """For each seat, the seats of its team; of the side's first team for seats of other sides, which count for nothing."""
    teams = game.sides[side].teams
    return [list(game.teams[team if team in teams else teams[0]]) for team in game.team_of_seat]


def _positions(seats: int, depth: int, ends: Tensor, mover: Tensor, acts: Tensor, mates: Tensor) -> Tensor:
    """For every step, where the message stands that arrives from each team-mate: int64 [P, b, T, A].

    0 is silence, 1 + seat · depth + age a message of the start, and 1 + seats · depth + t the message that was sent in step t.
    """
    players, sequences, steps = mover.shape
    registers = torch.arange(1, 1 + seats * depth, device=mover.device).view(1, 1, seats, depth)
    registers = registers.repeat(players, sequences, 1, 1)
    found = []
    for step in range(steps):
        found.append(registers[..., -1].gather(2, mates[:, :, step]))
        index = mover[:, :, step, None, None].expand(-1, -1, 1, depth)
        own = registers.gather(2, index)
        pushed = torch.cat([torch.full_like(own[..., :1], 1 + seats * depth + step), own[..., :-1]], dim=3)
        registers = registers.scatter(2, index, torch.where(acts[:, :, step, None, None], pushed, own))
        registers = registers.masked_fill(ends[:, :, step].unsqueeze(-1), 0)
    return torch.stack(found, dim=2)
