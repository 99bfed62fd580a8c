"""The table of guests: results of people who played in the browser. It is kept apart from the results of leagues."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from league.errors import disk_has_room
from league.storage.links import require_plain

FILE = "guests.jsonl"
"""The file in the folder of the leagues: one result a line, appended and never edited."""

LARGEST = 16 * 2**20
"""Maximal number of bytes of the file that are read, from its end."""


@dataclass(frozen=True)
class GuestResult:
    """One game of a guest.

    Attributes:
        guest: The name that the person gave.
        game: The game.
        opponents: The players.
        seat: The person's first seat.
        result: 1, 0 or −1 for a win, a draw or a loss; None where one game does not decide that.
        value: The return of the person's team.
        replay: The file of the replay in the folder `replays`; empty if there is none.
    """

    guest: str
    game: str
    opponents: tuple[str, ...]
    seat: str
    result: int | None
    value: float
    replay: str


READ = TypeAdapter(GuestResult)


def enter(result: GuestResult, home: Path) -> None:
    """Append a result.

    Raises:
        LeagueError: The disk is full, or the file is no plain file.
    """
    path = home / FILE
    with disk_has_room(f"the result could not be written to {path}"):
        home.mkdir(parents=True, exist_ok=True)
        require_plain(path)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def entered(home: Path) -> list[GuestResult]:
    """All results, oldest first. Lines that are not results are left out, such as one that was cut off."""
    path = home / FILE
    if not path.is_file():
        return []
    require_plain(path)
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LARGEST))
        lines = file.read(LARGEST).split(b"\n")
    found = []
    for line in lines:
        try:
            found.append(READ.validate_json(line))
        except ValidationError:
            continue
    return found


def table(results: Iterable[GuestResult]) -> list[Mapping[str, Any]]:
    """The table: a row for each guest, game and opponents, the most games first."""
    rows: dict[tuple[str, str, tuple[str, ...]], list[GuestResult]] = defaultdict(list)
    for result in results:
        rows[result.guest, result.game, result.opponents].append(result)
    found = [
        {
            "guest": guest,
            "game": game,
            "opponents": list(opponents),
            "games": len(played),
            "wins": sum(each.result == 1 for each in played),
            "draws": sum(each.result == 0 for each in played),
            "losses": sum(each.result == -1 for each in played),
            "mean_return": sum(each.value for each in played) / len(played),
        }
        for (guest, game, opponents), played in rows.items()
    ]
    return sorted(found, key=lambda row: (-int(str(row["games"])), str(row["guest"])))
