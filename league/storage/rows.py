"""Converts rows of the database to values and back. Lists and mappings are stored as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

from league.population.player import Player
from league.storage.generation import GenerationRow, RatingRow, TrainingRecord
from tournaments.rating.elo import Rating
from tournaments.tickets import MatchResult, Ticket

PLAYER = ", ".join(f'"{field.name}"' for field in fields(Player))
"""Columns of a player, in the order of its fields."""

WORDS = ("name", "league_role", "status", "operator", "weights", "optimiser", "learner", "architecture")
"""Columns of a player that hold text."""


def to_json(value: Any) -> str:
    """A value as compact JSON with sorted keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def player_row(player: Player) -> tuple[Any, ...]:
    """A player as a row of `PLAYER`."""
    values = (getattr(player, field.name) for field in fields(Player))
    return tuple(to_json(dict(value)) if isinstance(value, Mapping) else value for value in values)


def player_of(row: Sequence[Any]) -> Player:
    """A row of `PLAYER` as a player."""
    values = {field.name: value for field, value in zip(fields(Player), row, strict=True)}
    _check([values[name] for name in WORDS], *[str] * len(WORDS))
    return Player(**values | {"hyper": json.loads(values["hyper"])})


def generation_of(row: Sequence[Any]) -> GenerationRow:
    """A row of `generations` as a value.

    Raises:
        ValueError: Something in it is not of its kind, as in a database whose bits were flipped.
    """
    number, champion, seconds, steps, phases, figures, at = row
    _check(row, int, str, float, int, str, str, str)
    return GenerationRow(number, champion, seconds, steps, json.loads(phases), json.loads(figures), at)


def rating_of(row: Sequence[Any]) -> RatingRow:
    """A row of `ratings` as a value.

    Raises:
        ValueError: Something in it is not of its kind.
    """
    _check(row, int, str, float, float, float, float, int, int, int, int)
    return RatingRow(*row)


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


def match_row(result: MatchResult) -> tuple[Any, ...]:
    """A result as a row of `matches`."""
    ticket = result.ticket
    return (
        ticket.match, ticket.generation, ticket.purpose, ticket.seed, ticket.series, to_json(ticket.players),
        to_json(ticket.weights), to_json(result.returns), result.steps, int(result.truncated), result.actions,
    )  # fmt: skip


def match_of(row: Sequence[Any]) -> MatchResult:
    """A row of `matches` as a result."""
    match, generation, purpose, seed, series, players, weights, returns, steps, truncated, actions = row
    names = _tuple(players)
    ticket = Ticket(match, generation, purpose, seed, names, (False,) * len(names), series, _tuple(weights))
    return MatchResult(ticket, _tuple(returns), steps, actions, bool(truncated))


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
    names = _tuple(players)
    ticket = Ticket(match, generation, "train", seed, names, _tuple(learns), match, ("",) * len(names))
    return TrainingRecord(ticket, learner, games, wins, draws, losses, mean)


@lru_cache(maxsize=2**12)
def _tuple(text: str) -> tuple[Any, ...]:
    """A JSON list as a tuple. The result is cached, because many rows have the same players."""
    return tuple(json.loads(text))
