"""What the runs of a league hold as files: tables, replays and pages, as bytes."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from league.charts import Chronicle, readable
from league.images import Picture
from league.results import standings_rows
from league.store import Store
from tournaments.replay import Replay

if TYPE_CHECKING:
    from league.pages import Shelf

STANDINGS, TABLE, PAYOFF, REPLAY = "standings.json", "standings.csv", "payoff.png", "replay.html"
"""Files of every generation; names that several runs share stand side by side when the runs are compared."""

PAGES = ("report.html", "tournament.html", "solution.yaml")
"""Files of the league's run that show the newest state."""

TABLES = {"mlflow.loggedArtifacts": json.dumps([{"path": STANDINGS, "type": "table"}])}
"""The tag by which MLflow knows that a file is a table, and sets those of several runs side by side."""

IMAGES = {"mlflow.loggedImages": "True"}
"""The tag by which it knows that there are pictures with a slider."""

COLUMNS = ("player", "elo", "elo_low", "elo_high", "score", "games", "wins", "draws", "losses")
"""Columns of the standings that come first."""


def of_generation(league: Chronicle, generation: int, table: Picture) -> dict[str, bytes]:
    """The files of a generation's run.

    Args:
        league: The league.
        generation: Which.
        table: The payoff table as of then.
    """
    standings = standings_rows(league.store, generation)
    files = {STANDINGS: _all_columns(standings), TABLE: _few_columns(standings), PAYOFF: table.png}
    replay = final(league.store, generation)
    if replay is not None:
        from tournaments.viewer.replay_page import replay_page

        files[REPLAY] = replay_page(replay).encode()
    return files


def names_of_generation(store: Store, generation: int) -> list[str]:
    """The files that a generation's run should have."""
    return [STANDINGS, TABLE, PAYOFF, *([REPLAY] if store.recorded(generation) else [])]


def of_league(league: Chronicle, generation: int) -> dict[str, bytes]:
    """The files of the league's run as of a generation, without its pages."""
    standings = standings_rows(league.store, generation)
    return {"config.yaml": league.store.fact("config").encode(), STANDINGS: _all_columns(standings)}


def pages(league: Chronicle, shelf: Shelf) -> dict[str, bytes]:
    """The pages about the league as it stands.

    Args:
        league: The league.
        shelf: The recorded matches that earlier calls have read; what is missing is added.
    """
    from league.pages import tournament_html
    from league.report import report_html, solution_yaml

    texts = report_html(league), tournament_html(league, shelf), solution_yaml(league)
    return {name: text.encode() for name, text in zip(PAGES, texts, strict=True)}


def final(store: Store, generation: int) -> Replay | None:
    """The recorded final of a generation, else any of its recorded matches; None where there is none that can be read."""
    return next((replay for path in finals_first(store, generation) if (replay := readable(path)) is not None), None)


def finals_first(store: Store, generation: int) -> list[Path]:
    """The recorded matches of a generation, those first that decided it."""
    return sorted(store.recorded(generation), key=lambda path: (not _is_final(path), path))


def _is_final(path: Path) -> bool:
    """Whether a file says that it is a final; whether it is a replay is looked at when it is loaded, which takes longer."""
    try:
        return "final" in json.loads(gzip.decompress(path.read_bytes()))["tags"]
    except (OSError, EOFError, zlib.error, ValueError, TypeError, KeyError):
        return False


def _all_columns(standings: Sequence[Mapping[str, Any]]) -> bytes:
    """Standings in the form of MLflow's tables: names of columns, and rows. MLflow groups them by rank and compares players."""
    rows = [{"rank": rank, **{name: line[name] for name in COLUMNS}, **line} for rank, line in enumerate(standings, 1)]
    cells = [[round(cell, 3) if isinstance(cell, float) else cell for cell in row.values()] for row in rows]
    return json.dumps({"columns": list(rows[0]) if rows else [], "data": cells}, indent=1).encode()


def _few_columns(standings: Sequence[Mapping[str, Any]]) -> bytes:
    """Standings as two of them fit side by side on a screen."""
    text = StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    write(("player", "elo", "95 % interval", "score", "games"))
    for row in standings:
        interval = f"{row['elo_low']:.0f} … {row['elo_high']:.0f}"
        write((row["player"], f"{row['elo']:.0f}", interval, f"{row['score']:.3f}", row["games"]))
    return text.getvalue().encode()
