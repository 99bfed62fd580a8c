"""Converts rows of the database to values and back. Lists and mappings are stored as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from types import NoneType
from typing import Any

from league.population.player import Player
from league.storage.generation import GenerationRow, RatingRow, TrainingRecord
from tournaments.rating.elo import Rating
from tournaments.rating.returns import MeanReturn, Returns
from tournaments.tickets import MatchResult, Ticket

PLAYER = ", ".join(f'"{field.name}"' for field in fields(Player))
"""Columns of a player, in the order of its fields."""

SEATS = "seats"
"""The key of the players of a shared match, in the column `players`."""

DAMAGED = (ValueError, TypeError, LookupError, OverflowError, RecursionError)
"""What converting a damaged row fails with."""

WORDS = ("name", "league_role", "status", "operator", "weights", "learner_state", "learner", "architecture")
"""Columns of a player that hold text."""


def to_json(value: Any) -> str:
    """A value as compact JSON with sorted keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def player_row(player: Player) -> tuple[Any, ...]:
    """A player as a row of `PLAYER`."""
    values = (getattr(player, field.name) for field in fields(Player))
    return tuple(to_json(dict(value)) if isinstance(value, Mapping) else value for value in values)


def player_of(row: Sequence[Any]) -> Player:
    """A row of `PLAYER` as a player.

    Raises:
        ValueError: The row is damaged.
    """
    values = {field.name: value for field, value in zip(fields(Player), row, strict=True)}
    values["hyper"] = figures_of(values["hyper"])
    for name, kinds in KINDS.items():
        if type(values[name]) not in kinds:
            raise ValueError(f"the {name} of a player is {values[name]!r:.40}")
    return Player(**values)


def generation_of(row: Sequence[Any]) -> GenerationRow:
    """A row of `generations` as a value.

    Raises:
        ValueError: Something in it is not of its kind, as in a database whose bits were flipped.
    """
    number, champion, seconds, steps, phases, figures, at = row
    _check(row, int, str, float, int, str, str, str)
    return GenerationRow(number, champion, seconds, steps, figures_of(phases), figures_of(figures), at)


def rating_of(row: Sequence[Any]) -> RatingRow:
    """A row of `ratings` as a value.

    Raises:
        ValueError: Something in it is not of its kind.
    """
    _check(row, int, str, float, float, float, float, int, int, int, int)
    return RatingRow(*row)


def figures_of(text: str) -> dict[str, Any]:
    """Figures by name, from JSON.

    Raises:
        ValueError: There is something else.
    """
    found = json.loads(text)
    if not isinstance(found, dict) or not all(type(value) in (int, float, NoneType) for value in found.values()):
        raise ValueError(f"figures by name are {text!r:.40}")
    return found


def _check(row: Sequence[Any], *kinds: type) -> None:
    """Make sure of the kinds of the values in a row; SQLite takes any value in any column."""
    for value, kind in zip(row, kinds, strict=True):
        if type(value) is not kind:
            raise ValueError(f"{value!r:.40} is no {kind.__name__}")


def rating_row(generation: int, rating: Rating, online: float) -> tuple[Any, ...]:
    """A rating as of a generation, with the online Elo, as a row of `ratings`."""
    return (
        generation, rating.player, rating.elo, rating.low, rating.high, online,
        rating.games, rating.wins, rating.draws, rating.losses,
    )  # fmt: skip


def return_rows(generation: int, returns: Returns) -> list[tuple[Any, ...]]:
    """The mean returns in a generation's matches as rows of `returns`."""
    return [
        (generation, player, side, found.series, found.episodes, found.mean, found.squares)
        for player, sides in returns.items()
        for side, found in sides.items()
    ]


def progress_rows(progress: Mapping[str, float]) -> list[tuple[str, float]]:
    """Published progress as rows of `progress`."""
    return list(progress.items())


def return_of(row: Sequence[Any]) -> tuple[int, str, str, MeanReturn]:
    """A row of `returns` as generation, player, side and mean return.

    Raises:
        ValueError: Something in it is not of its kind.
    """
    _check(row, int, str, str, int, int, float, float)
    generation, player, side, *numbers = row
    return generation, player, side, MeanReturn(*numbers)


def match_row(result: MatchResult) -> tuple[Any, ...]:
    """A result as a row of `matches`. The players of a shared match are stored as those of seats."""
    ticket = result.ticket
    players = to_json(ticket.players if len(ticket.players) == len(result.returns) else {SEATS: ticket.players})
    return (
        ticket.match, ticket.generation, ticket.purpose, ticket.seed, ticket.series, players,
        to_json(ticket.weights), to_json(result.returns), result.steps, int(result.truncated), result.actions,
    )  # fmt: skip


def match_of(row: Sequence[Any]) -> MatchResult:
    """A row of `matches` as a result.

    Raises:
        ValueError: The row is damaged.
    """
    match, generation, purpose, seed, series, players, weights, returns, steps, truncated, actions = row
    shared = isinstance(players, str) and players.startswith("{")
    names, values = _seated(players) if shared else _names(players), _numbers(returns)
    ticket = Ticket(match, generation, purpose, seed, names, (False,) * len(names), series, _names(weights))
    if (
        not (0 < len(values) < len(names) if shared else len(values) == len(names))
        or not type(generation) is type(seed) is type(steps) is int
        or not isinstance(match, str)
    ):
        raise ValueError(f"the match {match!r:.40} is damaged")
    if not match or "/" in match or "\0" in match:  # files are named after matches
        raise ValueError(f"the match {match!r:.40} has no name for a file")
    if not isinstance(actions, bytes) or not isinstance(series, str):
        raise ValueError(f"the match {match!r:.40} is damaged")
    return MatchResult(ticket, values, steps, actions, bool(truncated))


def training_row(record: TrainingRecord) -> tuple[Any, ...]:
    """A training record as a row of `training`."""
    ticket = record.ticket
    return (
        ticket.match, ticket.generation, record.learner, to_json(ticket.players), to_json(ticket.learns), ticket.seed,
        record.games, record.wins, record.draws, record.losses, record.mean_return,
    )  # fmt: skip


def training_of(row: Sequence[Any]) -> TrainingRecord:
    """A row of `training` as a training record."""
    match, generation, learner, players, learns, seed, games, wins, draws, losses, mean = row
    names = _names(players)
    ticket = Ticket(match, generation, "train", seed, names, _tuple(learns), match, ("",) * len(names))
    return TrainingRecord(ticket, learner, games, wins, draws, losses, mean)


@lru_cache(maxsize=2**12)
def _tuple(text: str) -> tuple[Any, ...]:
    """A JSON list as a tuple. The result is cached, because many rows have the same players."""
    found = json.loads(text)
    if not isinstance(found, list):
        raise ValueError(f"a list is {text!r:.40}")
    return tuple(found)


def _seated(text: str) -> tuple[str, ...]:
    """The players of the seats of a shared match."""
    found = json.loads(text)
    if list(found) != [SEATS]:
        raise ValueError(f"the players of seats are {text!r:.40}")
    return _names(json.dumps(found[SEATS]))


@lru_cache(maxsize=2**12)
def _names(text: str) -> tuple[str, ...]:
    found = _tuple(text)
    if not all(isinstance(name, str) for name in found):
        raise ValueError(f"a list of names is {text!r:.40}")
    return found


@lru_cache(maxsize=2**12)
def _numbers(text: str) -> tuple[float, ...]:
    found = _tuple(text)
    if not all(type(number) in (int, float) for number in found):
        raise ValueError(f"a list of numbers is {text!r:.40}")
    return found


KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(WORDS, (str,)),
    **dict.fromkeys(("parent", "snapshot_of"), (str, NoneType)),
    **dict.fromkeys(("born", "retired", "frozen"), (int, NoneType)),
    "group": (int,),
}
"""What the columns of a player may hold. SQLite lets any column hold anything, and so does a damaged file."""
