"""Which players are served, and under which names. A name such as `connect-four/champion` follows the league."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from envs.description import EnvironmentSpec, survey
from envs.game import GameSetup
from league.errors import LeagueError
from league.evaluation.resolve import Named, resolve
from league.execution.terminal import brief
from league.population.player import is_bot
from league.serving.batching import Batcher
from league.serving.requests import Asked, Reading
from league.serving.served import ServedPlayer
from league.storage.store import Store
from league.tracking.aliases import aliased

MakeBatcher = Callable[[ServedPlayer], Batcher]

NEWEST = "champion"


@dataclass(frozen=True)
class Service:
    """A name under which a player is served.

    Attributes:
        name: The name.
        reading: Reads requests about its game.
        current: The present version.
        before: The version before, which goes on with the sessions that it has; None if there was none.
    """

    name: str
    reading: Reading
    current: Batcher
    before: Batcher | None = None

    def batcher(self, asked: Sequence[Asked]) -> Batcher:
        """The version that answers: the present one, except for sessions that began with the one before."""
        first = asked[0]
        if self.before is not None and first.session in self.before.sessions:
            if not first.reset:
                return self.before
            self.before.sessions.forget(first.session)
        return self.current


class Catalog:
    """All players that a server serves."""

    def __init__(
        self, names: Sequence[str], home: Path, make: MakeBatcher, *, game: str | None = None, trust: bool = False
    ) -> None:
        """Load the players.

        Args:
            names: The players: as `league.evaluation.resolve.resolve` takes them, or `LEAGUE@ALIAS` for the player
                that an alias in MLflow names.
            home: The folder of the leagues.
            make: Makes the batcher of a version.
            game: The game of bots, which have none of their own.
            trust: Trust the code that leagues name.

        Raises:
            LeagueError: A player does not exist, or a bot is served without a game.
        """
        self._home, self._make, self._game, self._trust = home, make, game, trust
        self._known: dict[str, str] = {}
        self.services: dict[str, Service] = {}
        for name in dict.fromkeys(names):
            self._known[name] = self._target(name)
            player = self._load(self._known[name])
            self.services[name] = Service(name, Reading(player.spec), make(player))

    def service(self, name: str) -> Service | None:
        """The service of a name; None if there is none."""
        return self.services.get(name)

    def renew(self) -> list[str]:
        """Look whether names mean other players by now, and load those.

        Loading takes a while and happens outside of the event loop; a new version is put in place at once.

        Returns:
            Sentences about what has changed, or could not be read.
        """
        said = []
        for name, known in self._known.items():
            try:
                target = self._target(name)
                if target == known:
                    continue
                player = self._load(target)
            except LeagueError as error:
                said.append(f"{name} stays {known}: {error}")
                continue
            before = self.services[name]
            self._known[name] = target
            self.services[name] = Service(name, before.reading, self._make(player), before.current)
            said.append(f"{name} is {target} now")
        return said

    def _target(self, name: str) -> str:
        """The player that a name means at present: `LEAGUE/PLAYER`, or a bot."""
        if is_bot(name):
            return name
        league, at, alias = name.partition("@")
        if at:
            return aliased(self._home, league, alias)
        league, slash, player = name.partition("/")
        return f"{league}/{Store.open(self._home, league).champion()}" if slash and player == NEWEST else name

    def _load(self, target: str) -> ServedPlayer:
        named = resolve(target, self._home, trust=self._trust)
        return ServedPlayer(named, self._spec(named, target))

    def _spec(self, named: Named, target: str) -> EnvironmentSpec:
        if named.config is not None:
            return survey(named.config.game.setup(), named.config.arena.state)
        if self._game is None:
            raise LeagueError(f"{brief(target)} belongs to no league; name its game with --game")
        return survey(GameSetup(self._game))


def described(services: Mapping[str, Service]) -> list[dict[str, object]]:
    """The served players as JSON."""
    found: list[dict[str, object]] = []
    for name, service in services.items():
        player = service.current.player
        found.append(
            {
                "name": name,
                "player": player.player,
                "version": player.version,
                "game": player.game.name,
                "agents": list(player.game.seats),
                "turn_based": player.game.turn_based,
                "remembers": player.memory_size > 0,
            }
        )
    return found
