"""The tables of the command line, drawn by rich from the same rows that `--json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from league.analysis.genealogy import OperatorFigures
from league.cli.table_layout import ChartColumn, sheet
from league.cli.terminal_charts import (
    DRAWN,
    GOOD,
    LOST,
    WON,
    Figure,
    Screen,
    axis_of,
    interval,
    shaded,
    shares,
    sparkline,
)
from league.population.player import Player, is_founder, is_snapshot, made, original_of
from league.storage.store import Store
from tournaments.human.replay_text import bar
from tournaments.rating.payoff import Payoff, by_strength
from tournaments.rating.results import PairRow
from tournaments.rating.standings import Standing
from tournaments.replay.format import Replay

LINES = 60
"""Maximum number of lines of players in the table below the standings."""

CELL = 6
"""Width of a score in the payoff table."""


def standings_table(rows: Sequence[Standing], title: str, limit: int | None = None, *, cooperative: bool = False) -> Figure:
    """Make the table of standings, best first, with all ratings on one axis.

    Args:
        rows: The standings.
        title: The line above them.
        limit: After this number of rows only anchors are shown.
        cooperative: Whether the game is cooperative. The mean return then comes first.
    """
    kept = [row for place, row in enumerate(rows) if limit is None or place < limit or row.generation is None]

    def draw(width: int) -> tuple[str, list[Text]]:
        axis = axis_of([end for row in kept for end in (row.elo_low, row.elo_high)], width)
        return axis.ticks(), [interval(axis, row.elo_low, row.elo, row.elo_high) for row in kept]

    sides = list(dict.fromkeys(found.side for row in kept for found in row.returns))
    gained = [[{found.side: found.text for found in row.returns}.get(side, "") for side in sides] for row in kept]
    returns = ["return"] if len(sides) == 1 else [f"{side} return" for side in sides]
    cells = [
        [
            row.player, row.league_role, "" if row.generation is None else str(row.generation), row.parent or "",
            *(gain if cooperative else []), f"{row.elo:.0f}", _interval(row), *([] if cooperative else gain), str(row.games),
            str(row.wins), str(row.draws), str(row.losses), f"{row.score:.2f}",
        ]
        for row, gain in zip(kept, gained, strict=True)
    ]  # fmt: skip
    caption = f"the first {limit} of {len(rows)} and the anchors" if limit is not None and len(rows) > limit else ""
    record = ["games", "won", "drawn", "lost", "score"]
    right = [*returns, "Elo", "95 %", *record] if cooperative else ["Elo", "95 %", *returns, *record]
    # Of symmetric games the score says as much as the return. Of all others the return says what the score does not.
    least = returns if len(returns) == 1 and not cooperative else []
    spare = (*least, "parent", "role", "born", "drawn", *([] if least else ["won", "lost"]))
    chart = ChartColumn(12, 48, draw) if kept else None
    return sheet(title, ["player", "role", "born", "parent"], right, cells, spare=spare, chart=chart, caption=caption)


def _interval(row: Standing) -> str:
    return "pinned" if row.elo_low == row.elo_high else f"{row.elo_low:.0f} … {row.elo_high:.0f}"


def lines_table(rows: Sequence[Standing]) -> Figure:
    """Make the table of lines of players: the rating of each from its first snapshot to its last; best first.

    Args:
        rows: Standings of a league.
    """
    lines: dict[str, dict[int, Standing]] = {}
    for row in rows:
        if row.parent is not None and row.generation is not None:
            lines.setdefault(row.parent, {})[row.generation] = row
    elos = [row.elo for curve in lines.values() for row in curve.values()]
    last = max((generation for curve in lines.values() for generation in curve), default=0)
    order = sorted(lines.items(), key=lambda item: (-max(row.elo for row in item[1].values()), item[0]))[:LINES]

    def draw(width: int) -> tuple[str, list[Text]]:
        curves = [[curve[n].elo if n in curve else None for n in range(last + 1)] for _, curve in order]
        drawn = [Text(sparkline(values, min(elos), max(elos), width), GOOD) for values in curves]
        return f"generations 0 to {last}", drawn

    cells = []
    for name, curve in order:
        first, newest, best = curve[min(curve)], curve[max(curve)], max(curve.values(), key=lambda row: row.elo)
        cells.append(
            [name, str(first.generation), str(newest.generation), *(f"{row.elo:.0f}" for row in (first, newest, best))]
        )
    title = f"lines: the Elo of their snapshots, from {min(elos):.0f} (▁) to {max(elos):.0f} (█)" if elos else "lines"
    caption = f"the best {LINES} of {len(lines)} lines" if len(lines) > LINES else ""
    columns = ["line"], ["from", "to", "first", "last", "best"]
    chart = ChartColumn(min(8, last + 1), max(last + 1, 20), draw) if lines else None
    return sheet(title, *columns, cells, spare=("from", "to"), chart=chart, caption=caption)


def pairs_table(rows: Sequence[PairRow]) -> Figure:
    """Make the table of all pairs' results."""
    cells = [
        [
            row.player, row.opponent, str(row.games), str(row.wins), str(row.draws), str(row.losses),
            "" if row.score is None else f"{row.score:.3f}",
        ]
        for row in rows
    ]  # fmt: skip

    def draw(width: int) -> tuple[str, list[Text]]:
        return f"{WON} won {DRAWN} drawn {LOST} lost", [shares(row.wins, row.draws, row.losses, width) for row in rows]

    return sheet(
        "pairs", ["player", "opponent"], ["games", "won", "drawn", "lost", "score"], cells, chart=ChartColumn(20, 40, draw)
    )


def payoff_table(payoff: Payoff) -> Figure:
    """Make the table of scores of row against column, strongest first. Middle players are left out on narrow screens."""
    order = by_strength(payoff)
    scores, games = payoff.restrict(order).scores(), payoff.restrict(order).games
    names = [f"{place:{len(str(len(order)))}d} {player}" for place, player in enumerate(order, 1)]
    label = max(map(cell_len, names), default=0)

    def draw(screen: Screen) -> Table:
        most = max(2, (screen.width - label - 1) // CELL)
        half = (most + 1) // 2
        shown = [*range(len(order))] if len(order) <= most else [*range(half), *range(len(order) - most + half, len(order))]
        title = f"score of row against column ({len(shown)} of {len(order)} players)"
        table = Table(title=title, title_justify="left", header_style="bold", box=None, padding=0, pad_edge=False)
        table.add_column("player", no_wrap=True)
        for column in shown:
            table.add_column(f"{column + 1:>{CELL - 1}}", no_wrap=True, min_width=CELL)
        for row in shown:
            cells = [
                shaded(f" {scores[row, column]:.2f} ", scores[row, column]) if games[row, column] else Text("   ·")
                for column in shown
            ]
            table.add_row(Text(f"{names[row]} "), *cells)
        return table

    return Figure(draw)


def lineage_tree(players: Sequence[Player], elo: dict[str, float]) -> Figure:
    """Make the tree of descent: active and retired players, each with its last snapshot's rating."""
    lines = {player.name: player for player in players if player.status in ("active", "retired")}
    snapshots = {player.name: original_of(player) for player in players if is_snapshot(player)}
    newest = {parent: name for name, parent in snapshots.items()}
    parents = {name: snapshots.get(player.parent or "") for name, player in lines.items()}
    above = {name: parent if parent in lines else None for name, parent in parents.items()}
    ratings = {name: elo[newest[name]] for name in lines if newest.get(name) in elo}

    indents: dict[str | None, int] = {None: -4}
    for name in lines:  # parents are born before their children
        indents[name] = indents[above[name]] + 4
    wide = max((indents[name] + cell_len(name) for name in lines), default=0)
    told = {name: _life(player) for name, player in lines.items()}
    most = max(map(cell_len, told.values()), default=0)

    def draw(screen: Screen) -> Tree:
        room = min(24, screen.width - 4 - wide - most - 16)
        axis = axis_of(list(ratings.values()), max(room, 1))
        tree = Tree("lineage")
        branches: dict[str | None, Tree] = {None: tree}
        for name in lines:
            label = Text().append(set_cell_size(name, wide - indents[name]), "bold").append("  ")
            if name in ratings and room >= 8:
                share = (ratings[name] - axis.first) / (axis.last - axis.first)
                label.append(bar(share, room), GOOD)
            elif room >= 8:
                label.append(" " * room)
            rated = f"Elo {ratings[name]:5.0f}" if name in ratings else "not rated"
            branches[name] = branches[above[name]].add(label.append(f"  {rated}  {told[name]}"))
        return tree

    return Figure(draw)


def operators_table(rows: Sequence[OperatorFigures]) -> Figure:
    """Make the table of mutation operators: how many children survived, and what they gained."""

    def draw(screen: Screen) -> Table:
        table = Table(box=None, pad_edge=False)
        table.add_column("operator")
        for name in ("children", "survived", "alive", "gain in Elo", "95 %"):
            table.add_column(name, justify="right", no_wrap=True)
        for row in rows:
            gain = "" if row.gain is None else f"{row.gain:+.0f}"
            span = "" if row.low is None or row.high is None else f"{row.low:+.0f} to {row.high:+.0f}"
            cells = str(row.children), f"{row.survived} of {row.judged}", str(row.alive), gain, span
            table.add_row(Text(row.operator), *cells)
        return table

    return Figure(draw)


def _life(player: Player) -> str:
    how = made(player) if is_founder(player) else player.operator
    if player.retired is None:
        return f"{how}, since generation {player.born}"
    once = player.retired == player.born
    return f"{how}, generation{'' if once else 's'} {player.born}{'' if once else f' to {player.retired}'}"


def leagues_table(stores: Sequence[Store]) -> Figure:
    """Make the table of the leagues of a home."""
    keys = ("league", "game", "generation", "players", "champion")
    begun = [row if row["champion"] else row | {"generation": "–", "champion": "–"} for row in league_rows(stores)]
    cells = [[str(row[key]) for key in keys] for row in begun]
    scales = "Elo of two leagues is not one scale; to compare them: league tournament ONE/champion OTHER/champion"
    spare = ("players", "generation")
    return sheet("leagues", keys[:2], keys[2:], cells, spare=spare, caption=scales if len(begun) > 1 else "")


def league_rows(stores: Sequence[Store]) -> list[dict[str, object]]:
    """Return the leagues of a home as plain values."""
    return [dict(store.overview()) for store in stores]


def replay_rows(replays: Sequence[tuple[Path, Replay]]) -> list[dict[str, object]]:
    """Return replays as plain values."""
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


def replays_table(replays: Sequence[tuple[Path, Replay]]) -> Figure:
    """Make the table of replays, one per line."""
    cells = []
    for path, replay in replays:
        players = " – ".join(dict.fromkeys(seat.player for seat in replay.seats))
        result = " : ".join(f"{value:g}" for value in replay.returns)
        cells.append([path.name, ", ".join(replay.tags), players, result, str(len(replay.steps))])
    return sheet("replays", ["file", "why", "players"], ["result", "steps"], cells, spare=("steps", "why"))
