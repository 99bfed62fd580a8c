"""Writes the files of the report."""

from __future__ import annotations

from pathlib import Path

from league.analysis.history import History
from league.errors import disk_has_room
from league.report.advice.commands import CONFIG
from league.report.page import report_html
from league.report.solution import solution_yaml
from league.storage.blobs import write_durably

REPORT, SOLUTION = "report.html", "solution.yaml"


def write(history: History, folder: Path) -> list[Path]:
    """Write `report.html`, `solution.yaml`, and `config.yaml`, which the commands of the advice read.

    Args:
        history: The league; at least one generation is committed.
        folder: The folder to write to. It is created if it does not exist.

    Returns:
        The files, the report first.

    Raises:
        LeagueError: The disk is full.
    """
    texts = {REPORT: report_html(history), SOLUTION: solution_yaml(history), CONFIG: history.facts["config"]}
    with disk_has_room(f"the report could not be written to {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_durably(folder / name, text.encode())
    return [folder / name for name in texts]
