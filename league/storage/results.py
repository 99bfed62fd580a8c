"""What came of training and of matches: queries of a league's results, other than its match log and its ratings."""

from __future__ import annotations

from collections.abc import Iterable

from envs.game import Game
from league.storage.generation import TrainingRecord
from league.storage.rows import figures_of, return_of, training_of
from league.storage.store import Store
from league.storage.sums import results_of, same
from tournaments.rating.returns import Returns
from tournaments.rating.sums import Sums, sums_of

SEEDS_PER_QUERY = 5000
"""The most seeds that one query looks for. Each query reads all matches."""


def training_records(store: Store, generation: int) -> list[TrainingRecord]:
    """Results of a generation's training tickets."""
    query = "SELECT * FROM training WHERE generation = ? ORDER BY generation, ticket"
    return store.select(query, (generation,), training_of)


def training_updates(store: Store, generation: int) -> dict[str, list[dict[str, float]]]:
    """The training metrics of a generation: player → metrics of each update."""
    query = 'SELECT player, figures FROM updates WHERE generation = ? ORDER BY player, "update"'
    found: dict[str, list[dict[str, float]]] = {}
    for player, figures in store.select(query, (generation,), lambda row: (row[0], figures_of(row[1]))):
        found.setdefault(player, []).append(figures)
    return found


def sums_in(store: Store, game: Game, first: int = 0, last: int | None = None) -> dict[int, Sums]:
    """The sums of the matches of each generation, in order.

    Args:
        store: The league.
        game: Its game. Where a league of an earlier format has no sums, they are computed from the match log.
        first: The first generation.
        last: The last generation; the default is the last committed one.
    """
    last = store.generation() if last is None else last
    query = "SELECT * FROM results WHERE generation BETWEEN ? AND ?"
    stored = {number: (results, seen) for number, results, seen in store.select(query, (first, last), results_of)}
    returns = mean_returns(store, first=first, last=last)
    found = {}
    for number in range(first, last + 1):
        known = number in stored and number in returns
        found[number] = Sums(*stored[number], returns[number]) if known else sums_of(game, store.matches(number))
    return found


def differing(store: Store, game: Game) -> dict[int, list[str]]:
    """Compare the stored sums with the match log, which is the truth.

    Returns:
        Generation → which of its sums differ from those of its matches. Sums that are not stored do not differ.
    """
    wrong = {}
    for number in range(store.generation() + 1):
        stored, true = sums_in(store, game, number, number)[number], sums_of(game, store.matches(number))
        names = [name for name in Sums._fields if not same(getattr(stored, name), getattr(true, name))]
        if names:
            wrong[number] = names
    return wrong


def mean_returns(store: Store, player: str | None = None, first: int = 0, last: int | None = None) -> dict[int, Returns]:
    """The mean returns of one player, or of all, in the matches of each generation from `first` to `last`.

    Generations of a league of an earlier format may be missing.
    """
    where, values = ("", ()) if player is None else (" AND player = ?", (player,))
    query = f"SELECT * FROM returns WHERE generation BETWEEN ? AND ?{where} ORDER BY rowid"
    values = (first, store.generation() if last is None else last, *values)
    found: dict[int, Returns] = {}
    for generation, player, side, mean in store.select(query, values, return_of):
        found.setdefault(generation, {}).setdefault(player, {})[side] = mean
    return found


def published_progress(store: Store, player: str | None = None) -> dict[str, float]:
    """Frozen player → its published progress, of one player or of all.

    Players of a league of an earlier format may be missing.
    """
    where, values = ("", ()) if player is None else (" WHERE player = ?", (player,))
    return dict(store.select(f"SELECT player, points FROM progress{where} ORDER BY rowid", values))


def training_games(store: Store, generations: int) -> int:
    """Number of games from which players learnt in the first generations. A game of a player with itself is one."""
    return int(store.select("SELECT COALESCE(SUM(games), 0) FROM training WHERE generation < ?", (generations,))[0][0])


def used_seeds(store: Store, seeds: Iterable[int]) -> frozenset[int]:
    """Those of some seeds that a training ticket or a match of the league has."""
    wanted, found = sorted(set(seeds)), set[int]()
    for start in range(0, len(wanted), SEEDS_PER_QUERY):
        part = wanted[start : start + SEEDS_PER_QUERY]
        places = ", ".join("?" * len(part))
        query = f"SELECT seed FROM matches WHERE seed IN ({places}) UNION SELECT seed FROM training WHERE seed IN ({places})"
        found |= {int(row[0]) for row in store.select(query, (*part, *part))}
    return frozenset(found)
