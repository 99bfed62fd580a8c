"""Whether a game's teams and sides can be right, judged by the returns of games that were played.

Whether teams with equal spaces have the same aim cannot be read from an environment. If a game's description is wrong about it,
its games tell no two players apart: teams that are paid alike always draw, and where one team wins whoever plays it, every
player wins as often as it loses. The returns show both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from envs.game import Game
from envs.teams import prefix

SAME = 1e-6
"""Returns closer than this, in absolute and relative terms, are equal."""

ENOUGH = 12
"""Decided games before anything is said about who wins, and games that were paid before teams are said to play together: twelve
of twelve are won by chance once in 2,000 times, and two teams of equal strength get the same number of points now and then."""

SURE = 0.95
"""Share of the decided games that a team wins against another one of the same aim hardly ever."""

SIDES = "game.sides"
"""The setting that says which teams have the same aim."""

LISTED = 4
"""Agents of one name that are listed one by one; more of them are written as their common name."""


@dataclass(frozen=True)
class Doubt:
    """A reason to think that a game's description is wrong, so that its games tell no two players apart.

    Attributes:
        finding: What the returns show, in a clause without a stop.
        remedy: What to do about it, in a clause without a stop.
        setting: The setting that helps; "" if no setting does.
        value: The value to give it.
    """

    finding: str
    remedy: str
    setting: str = ""
    value: tuple[tuple[str, ...], ...] = ()

    def __str__(self) -> str:
        return f"{self.finding}: {self.remedy}"


def doubt(game: Game, returns: Sequence[Sequence[float]]) -> Doubt | None:
    """Say why a game's description cannot be right, if the returns show it.

    Args:
        game: The description.
        returns: Per game, the return of each team. Games in which a team was absent should be left out.

    Laws:
        The order of the games changes nothing. A common positive factor of all returns larger than `SAME` changes nothing.
    """
    if len(game.teams) < 2 or not returns:
        return None
    paid = [row for row in returns if max(map(abs, row)) > SAME]
    if not paid:
        return _unpaid(len(returns)) if len(returns) >= ENOUGH else None
    if len(paid) >= ENOUGH and all(_alike(row) for row in returns):
        return _together(game, len(returns))
    return _uneven(game, returns) if game.symmetric else None


def _unpaid(games: int) -> Doubt:
    remedy = "either all of them were draws, or the environment pays nothing"
    return Doubt(f"in all {games} games nobody was paid anything", remedy)


def _together(game: Game, games: int) -> Doubt:
    value = (_written(game, range(len(game.seats))),)
    return Doubt(
        f"in all {games} games every team got the same return",
        f"if they play together, write game.teams: {spelt(value)}",
        "game.teams",
        value,
    )


def _uneven(game: Game, returns: Sequence[Sequence[float]]) -> Doubt | None:
    """Divide the teams into groups whose order never changes; one group is as it should be."""
    groups: list[set[int]] = [{team} for team in range(len(game.teams))]
    for one, other in combinations(range(len(game.teams)), 2):
        if not _ranked([row[one] - row[other] for row in returns if not _alike((row[one], row[other]))]):
            joined = {team for group in groups if group & {one, other} for team in group}
            groups = [group for group in groups if not group & joined] + [joined]
    if len(groups) == 1:
        return None
    groups.sort(key=min)
    value = tuple(_written(game, sorted(seat for team in group for seat in game.teams[team])) for group in groups)
    means = [sum(row[team] for row in returns) / len(returns) for team in range(len(game.teams))]
    best = max(groups, key=lambda group: max(means[team] for team in group))
    ahead, behind = _called(game, best), _called(game, set(range(len(game.teams))) - best)
    won = sum(
        min(row[team] for team in best) > max(row[team] for team in range(len(row)) if team not in best) for row in returns
    )
    return Doubt(
        f"{ahead} got more than {behind} in {won} of {len(returns)} games, whoever played them",
        f"if their aims differ, write game.sides: {spelt(value)}",
        SIDES,
        value,
    )


def _ranked(margins: Sequence[float]) -> bool:
    """Return whether the sign of the margins is nearly always the same."""
    ups = sum(margin > 0 for margin in margins)
    return len(margins) >= ENOUGH and max(ups, len(margins) - ups) >= SURE * len(margins)


def _alike(row: Sequence[float]) -> bool:
    return max(row) - min(row) <= SAME * max(1.0, *map(abs, row))


def _called(game: Game, teams: set[int]) -> str:
    seats = sorted(seat for team in teams for seat in game.teams[team])
    words = _written(game, seats)
    return " and ".join(words) if len(words) <= LISTED else f"{words[0]} and {len(seats) - 1} others"


def _written(game: Game, seats: Sequence[int]) -> tuple[str, ...]:
    """Name seats as a configuration does: by their ids, or by the common name of many."""
    words: dict[str, None] = {}
    for seat in seats:
        word = prefix(game.seats[seat])
        crew = [other for other, name in enumerate(game.seats) if prefix(name) == word]
        whole = len(crew) > LISTED and set(crew) <= set(seats) and word not in game.seats
        words[word if whole else game.seats[seat]] = None
    return tuple(words)


def spelt(groups: Sequence[Sequence[str]]) -> str:
    """Write groups of agents as YAML."""
    lists = [f"[{', '.join(map(_quoted, group))}]" for group in groups]
    return f"[{', '.join(lists)}]"


def _quoted(word: str) -> str:
    """Quote a word that YAML would not take for this text."""
    if re.fullmatch(r"[A-Za-z_]\w*", word, re.ASCII) and word.lower() not in _RESERVED:
        return word
    spelt_out = (sign if sign.isprintable() and sign not in '"\\' else f"\\U{ord(sign):08x}" for sign in word)
    return f'"{"".join(spelt_out)}"'


_RESERVED = {"yes", "no", "on", "off", "y", "n", "true", "false", "null"}
"""Words that YAML takes for something else."""
