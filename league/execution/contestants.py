"""Players in the form that tasks need, and those among them that are not part of this program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from agents.models.architecture import Architecture
from envs.game import Game
from envs.programs.actor import Guest, GuestActor, refuse
from envs.programs.guarded import GuardedBot
from envs.programs.limits import Limits
from envs.programs.visitor import Visitor
from league.config.plugins import bot_of
from tournaments.match.forfeits import Forfeits

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Contestant:
    """A player in the form that a task needs: networks and weights, or the name of a bot.

    Attributes:
        architecture: Its networks; None for a bot.
        weights: Parameters and statistics by name; empty for a bot.
        temperature: Temperature of the policy: 1 acts as in training; towards 0 it takes its most probable action.
        bot: The bot's name without `bot:`, or `module:callable`; empty for a policy.
        program: A player outside this program, `command:…` or an address; empty for all others.
        forgets: Whether the player loses its memory before every decision, to measure what the memory is worth.
    """

    architecture: Architecture | None = None
    weights: Arrays | None = None
    temperature: float = 1.0
    bot: str = ""
    program: str = ""
    forgets: bool = False


class Guests:
    """The contestants whose faults are found out match by match: programs, services, and users' own bots."""

    def __init__(self, game: Game, contestants: Mapping[str, Contestant], limits: Limits, forfeits: Forfeits | None) -> None:
        """Prepare. Nothing is started before a guest's first move.

        Args:
            game: The game.
            contestants: All players.
            limits: What guests may take.
            forfeits: Takes note of faults. None has no bots under guard, and a fault of a program or service is an error.
        """
        self._game, self._forfeits = game, forfeits
        self._guests: dict[str, Guest] = {}
        for name, contestant in contestants.items():
            if contestant.program:
                self._guests[name] = Visitor(contestant.program, game, limits)
            elif forfeits is not None and ":" in contestant.bot:
                self._guests[name] = GuardedBot(bot_of(contestant.bot, game))

    @property
    def names(self) -> frozenset[str]:
        """The names of the guests."""
        return frozenset(self._guests)

    def actor(self, name: str, owner: Tensor) -> GuestActor:
        """Seat a guest: bool [N, K], True for the (copy, team) pairs that it plays."""
        note = refuse(name) if self._forfeits is None else self._forfeits.note
        return GuestActor(self._game, self._guests[name], owner, note)

    def close(self) -> None:
        """End all programs and connections."""
        for guest in self._guests.values():
            guest.close()
