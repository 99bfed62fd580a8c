"""Teams that several players share: every player decides for its own seats only.

An actor that holds a whole team is restricted to some of its seats. To it, the seats of its partners are not in the game, and
nothing is decided for them. A link between two players works if both send messages of the same form (`Speaker.voice`): then
each hears what the other says over its own graph. Otherwise they are silent to each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from envs.arena import Actor, Insight, Timestep
from envs.game import Game

NOBODY = -1
"""In an owner table: a team or a seat that nobody holds."""

Factory = Callable[[Tensor, tuple[str, ...]], Sequence[Actor]]


def sharing(game: Game, factory: Factory) -> Factory:
    """Extend a factory of actors that hold whole teams to teams that several players share.

    Args:
        game: The game.
        factory: Makes actors for owner tables int64 [N, K], by team.

    Returns:
        A factory that also takes owner tables int64 [N, A], by seat.
    """

    def extended(owner: Tensor, players: tuple[str, ...]) -> Sequence[Actor]:
        if owner.shape[1] == len(game.teams):
            return factory(owner, players)
        partners = [Partner(game, actor, seats) for teams, seats in layers(game, owner) for actor in factory(teams, players)]
        return [Together(game, partners)] if partners else []

    return extended


def layers(game: Game, owner: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Cut the players of seats into layers in which every team has one player.

    Args:
        game: The game.
        owner: int64 [N, A], the player of each seat, or `NOBODY`.

    Yields:
        The player of each team, int64 [N, K], and the seats that it holds, bool [N, A]. The first layer has the player of each
        team's first seat.

    Laws:
        Every seat that somebody holds is in exactly one layer.
    """
    left = owner != NOBODY
    team_of_seat = torch.tensor(game.team_of_seat, device=owner.device)
    while bool(left.any()):
        teams = torch.stack([_first(owner[:, list(seats)], left[:, list(seats)]) for seats in game.teams], 1)
        held = left & (owner == teams[:, team_of_seat])
        yield teams, held
        left = left & ~held


def _first(owner: Tensor, left: Tensor) -> Tensor:
    """The player of the first seat that is left, int64 [N]; `NOBODY` if none is."""
    player = owner.gather(1, left.int().argmax(1, keepdim=True)).squeeze(1)
    return torch.where(left.any(1), player, NOBODY)


@runtime_checkable
class Speaker(Actor, Protocol):
    """An actor that can hear messages from seats that it does not hold."""

    @property
    def voice(self) -> tuple[int, ...] | None:
        """The form of its messages, the number of rounds first; None if it sends none. Equal voices hear each other."""
        ...

    def hear(self, partners: Tensor | None, words: Sequence[Tensor] = ()) -> None:
        """Put in what arrives from the seats `partners`, bool [N, A]: per round float [N, A, M + 1]."""
        ...

    def say(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor]) -> list[Tensor]:
        """Compute what arrives from its own seats, per round float [N, A, M + 1], while it hears what was put in."""
        ...


class Together:
    """The actors of shared teams. Before they act, those that understand each other exchange their messages, round by round."""

    def __init__(self, game: Game, partners: Sequence[Partner]) -> None:
        """Let partners act together; every seat is held by one of them."""
        self.memory_size = max(partner.memory_size for partner in partners)
        self._partners = partners
        self._groups: dict[tuple[int, ...], list[Partner]] = defaultdict(list)
        for partner in partners:
            if partner.voice is not None and not game.turn_based:
                self._groups[partner.voice].append(partner)

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        self._converse(now, memory, noise)
        before = memory.clone()
        for partner in self._partners:
            partner.act(now, self._known(partner, before), memory, noise, actions)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        if insight.noise is not None:
            self._converse(now, memory, insight.noise)
        for partner in self._partners:
            partner.explain(now, self._known(partner, memory), insight)

    def _converse(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor]) -> None:
        for (rounds, *_), partners in self._groups.items():
            words: list[Tensor] = []
            for turn in range(rounds if len(partners) > 1 else 0):
                said = [partner.say(now, self._known(partner, memory), noise, words)[turn] for partner in partners]
                words.append(torch.stack(said).sum(0))
            for partner in partners:
                partner.hear(words)

    def _known(self, partner: Partner, memory: Tensor) -> Tensor:
        """What seats carry, as far as a partner understands it.

        In turn-based games a seat finds what its team-mates said in what they carry; this is left for equal voices.
        """
        if partner.voice is None or partner.voice in self._groups:
            return partner.own(memory)
        others = [other.seats for other in self._partners if other.voice == partner.voice]
        return memory * torch.stack(others).any(0).unsqueeze(-1)


class Partner:
    """An actor that decides for some seats of the teams that it holds."""

    def __init__(self, game: Game, actor: Actor, seats: Tensor) -> None:
        """Restrict an actor.

        Args:
            game: The game.
            actor: Holds whole teams.
            seats: bool [N, A], the seats for which it decides.
        """
        self.memory_size, self.seats = actor.memory_size, seats
        self._game, self._actor = game, actor
        self._speaker = actor if isinstance(actor, Speaker) and actor.voice is not None else None
        self.voice = None if self._speaker is None else self._speaker.voice

    def own(self, memory: Tensor) -> Tensor:
        """What its own seats carry; zeros for other seats."""
        return memory * self.seats.unsqueeze(-1)

    def say(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], words: Sequence[Tensor]) -> list[Tensor]:
        """What arrives from its seats, per round, if it hears `words` from the others in earlier rounds."""
        assert self._speaker is not None
        self._speaker.hear(~self.seats, words)
        return [turn * self.seats.unsqueeze(-1) for turn in self._speaker.say(self._view(now), memory, noise)]

    def hear(self, words: Sequence[Tensor]) -> None:
        """Hear `words` from the others when it decides."""
        assert self._speaker is not None
        self._speaker.hear(~self.seats, words)

    def act(self, now: Timestep, known: Tensor, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """Decide for its seats, knowing what is carried in `known`, and write what its seats carry after that into `memory`."""
        now = self._view(now)
        carried, chosen = known.clone(), [tensor.clone() for tensor in actions]
        self._actor.act(now, carried, noise, chosen)
        changed = self.seats.unsqueeze(-1) & (carried != known)  # other actors of the layer write other seats of it
        memory.copy_(torch.where(changed, carried, memory))
        for role, (mine, wanted) in enumerate(zip(chosen, actions, strict=True)):
            _merge(self._slots(now, role), mine, wanted)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        now = self._view(now)
        probabilities = tuple(tensor.clone() for tensor in insight.probabilities)
        own = Insight(probabilities, insight.value.clone(), noise=insight.noise)
        self._actor.explain(now, memory, own)
        for role, (mine, known) in enumerate(zip(own.probabilities, insight.probabilities, strict=True)):
            _merge(self._slots(now, role), mine, known)
        _merge(self.seats, own.value, insight.value)
        if own.messages is None or own.hears is None:
            return
        if insight.messages is None or insight.hears is None:
            insight.messages = torch.full_like(own.messages, torch.nan)
            insight.hears = torch.zeros_like(own.hears)
        if own.messages.shape == insight.messages.shape:
            _merge(self.seats, own.messages, insight.messages)
        _merge(self.seats, own.hears, insight.hears)

    def _view(self, now: Timestep) -> Timestep:
        """The timestep without the partners."""
        return replace(now, acting=now.acting & self.seats)

    def _slots(self, now: Timestep, role: int) -> Tensor:
        """Whether the actor decides in each slot of a role, bool [N, slots]."""
        seats = list(self._game.roles[role].seats)
        return now.acting[:, seats].any(1, keepdim=True) if self._game.turn_based else self.seats[:, seats]


def _merge(mine: Tensor, source: Tensor, target: Tensor) -> None:
    """Copy the rows of `mine` [N, X] from `source` to `target`, both [N, X, …]."""
    where = mine.view(*mine.shape, *(1,) * (target.dim() - mine.dim()))
    target.copy_(torch.where(where, source, target))
