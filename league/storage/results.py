"""What came of training and of matches: queries of a league's results, other than its match log and its ratings."""

from __future__ import annotations

from league.storage.generation import TrainingRecord
from league.storage.rows import figures_of, return_of, training_of
from league.storage.store import Store
from tournaments.rating.returns import Returns


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


def mean_returns(store: Store, player: str | None = None) -> dict[int, Returns]:
    """The mean returns of one player, or of all, in each generation's matches.

    Generations of a league of an earlier format may be missing.
    """
    where, values = ("", ()) if player is None else (" WHERE player = ?", (player,))
    found: dict[int, Returns] = {}
    for generation, player, side, mean in store.select(f"SELECT * FROM returns{where} ORDER BY rowid", values, return_of):
        found.setdefault(generation, {}).setdefault(player, {})[side] = mean
    return found


def published_progress(store: Store, player: str | None = None) -> dict[str, float]:
    """Frozen player → its published progress, of one player or of all.

    Players of a league of an earlier format may be missing.
    """
    where, values = ("", ()) if player is None else (" WHERE player = ?", (player,))
    return dict(store.select(f"SELECT player, points FROM progress{where} ORDER BY rowid", values))
