"""What the command line prints: tables for people, drawn by rich, from the same rows that `--json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.tree import Tree

from league.roster import Player
from league.store import Store
from tournaments.payoff import PairRow, Payoff, by_strength
from tournaments.replay import Replay
from tournaments.standings import Standing

WIDEST_PAYOFF = 14
"""Players in a payoff table; more do not fit a terminal."""


def standings_table(rows: Sequence[Standing], title: str, limit: int | None = None) -> Table:
    """Standings, best first; beyond `limit` only anchors are kept."""
    table = _table(title, ["player", "role", "born", "parent"], ["Elo", "95 %", "games", "won", "drawn", "lost", "score"])
    for place, row in enumerate(rows):
        if limit is not None and place >= limit and row.generation is not None:
            continue
        interval = "pinned" if row.elo_low == row.elo_high else f"{row.elo_low:.0f} … {row.elo_high:.0f}"
        table.add_row(
            row.player, row.league_role, "" if row.generation is None else str(row.generation), row.parent or "",
            f"{row.elo:.0f}", interval, str(row.games), str(row.wins), str(row.draws), str(row.losses), f"{row.score:.2f}",
        )  # fmt: skip
    if limit is not None and len(rows) > limit:
        table.caption = f"the first {limit} of {len(rows)} and the anchors"
    return table


def pairs_table(rows: Sequence[PairRow]) -> Table:
    """What every two players scored against each other."""
    table = _table("pairs", ["player", "opponent"], ["games", "won", "drawn", "lost", "score"])
    for row in rows:
        score = "" if row.score is None else f"{row.score:.3f}"
        table.add_row(row.player, row.opponent, str(row.games), str(row.wins), str(row.draws), str(row.losses), score)
    return table


def payoff_table(payoff: Payoff) -> Table:
    """Scores of row against column, strongest first; the middle is left out where there are too many."""
    order = by_strength(payoff)
    if len(order) > WIDEST_PAYOFF:
        order = (*order[: WIDEST_PAYOFF // 2], *order[-(WIDEST_PAYOFF // 2) :])
    part = payoff.restrict(order)
    scores, games = part.scores(), part.games
    table = _table(f"score of row against column ({len(order)} of {len(payoff.players)} players)", ["player"], [])
    for number in range(len(order)):
        table.add_column(str(number + 1), justify="right", no_wrap=True)
    for row, player in enumerate(order):
        cells = [f"{scores[row, column]:.2f}" if games[row, column] else "·" for column in range(len(order))]
        table.add_row(f"{row + 1:2d} {player}", *cells)
    return table


def lineage_tree(players: Sequence[Player], elo: dict[str, float]) -> Tree:
    """Who descends from whom: active and retired players, each with its last snapshot's rating."""
    lines = [player for player in players if player.status in ("active", "retired")]
    snapshots = {player.name: player.parent for player in players if player.status == "historical"}
    newest = {parent: name for name, parent in snapshots.items()}
    tree = Tree("lineage")
    branches: dict[str | None, Tree] = {}
    for player in lines:
        rating = elo.get(newest.get(player.name, ""))
        end = f"retired in generation {player.retired}" if player.status == "retired" else "active"
        rated = "not rated yet" if rating is None else f"Elo {rating:.0f}"
        label = f"[bold]{player.name}[/bold]  {player.operator}, born in generation {player.born}, {end}, {rated}"
        above = branches.get(snapshots.get(player.parent or ""), tree)
        branches[player.name] = above.add(label)
    return tree


def leagues_table(stores: Sequence[Store]) -> Table:
    """The leagues of a home."""
    table = _table("leagues", ["league", "game"], ["generation", "players", "champion"])
    for row in league_rows(stores):
        table.add_row(*(str(row[key]) for key in ("league", "game", "generation", "players", "champion")))
    return table


def league_rows(stores: Sequence[Store]) -> list[dict[str, object]]:
    """The leagues of a home as plain values."""
    return [
        {
            "league": store.name,
            "game": store.fact("game"),
            "generation": store.generation(),
            "players": len(store.players()),
            "champion": store.champion() if store.generation() >= 0 else None,
        }
        for store in stores
    ]


def replay_rows(replays: Sequence[tuple[Path, Replay]]) -> list[dict[str, object]]:
    """Replays as plain values."""
    return [
        {
            "file": str(path),
            "players": list(dict.fromkeys(seat.player for seat in replay.seats)),
            "result": list(replay.returns),
            "generation": replay.generation,
            "purpose": replay.purpose,
            "steps": len(replay.steps),
            "tags": list(replay.tags),
        }
        for path, replay in replays
    ]


def replays_table(replays: Sequence[tuple[Path, Replay]]) -> Table:
    """Replays, one a line."""
    table = _table("replays", ["file", "why", "players"], ["result", "steps"])
    for path, replay in replays:
        players = " – ".join(dict.fromkeys(seat.player for seat in replay.seats))
        result = " : ".join(f"{value:g}" for value in replay.returns)
        table.add_row(path.name, ", ".join(replay.tags), players, result, str(len(replay.steps)))
    return table


def _table(title: str, left: Sequence[str], right: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left", header_style="bold", box=None, pad_edge=False)
    for name in left:
        table.add_column(name, no_wrap=True)
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table
