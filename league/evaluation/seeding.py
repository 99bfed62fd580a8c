"""Seeding by rating: what is known of players' strength before a tournament."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from league.evaluation.resolve import Named
from league.population.player import Player
from league.storage import roster
from league.storage.store import Store

SEEDINGS = ("rating", "given")
"""How the players of a tournament are seeded: by the ratings of their leagues, or in the given order."""


def known_ratings(named: Iterable[Named], home: Path) -> dict[str, float]:
    """The ratings of players in their leagues, in Elo points above the random player, by the names they were given.

    A bot has the mean of its ratings in these leagues. Ratings of several leagues are put together as they are: all are
    relative to the random player, and for seeding this is enough.

    Args:
        named: The players of a tournament.
        home: The folder of the leagues.
    """
    players = {each.name: each for each in named}
    leagues = {name: league for name in players if players[name].player is not None for league in [name.partition("/")[0]]}
    tables = {league: _newest(Store.open(home, league)) for league in sorted(set(leagues.values()))}
    found: dict[str, float] = {}
    for name, each in players.items():
        own = tables[leagues[name]] if name in leagues else {}
        if each.player is not None and each.player.name in own:
            found[name] = own[each.player.name]
        elif each.player is None:
            rated = [table[name] for table in tables.values() if name in table]
            found |= {name: sum(rated) / len(rated)} if rated else {}
    return found


def seeds_in_league(store: Store, snapshots: Sequence[Player], generation: int) -> Mapping[str, float]:
    """The ratings by which the entrants of a generation's tournament are seeded.

    Past players and anchors have their rating of the generation before. A new snapshot has that of the newest earlier snapshot
    of the same player, or of its parent; it has none if there is none.

    Args:
        store: The league.
        snapshots: The snapshots of the generation.
        generation: The generation.
    """
    elo = roster.elo(store, generation - 1)
    found = dict(elo)
    for player in snapshots:
        earlier = roster.newest_snapshot(store, player.snapshot_of or player.name)
        known = next((elo[name] for name in (earlier, player.parent) if name in elo), None)
        if known is not None:
            found[player.name] = known
    return found


def _newest(store: Store) -> dict[str, float]:
    return roster.elo(store, store.generation())
