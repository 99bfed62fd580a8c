"""The pairing of a person with players: the game, the players, and the person's seats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
class Rival:
    """A player that a person plays with.

    Attributes:
        named: The player.
        name: Its name; for a champion, the name of the frozen player.
        profile: Its role, generation and rating.
        generation: The present generation of its league; 0 for bots.
    """

    named: Named
    name: str
    profile: Profile
    generation: int


@dataclass(frozen=True)
class Pairing:
    """A game, the players and the person's seats.

    Attributes:
        spec: The game.
        rivals: The players. They hold the other teams in turn; the first also holds the other seats of the person's team.
        seats: The person's seats.
        teams: The name recorded for each team.
    """

    spec: EnvironmentSpec
    rivals: tuple[Rival, ...]
    seats: tuple[int, ...]
    teams: tuple[str, ...]

    @property
    def game(self) -> Game:
        """The game."""
        return self.spec.game

    @property
    def team(self) -> int:
        """The person's team."""
        return self.game.team_of_seat[self.seats[0]]

    @property
    def rival(self) -> str:
        """The names of the players, for sentences."""
        return ", ".join(dict.fromkeys(rival.name for rival in self.rivals))

    @property
    def generation(self) -> int:
        """The present generation of the first player's league."""
        return self.rivals[0].generation

    @property
    def mates(self) -> list[str]:
        """Seats of the person's team that the first player holds."""
        return [self.game.seats[seat] for seat in self.game.teams[self.team] if seat not in self.seats]

    @property
    def holders(self) -> tuple[int, ...]:
        """For each team, the index of the player that decides for it; in the person's team, of the one that gives advice."""
        others = [team for team in range(len(self.game.teams)) if team != self.team]
        return tuple(0 if team == self.team else others.index(team) % len(self.rivals) for team in range(len(self.game.teams)))

    def player_of(self, seat: int) -> str:
        """The name of the player that decides, or would decide, for a seat."""
        return self.rivals[self.holders[self.game.team_of_seat[seat]]].name


def pair(
    game: str,
    against: str | Sequence[str],
    home: Path,
    seat: str | None = None,
    name: str = "you",
    *,
    trust: bool = False,
) -> Pairing:
    """Find the game, the players and the person's seats.

    Args:
        game: The game's name.
        against: The player or the players, as `league.evaluation.resolve.resolve` takes them. Several hold the other teams in
            turn.
        home: The folder of the leagues.
        seat: A seat, or a side, of which the person takes the first team; None is the first seat of the first side.
        name: The person's name.
        trust: Trust the code that the players' leagues name, and remember that.

    Raises:
        LeagueError: One of them does not exist, they do not fit together, the person's seat has continuous actions, or a
            player's league names code that is not trusted.
        GameError: The game cannot be made.
    """
    if not name.strip() or not name.isprintable() or len(name) > LONGEST or "/" in name or ":" in name:
        raise LeagueError(f"--name {name!r}: use up to {LONGEST} characters, none of them '/' or ':', which players have")
    name_here(game)
    rivals = [_rival(game, each, home, trust=trust) for each in ([against] if isinstance(against, str) else against)]
    if not rivals:
        raise LeagueError("a game needs a player to play against, such as bot:random")
    config = next((rival.named.config for rival in rivals if rival.named.config is not None), None)
    for rival in rivals:
        theirs = rival.named.config
        if config is not None and theirs is not None and theirs.game.setup() != config.game.setup():
            raise LeagueError(f"{rivals[0].name} and {rival.name} have learnt {game} with different options")
    spec = survey(GameSetup(game)) if config is None else survey(config.game.setup(), config.arena.state)
    seats = _taken(spec.game, seat)
    team = spec.game.team_of_seat[seats[0]]
    whole = len(seats) == len(spec.game.teams[team])
    mine = name if whole else f"{name} and {rivals[0].name}"
    drawn = Pairing(spec, tuple(rivals), seats, ())
    teams = (mine if number == team else rivals[holder].name for number, holder in enumerate(drawn.holders))
    return replace(drawn, teams=tuple(teams))


def _rival(game: str, against: str, home: Path, *, trust: bool) -> Rival:
    """Find a player of the game."""
    named = resolve(against, home, trust=trust)
    if named.config is not None and named.config.game.name != game:
        raise LeagueError(f"{against} has learnt the game {named.config.game.name}, not {game}")
    if named.player is None:
        return Rival(named, named.name, Profile(), 0)
    store = Store.open(home, named.name.partition("/")[0])
    generation = store.generation()
    rating = next((row for row in store.ratings(generation) if row.player == named.player.name), None)
    return Rival(named, f"{store.name}/{named.player.name}", profile_of(named.player, rating), generation)


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
