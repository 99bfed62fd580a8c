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
    """

    name: str
    shape: tuple[int, ...]
    actions: ActionSpace
    kind: int


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
        return _given(game, seats, [[str(seat) for seat in team] for team in given])
    prefixes = list(dict.fromkeys(prefix(seat) for seat in seats))
    entry = known(game)
    if entry is TOGETHER:
        return (tuple(range(len(seats))),)
    if entry is None and len(prefixes) == 1:
        return tuple((seat,) for seat in range(len(seats)))
    groups = entry.teams if entry else [(word,) for word in prefixes]
    return tuple(tuple(seat for seat, name in enumerate(seats) if prefix(name) in group) for group in groups)


def sides_of(
    seats: Sequence[Seat], teams: Sequence[Sequence[int]], alike: bool
) -> tuple[tuple[Side, ...], tuple[Role, ...], tuple[tuple[int, ...], ...]]:
    """Find the sides (equal teams) and their roles (equal seats).

    Args:
        seats: All seats.
        teams: Seat indices of each team.
        alike: False puts every team on a side of its own, even if the spaces are equal.

    Returns:
        The sides, the roles, and the teams with their seats in the order of their side's roles.
    """
    members: dict[Hashable, list[int]] = {}
    for team, crew in enumerate(teams):
        composition = frozenset(Counter(seats[seat].kind for seat in crew).items())
        members.setdefault(composition if alike else team, []).append(team)
    sides: list[Side] = []
    roles: list[Role] = []
    ordered: dict[int, tuple[int, ...]] = {}
    for side, group in enumerate(members.values()):
        kinds = list(dict.fromkeys(seats[seat].kind for seat in teams[group[0]]))
        crews = {team: [[seat for seat in teams[team] if seats[seat].kind == kind] for kind in kinds] for team in group}
        first = len(roles)
        for place, kind in enumerate(kinds):
            model = next(seat for seat in seats if seat.kind == kind)
            held = tuple(seat for team in group for seat in crews[team][place])
            name = _name([seats[seat].name for seat in held], [role.name for role in roles])
            roles.append(Role(name, side, held, len(crews[group[0]][place]), model.shape, model.actions))
        ordered |= {team: tuple(seat for crew in crews[team] for seat in crew) for team in group}
        names = [seats[seat].name for team in group for seat in teams[team]]
        name = _name(names, [other.name for other in sides])
        sides.append(Side(name, tuple(group), tuple(range(first, len(roles))), len(teams[group[0]])))
    return tuple(sides), tuple(roles), tuple(ordered[team] for team in range(len(teams)))


def _given(game: str, seats: Sequence[str], teams: Sequence[Sequence[str]]) -> tuple[tuple[int, ...], ...]:
    """Check teams that were given by name and convert them into indices."""
    place = {seat: index for index, seat in enumerate(seats)}
    named = [seat for team in teams for seat in team]
    for seat in named:
        if seat not in place:
            raise GameError(f"The teams of {game} name the unknown seat {seat!r}{nearest(seat, seats)}")
        if named.count(seat) > 1:
            raise GameError(f"The teams of {game} name the seat {seat!r} more than once.")
    for seat in seats:
        if seat not in named:
            raise GameError(f"The teams of {game} leave out the seat {seat!r}.")
    if not all(teams):
        raise GameError(f"The teams of {game} contain an empty team.")
    return tuple(tuple(place[seat] for seat in team) for team in teams)


def _name(seats: Sequence[str], taken: Sequence[str]) -> str:
    """Name a role or side after the most common prefix of its seats, else `player`; a number is added if the name is taken."""
    word, count = Counter(prefix(seat) for seat in seats).most_common(1)[0]
    name = word if 2 * count > len(seats) else "player"
    if name not in taken:
        return name
    return next(f"{name}{number}" for number in range(2, len(taken) + 3) if f"{name}{number}" not in taken)
