"""What a person can play in the browser: games, seats, and players of leagues. Names from the network are looked up here.

A page may name a game or a player only if it is offered, so no code is found by a name that came over the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envs.bots.registry import BOTS, find_bot
from envs.description import survey
from envs.faults import GameError
from envs.game import Game, GameSetup
from envs.registry import games
from league.errors import LeagueError
from league.evaluation.configuration import require_trust, stored_config
from league.evaluation.standings import standings
from league.execution.terminal import brief
from league.storage.store import Store, leagues

MOST_PLAYERS = 12
"""Maximal number of frozen players of a league that are offered, besides its champion: the best ones."""


@dataclass(frozen=True)
class Offer:
    """A league whose players can be played against.

    Attributes:
        league: Its name.
        game: Its game.
        players: Names of its players, the champion first.
        why_not: Why its players cannot be played against, in a sentence; empty if they can.
    """

    league: str
    game: str
    players: tuple[str, ...]
    why_not: str = ""


class Offers:
    """The games and players of a folder of leagues, and the published games with their bots."""

    def __init__(self, home: Path) -> None:
        """Read nothing yet.

        Args:
            home: The folder of the leagues.
        """
        self._home = home
        self._surveyed: dict[str, Game] = {}

    def leagues(self) -> list[Offer]:
        """The leagues with players, by name. Leagues that cannot be read are left out."""
        found = []
        for name in leagues(self._home):
            try:
                store = Store.open(self._home, name)
                game = store.fact("game", missing="") or stored_config(store).game.name
                rows = [row for row in standings(store) if row.league_role != "anchor"]
            except LeagueError:
                continue
            if not rows:
                continue
            try:
                require_trust(store, playing=True)
            except LeagueError as error:
                found.append(Offer(name, game, (), brief(str(error))))
                continue
            best = [f"{name}/{row.player}" for row in rows[:MOST_PLAYERS]]
            found.append(Offer(name, game, (f"{name}/champion", *best)))
        return found

    def overview(self) -> dict[str, Any]:
        """All games as JSON: those of leagues first, then the published ones that are installed and have a batched twin."""
        offers = self.leagues()
        known = [game.name for game in games() if game.installed and game.twin]
        names = dict.fromkeys([*(offer.game for offer in offers if not offer.why_not), *known])
        of_game = {name: [offer for offer in offers if offer.game == name] for name in names}
        return {
            "games": [
                {
                    "game": name,
                    "leagues": [
                        {"league": offer.league, "players": list(offer.players), "why_not": offer.why_not} for offer in found
                    ],
                }
                for name, found in of_game.items()
            ]
        }

    def game(self, name: str) -> dict[str, Any]:
        """The seats and the bots of an offered game as JSON.

        Raises:
            LeagueError: It is not offered.
            GameError: It cannot be made.
        """
        game = self._game(name)
        discrete = [game.roles[role].actions.kind == "discrete" for role in game.role_of_seat]
        return {
            "game": game.name,
            "turn_based": game.turn_based,
            "teams": len(game.teams),
            "seats": [
                {
                    "seat": seat,
                    "team": game.team_of_seat[number],
                    "side": game.sides[game.side_of_team[game.team_of_seat[number]]].name,
                    "playable": discrete[number],
                }
                for number, seat in enumerate(game.seats)
            ],
            "bots": self._bots(game),
        }

    def require(self, game: str, players: Sequence[str]) -> None:
        """Make sure that a game and players are offered.

        Raises:
            LeagueError: One is not.
        """
        described = self._game(game)
        known = {*self._bots(described), *(name for offer in self.leagues() if offer.game == game for name in offer.players)}
        for player in players:
            if player not in known:
                raise LeagueError(f"{brief(player)!r} is not offered for {game}")

    def _game(self, name: str) -> Game:
        if name not in self._surveyed:
            ours = next((offer for offer in self.leagues() if offer.game == name and not offer.why_not), None)
            if ours is not None:
                config = stored_config(Store.open(self._home, ours.league))
                self._surveyed[name] = survey(config.game.setup(), config.arena.state).game
            elif name in {game.name for game in games() if game.installed}:
                self._surveyed[name] = survey(GameSetup(name)).game
            else:
                raise LeagueError(f"the game {brief(name)!r} is not offered")
        return self._surveyed[name]

    def _bots(self, game: Game) -> list[str]:
        found = []
        for name in BOTS:
            try:
                find_bot(name, game)
            except GameError:
                continue
            found.append(f"bot:{name}")
        return found
