"""The teams of a game, and the sides and roles that follow from them.

These are pure functions of seat names and spaces; no environment is used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from envs.faults import GameError, nearest
from envs.game import ActionSpace, Role, Side


@dataclass(frozen=True)
class Seat:
    """The properties that determine a seat's role.

    Attributes:
        name: PettingZoo agent id.
        shape: Shape of its observation.
        actions: Its action space.
        kind: An index that is equal for seats with equal observation and action spaces.
        role: Name of its role, if the setup gives it one, else "".
    """

    name: str
    shape: tuple[int, ...]
    actions: ActionSpace
    kind: int
    role: str = ""

    @property
    def word(self) -> str:
        """The word that its role and its side are named after."""
        return self.role or prefix(self.name)


@dataclass(frozen=True)
class Known:
    """Teams of a published game.

    Attributes:
        teams: The name prefixes of each team's seats; empty for one team of all seats.
        alike: False if the teams have different aims even when their spaces are made equal (by padding).
    """

    teams: tuple[tuple[str, ...], ...] = ()
    alike: bool = True


TOGETHER = Known()

KNOWN: Mapping[str, Known] = {
    "native/chase": TOGETHER,
    "native/predator_prey": TOGETHER,
    "native/signal": TOGETHER,
    "native/traffic_junction": TOGETHER,
    "mpe2/simple": TOGETHER,
    "mpe2/simple_spread": TOGETHER,
    "mpe2/simple_reference": TOGETHER,
    "mpe2/simple_speaker_listener": TOGETHER,
    "mpe2/simple_formation": TOGETHER,
    "mpe2/simple_line": TOGETHER,
    "mpe2/collect_treasure": TOGETHER,
    "mpe2/simple_adversary": Known((("adversary",), ("agent",)), alike=False),
    "mpe2/simple_crypto": Known((("eve",), ("bob", "alice")), alike=False),
    "mpe2/simple_push": Known((("adversary",), ("agent",)), alike=False),
    "mpe2/simple_tag": Known((("adversary",), ("agent",)), alike=False),
    "mpe2/simple_world_comm": Known((("adversary", "leadadversary"), ("agent",)), alike=False),
    "sisl/pursuit": TOGETHER,
    "sisl/multiwalker": TOGETHER,
    "butterfly/pistonball": TOGETHER,
    "butterfly/cooperative_pong": TOGETHER,
    "butterfly/knights_archers_zombies": TOGETHER,
    "classic/hanabi": TOGETHER,
    "magent2/combined_arms": Known((("redmelee", "redranged"), ("bluemelee", "blueranged"))),
}


def known(game: str) -> Known | None:
    """Return the teams of a published game, whatever its version; None if the general rules of `teams_of` apply."""
    return KNOWN.get(re.sub(r"_v\d+$", "", game))


def prefix(seat: str) -> str:
    """Return a seat's name without its number: `adversary_0` gives `adversary`; a bare number gives `player`."""
    return re.sub(r"[_-]?\d+$", "", seat) or "player"


def teams_of(game: str, seats: Sequence[str], given: Iterable[Iterable[str]] | None) -> tuple[tuple[int, ...], ...]:
    """Divide the seats into teams.

    Given teams are used as they are. Otherwise published games are looked up. Otherwise seats whose names share a prefix form a
    team; if all seats share one prefix, each seat is a team of its own.

    Args:
        game: The game's name.
        seats: Agent ids.
        given: Agent ids of each team, from the setup or the environment's metadata; None determines the teams.

    Returns:
        Seat indices of each team.

    Raises:
        GameError: The given teams name an unknown seat, or do not name every seat exactly once.
    """
    if given is not None:
        return _given(game, seats, [[str(seat) for seat in team] for team in given], "team")
    prefixes = list(dict.fromkeys(prefix(seat) for seat in seats))
    entry = known(game)
    if entry is TOGETHER:
        return (tuple(range(len(seats))),)
    if entry is None and len(prefixes) == 1:
        return tuple((seat,) for seat in range(len(seats)))
    groups = entry.teams if entry else [(word,) for word in prefixes]
    return tuple(tuple(seat for seat, name in enumerate(seats) if prefix(name) in group) for group in groups)


def roles_given(game: str, seats: Sequence[str], roles: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return the name of each seat's role, "" where none is given.

    Args:
        game: The game's name.
        seats: Agent ids.
        roles: Name of a role → its agents.

    Raises:
        GameError: A role names an unknown seat, or a seat has two roles.
    """
    names = [""] * len(seats)
    for role, members in roles.items():
        if not re.fullmatch(r"\w[\w -]{0,39}", role):
            raise GameError(f"A role of {game} is called {role!r}; use at most 40 letters, digits, '_', '-' and spaces.")
        for seat in _members(f"The role {role!r} of {game} names", seats, list(members)):
            if names[seat]:
                raise GameError(f"The seat {seats[seat]!r} of {game} has two roles, {names[seat]!r} and {role!r}.")
            names[seat] = role
    return tuple(names)


def sides_given(
    game: str, seats: Sequence[str], teams: Sequence[Sequence[int]], sides: Iterable[Iterable[str]]
) -> tuple[int, ...]:
    """Return the number of each team's side, where the setup says which teams have the same aim.

    Args:
        game: The game's name.
        seats: Agent ids.
        teams: Seat indices of each team.
        sides: Agents of each side.

    Raises:
        GameError: The sides do not name every seat exactly once, or divide a team.
    """
    groups = _given(game, seats, [list(side) for side in sides], "side")
    side_of_seat = {seat: side for side, group in enumerate(groups) for seat in group}
    found = []
    for team in teams:
        if len({side_of_seat[seat] for seat in team}) > 1:
            crew = ", ".join(seats[seat] for seat in team)
            raise GameError(f"The sides of {game} divide a team: {crew} play together, so they are on one side.")
        found.append(side_of_seat[team[0]])
    return tuple(found)


def sides_of(
    game: str, seats: Sequence[Seat], teams: Sequence[Sequence[int]], aims: Sequence[int]
) -> tuple[tuple[Side, ...], tuple[Role, ...], tuple[tuple[int, ...], ...]]:
    """Find the sides (equal teams with the same aim) and their roles (equal seats).

    Args:
        game: The game's name.
        seats: All seats.
        teams: Seat indices of each team.
        aims: A number for each team; teams with different numbers are on different sides, even if their spaces are equal.

    Returns:
        The sides, the roles, and the teams with their seats in the order of their side's roles.

    Raises:
        GameError: A role that the setup names has seats on two sides, or seats with different spaces.
    """
    members: dict[Hashable, list[int]] = {}
    for team, crew in enumerate(teams):
        composition = frozenset(Counter(_part(seats[seat]) for seat in crew).items())
        members.setdefault((composition, aims[team]), []).append(team)
    sides: list[Side] = []
    roles: list[Role] = []
    ordered: dict[int, tuple[int, ...]] = {}
    for side, group in enumerate(members.values()):
        parts = list(dict.fromkeys(_part(seats[seat]) for seat in teams[group[0]]))
        crews = {team: [[seat for seat in teams[team] if _part(seats[seat]) == part] for part in parts] for team in group}
        first = len(roles)
        for place, part in enumerate(parts):
            model = next(seat for seat in seats if _part(seat) == part)
            held = tuple(seat for team in group for seat in crews[team][place])
            taken = [role.name for role in roles]
            if model.role and model.role in taken:
                raise GameError(f"The role {model.role!r} of {game} has seats on two sides, or seats with different spaces.")
            name = _name([seats[seat].word for seat in held], taken)
            roles.append(Role(name, side, held, len(crews[group[0]][place]), model.shape, model.actions))
        ordered |= {team: tuple(seat for crew in crews[team] for seat in crew) for team in group}
        words = [seats[seat].word for team in group for seat in teams[team]]
        name = _name(words, [other.name for other in sides])
        sides.append(Side(name, tuple(group), tuple(range(first, len(roles))), len(teams[group[0]])))
    return tuple(sides), tuple(roles), tuple(ordered[team] for team in range(len(teams)))


def _part(seat: Seat) -> tuple[int, str]:
    """Return what is equal for seats of one role."""
    return seat.kind, seat.role


def _given(game: str, seats: Sequence[str], groups: Sequence[Sequence[str]], what: str) -> tuple[tuple[int, ...], ...]:
    """Check groups of seats that were given by name and convert them into indices."""
    found = [_members(f"The {what}s of {game} name", seats, group) for group in groups]
    named = [seat for group in found for seat in group]
    for seat in named:
        if named.count(seat) > 1:
            raise GameError(f"The {what}s of {game} name the seat {seats[seat]!r} more than once.")
    for seat, name in enumerate(seats):
        if seat not in named:
            raise GameError(f"The {what}s of {game} leave out the seat {name!r}.")
    if not all(found):
        raise GameError(f"The {what}s of {game} contain an empty {what}.")
    return tuple(found)


def _members(who: str, seats: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    """Find the seats that names refer to: a seat's own id, or the part that the ids of several seats have in common."""
    found: list[int] = []
    for name in names:
        seat = [seat for seat, known in enumerate(seats) if known == name]
        seat = seat or [seat for seat, known in enumerate(seats) if prefix(known) == name]
        if not seat:
            raise GameError(f"{who} the unknown seat {name!r}{nearest(name, seats)}")
        found += seat
    return tuple(found)


def _name(words: Sequence[str], taken: Sequence[str]) -> str:
    """Name a role or side after the most common word of its seats, else `player`; a number is added if the name is taken."""
    word, count = Counter(words).most_common(1)[0]
    name = word if 2 * count > len(words) else "player"
    if name not in taken:
        return name
    return next(f"{name}{number}" for number in range(2, len(taken) + 3) if f"{name}{number}" not in taken)
