"""Who is in a league: queries that read only the players that a generation needs, however many there have been."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from league.population.player import Player
from league.storage.rows import PLAYER, player_of, to_json
from league.storage.store import BY_BIRTH, Store


def players_named(store: Store, names: Collection[str]) -> list[Player]:
    """The players with the given names, in order of birth; names of others are passed over."""
    where = "WHERE name IN (SELECT value FROM json_each(?))"
    return store.select(f"SELECT {PLAYER} FROM players {where} {BY_BIRTH}", (to_json(list(names)),), player_of)


def changed_since(store: Store, generation: int) -> list[Player]:
    """The players that are new or may have changed since a generation was committed, in order of birth.

    A player may change while it is active, and when it is retired.
    """
    where = "WHERE status = 'active' OR COALESCE(born, 0) > ?1 OR retired > ?1"
    return store.select(f"SELECT {PLAYER} FROM players {where} {BY_BIRTH}", (generation,), player_of)


def frozen(store: Store) -> list[str]:
    """The names of all snapshots, in order of birth."""
    return list(frozen_in(store))


def frozen_in(store: Store) -> dict[str, int | None]:
    """Name of each snapshot, in order of birth → the generation in which it was frozen."""
    return dict(store.select(f"SELECT name, frozen FROM players WHERE status = 'historical' {BY_BIRTH}"))


def all_frozen(store: Store) -> list[Player]:
    """All frozen players, in order of birth."""
    return store.select(f"SELECT {PLAYER} FROM players WHERE status = 'historical' {BY_BIRTH}", (), player_of)


def newest_frozen(store: Store, count: int) -> list[Player]:
    """The `count` newest snapshots, in order of birth."""
    order = "ORDER BY COALESCE(born, -1) DESC, name DESC LIMIT ?"
    found = store.select(f"SELECT {PLAYER} FROM players WHERE status = 'historical' {order}", (count,), player_of)
    return found[::-1]


def newest_snapshot(store: Store, player: str) -> str | None:
    """The name of the newest snapshot of a player, if there is one."""
    query = "SELECT name FROM players WHERE snapshot_of = ? ORDER BY COALESCE(born, -1) DESC, name DESC LIMIT 1"
    return next(iter(store.select(query, (player,), _text)), None)


def learners(store: Store) -> int:
    """The number of players that learn or did so until they were retired."""
    query = "SELECT COUNT(*) FROM players WHERE snapshot_of IS NULL AND status <> 'anchor'"
    return int(store.select(query)[0][0])


def ranking(store: Store) -> list[str]:
    """The names of all rated players as of the last generation, best first."""
    query = "SELECT player FROM ratings WHERE generation = ? ORDER BY elo DESC, rowid"
    return store.select(query, (store.generation(),), _text)


def elo(store: Store, generation: int) -> dict[str, float]:
    """Player → rating in Elo points as of a generation."""
    return dict(store.select("SELECT player, elo FROM ratings WHERE generation = ?", (generation,)))


def online(store: Store, generation: int) -> dict[str, float]:
    """Player → online Elo as of a generation."""
    return dict(store.select("SELECT player, online FROM ratings WHERE generation = ?", (generation,)))


def _text(row: Sequence[Any]) -> str:
    return str(row[0])
