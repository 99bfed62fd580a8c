"""Listens in on a player's messages while it plays: who spoke to whom how much, and samples for probes.

Axes: N copies, A seats, K teams, M message width.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs.arena import Actor, Insight, Timestep
from envs.factory import make
from envs.game import Game
from envs.threads import one_thread
from league.execution.tasks import ArenaSpec, Contestant, actor_factory, at_once
from tournaments.match.play import play
from tournaments.tickets import Ticket

Floats = NDArray[np.float64]


@dataclass
class Sample:
    """A decision of one seat in one game, drawn at random among its decisions in this game.

    Attributes:
        seen: What it observed.
        told: The sum of the messages that arrived, weighted as the listener did.
        done: Its action.
        before: What it observed and was told at its decision before; None at its first.
    """

    seen: Floats
    told: Floats
    done: Floats
    before: Floats | None


@dataclass
class Ledger:
    """What was overheard. Seats stand for their place in a team: those of the side's first team count for all.

    Attributes:
        decisions: float64 [A], number of decisions of each seat.
        sent: float64 [A], number of decisions at which it sent a message.
        weights: float64 [A, A], sum of the weights that listeners (rows) gave to speakers (columns).
        sizes: float64 [A, A], sum of these weights times the mean absolute size of the message.
        steps: Number of steps of teams.
        samples: Seat → samples, each from another game.
    """

    decisions: Floats
    sent: Floats
    weights: Floats
    sizes: Floats
    steps: int = 0
    samples: dict[int, list[Sample]] = field(default_factory=dict)


def overhear(
    spec: ArenaSpec, game: Game, contestant: Contestant, name: str, tickets: Sequence[Ticket], rng: np.random.Generator
) -> Ledger:
    """Let a player play with itself and listen in.

    Args:
        spec: The arena.
        game: The game.
        contestant: The player.
        name: Its name on the tickets.
        tickets: Tickets on which all teams are this player's.
        rng: Draws the samples.
    """
    seats = len(game.seats)
    ledger = Ledger(np.zeros(seats), np.zeros(seats), np.zeros((seats, seats)), np.zeros((seats, seats)))
    listeners: list[Overhearing] = []

    with one_thread(), torch.no_grad():
        copies = min(at_once(spec, None), len(tickets))
        factory = actor_factory(game, {name: contestant}, torch.device("cpu"))

        def listening(owner: Tensor, players: tuple[str, ...]) -> Sequence[Actor]:
            actors = [Overhearing(game, actor, ledger, rng) for actor in factory(owner, players)]
            listeners.extend(actors)
            return actors

        arena = make(spec.setup, copies, twin=spec.twin, workers=0, device="cpu", fresh=True, state=spec.state, joint=True)
        with closing(arena):
            play(arena, tickets, listening)
    for listener in listeners:
        listener.close()
    return ledger


class Overhearing:
    """An actor whose decisions are written into a ledger."""

    def __init__(self, game: Game, actor: Actor, ledger: Ledger, rng: np.random.Generator) -> None:
        """Listen in on an actor that plays all teams."""
        self.memory_size = actor.memory_size
        self._game, self._actor, self._ledger, self._rng = game, actor, ledger, rng
        self._first = _first_places(game)
        self._drawn: dict[tuple[int, int], tuple[int, Sample]] = {}
        self._last: dict[tuple[int, int], Floats] = {}

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        self.close(np.flatnonzero(now.over.cpu().numpy()).tolist())
        insight = _blank(self._game, now, noise)
        self._actor.explain(now, memory, insight)
        self._actor.act(now, memory, noise, actions)
        if insight.messages is not None and insight.hears is not None:
            self._note(now, insight.messages, insight.hears, actions)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        self._actor.explain(now, memory, insight)

    def close(self, copies: Sequence[int] | None = None) -> None:
        """Keep the samples of games that are over; by default of all games."""
        over = None if copies is None else set(copies)
        for copy, seat in [key for key in self._drawn if over is None or key[0] in over]:
            _, sample = self._drawn.pop((copy, seat))
            self._last.pop((copy, seat), None)
            self._ledger.samples.setdefault(seat, []).append(sample)

    def _note(self, now: Timestep, messages: Tensor, hears: Tensor, actions: Sequence[Tensor]) -> None:
        ledger, first = self._ledger, self._first
        acting, sent = now.acting.numpy(), (now.acting & ~messages.isnan().any(-1)).numpy()
        said = messages.nan_to_num(0.0).double()
        weights = (hears.double() * now.acting.unsqueeze(-1)).numpy()
        told = torch.einsum("nls,nsm->nlm", hears.double(), said).numpy()
        np.add.at(ledger.decisions, first, acting.sum(0))
        np.add.at(ledger.sent, first, sent.sum(0))
        places = np.ix_(first, first)
        np.add.at(ledger.weights, places, weights.sum(0))
        np.add.at(ledger.sizes, places, (weights * said.abs().mean(-1).numpy()[:, None]).sum(0))
        ledger.steps += int(acting.any(1).sum()) * len(self._game.teams)
        for copy, seat in zip(*np.nonzero(acting), strict=True):
            if first[seat] == seat:
                self._sample(int(copy), int(seat), now, told[copy, seat], actions)

    def _sample(self, copy: int, seat: int, now: Timestep, told: Floats, actions: Sequence[Tensor]) -> None:
        """Draw one decision per game and seat, each with the same probability."""
        role = self._game.role_of_seat[seat]
        slot = 0 if self._game.turn_based else self._game.roles[role].seats.index(seat)
        number = self._drawn[copy, seat][0] + 1 if (copy, seat) in self._drawn else 1
        seen = now.observation[role][copy, slot].double().numpy()
        if number == 1 or self._rng.random() * number < 1:
            done = np.atleast_1d(actions[role][copy, slot].double().numpy()).copy()
            sample = Sample(seen.copy(), told.copy(), done, self._last.get((copy, seat)))
        else:
            sample = self._drawn[copy, seat][1]
        self._drawn[copy, seat] = number, sample
        self._last[copy, seat] = np.concatenate([seen, told])


def _first_places(game: Game) -> NDArray[np.int64]:
    """For each seat, the seat at the same place in its side's first team, int64 [A]."""
    found = np.arange(len(game.seats))
    for side in game.sides:
        for team in side.teams:
            found[list(game.teams[team])] = game.teams[side.teams[0]]
    return found


def _blank(game: Game, now: Timestep, noise: Sequence[Tensor]) -> Insight:
    copies = len(now.acting)
    unknown = tuple(torch.zeros(copies, game.slots(number), role.actions.size) for number, role in enumerate(game.roles))
    return Insight(unknown, torch.zeros(copies, len(game.seats)), noise=noise)
