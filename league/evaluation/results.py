"""The result of `League.run`. It reads the league's store."""

from __future__ import annotations

from pathlib import Path

from league.evaluation.configuration import stored_config
from league.evaluation.resolve import ActingPlayer, resolve
from league.evaluation.standings import standings
from league.population.player import is_bot
from league.storage.store import Store
from tournaments.rating.standings import Standing


class Result:
    """The present state of a finished or running league. It is read from the store."""

    def __init__(self, store: Store) -> None:
        """Read from a store."""
        self.store = store

    @property
    def champion(self) -> str:
        """The name of the best frozen player so far."""
        return self.store.champion()

    @property
    def standings(self) -> list[Standing]:
        """All frozen players and anchors, best first."""
        return standings(self.store)

    def player(self, name: str = "champion") -> ActingPlayer:
        """A player that acts on PettingZoo observations: `champion`, a player's name, or a bot."""
        home: Path = self.store.folder.parent.parent
        setup = stored_config(self.store).game.setup()
        return ActingPlayer(resolve(name if is_bot(name) else f"{self.store.name}/{name}", home), setup)
