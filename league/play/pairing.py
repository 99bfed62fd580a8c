"""The pairing of a person with a player: the game, the player, and the person's seats."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from envs.description import EnvironmentSpec, survey
from envs.game import Game, GameSetup
from envs.references import name_here
from league.artifacts.replays import profile_of
from league.config.faults import hint
from league.errors import LeagueError
from league.evaluation.resolve import Named, resolve
from league.storage.store import Store
from tournaments.replay.format import Profile

LONGEST = 40
"""Maximal length of a person's name."""


@dataclass(frozen=True)
class Pairing:
    """A game, the player and the person's seats.

    Attributes:
        spec: The game.
        named: The player.
        rival: The player's name; for a champion, the name of the frozen player.
        profile: Its role, generation and rating.
        seats: The person's seats.
        teams: The name recorded for each team.
        generation: The present generation of its league; 0 for bots.
    """

    spec: EnvironmentSpec
    named: Named
    rival: str
    profile: Profile
    seats: tuple[int, ...]
    teams: tuple[str, ...]
    generation: int

    @property
    def game(self) -> Game:
        """The game."""
        return self.spec.game

    @property
    def team(self) -> int:
        """The person's team."""
        return self.game.team_of_seat[self.seats[0]]

    @property
    def mates(self) -> list[str]:
        """Seats of the person's team that the player holds."""
        return [self.game.seats[seat] for seat in self.game.teams[self.team] if seat not in self.seats]


def pair(game: str, against: str, home: Path, seat: str | None = None, name: str = "you", *, trust: bool = False) -> Pairing:
    """Find the game, the player and the person's seats.

    Args:
        game: The game's name.
        against: The player, as `league.evaluation.resolve.resolve` takes it.
        home: The folder of the leagues.
        seat: A seat, or a side, of which the person takes the first team; None is the first seat of the first side.
        name: The person's name.
        trust: Trust the code that the player's league names, and remember that.

    Raises:
        LeagueError: One of them does not exist, they do not fit together, the person's seat has continuous actions, or the
            player's league names code that is not trusted.
        GameError: The game cannot be made.
    """
    if not name.strip() or not name.isprintable() or len(name) > LONGEST or "/" in name or ":" in name:
        raise LeagueError(f"--name {name!r}: use up to {LONGEST} characters, none of them '/' or ':', which players have")
    name_here(game)
    named = resolve(against, home, trust=trust)
    if named.config is not None and named.config.game.name != game:
        raise LeagueError(f"{against} has learnt the game {named.config.game.name}, not {game}")
    config = named.config
    spec = survey(GameSetup(game)) if config is None else survey(config.game.setup(), config.arena.state)
    seats = _taken(spec.game, seat)
    rival, profile, generation = named.name, Profile(), 0
    if named.player is not None:
        store = Store.open(home, named.name.partition("/")[0])
        generation, rival = store.generation(), f"{store.name}/{named.player.name}"
        rating = next((row for row in store.ratings(generation) if row.player == named.player.name), None)
        profile = profile_of(named.player, rating)
    team = spec.game.team_of_seat[seats[0]]
    whole = len(seats) == len(spec.game.teams[team])
    mine = name if whole else f"{name} and {rival}"
    teams = tuple(mine if number == team else rival for number in range(len(spec.game.teams)))
    return Pairing(spec, named, rival, profile, seats, teams, generation)


def _taken(game: Game, seat: str | None) -> tuple[int, ...]:
    """Return the person's seats."""
    sides = {side.name: game.teams[side.teams[0]] for side in game.sides}
    if seat is None:
        found: tuple[int, ...] = (game.teams[game.sides[0].teams[0]][0],)
    elif seat in game.seats:
        found = (game.seats.index(seat),)
    elif seat in sides:
        found = sides[seat]
    else:
        known = [*game.seats, *sides]
        raise LeagueError(f"{game.name} has no seat {seat!r}{hint(seat, known)} (there are {', '.join(known)})")
    for number in found:
        if game.roles[game.role_of_seat[number]].actions.kind != "discrete":
            raise LeagueError(
                f"a person can only choose between moves, but {game.seats[number]} in {game.name} acts with real numbers"
            )
    return found
