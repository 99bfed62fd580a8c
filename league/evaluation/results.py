"""The result of `League.run` and of `league.open`. It reads the league's store."""

from __future__ import annotations

from pathlib import Path

from league.evaluation.configuration import require_trust, stored_config
from league.evaluation.resolve import ActingPlayer, resolve
from league.evaluation.standings import standings, why_undecided
from league.population.player import is_bot
from league.storage.store import Store, default_home
from tournaments.rating.standings import Standing


def open_league(name: str, home: Path | str | None = None) -> Result:
    """Open a finished or running league to look at it. In Python this is `league.open`.

    Args:
        name: The league's name.
        home: The folder of the leagues. The default is `LEAGUE_HOME`, or else `./mlruns`, as on the command line.

    Raises:
        LeagueError: There is no such league, or it cannot be read.

    Example:
        >>> league.open("connect-four").player("champion")
    """
    return Result(Store.open(default_home() if home is None else Path(home), name))


class Result:
    """The present state of a finished or running league. It is read from the store."""

    def __init__(self, store: Store) -> None:
        """Read from a store."""
        self.store = store

    @property
    def name(self) -> str:
        """The league's name."""
        return self.store.name

    @property
    def generation(self) -> int:
        """The last committed generation; −1 if there is none."""
        return self.store.generation()

    @property
    def champion(self) -> str:
        """The name of the best frozen player so far."""
        return self.store.champion()

    @property
    def standings(self) -> list[Standing]:
        """All frozen players and anchors, best first."""
        return standings(self.store)

    @property
    def undecided(self) -> str | None:
        """Why the standings tell no two players apart, in a sentence; None if they do."""
        return why_undecided(self.store, self.standings)

    def player(self, name: str = "champion", *, trust: bool = False) -> ActingPlayer:
        """A player that acts on PettingZoo observations: `champion`, a player's name, or a bot.

        Args:
            name: The player.
            trust: Trust the code that the league names, and remember that; needed for leagues that somebody else has run.

        Raises:
            LeagueError: There is no such player, or the league names code that is not trusted.
        """
        home: Path = self.store.folder.parent.parent
        require_trust(self.store, playing=True, trust=trust)
        setup = stored_config(self.store).game.setup()
        return ActingPlayer(resolve(name if is_bot(name) else f"{self.store.name}/{name}", home), setup)
