"""Which files the report consists of, and where they are written."""

from __future__ import annotations

from pathlib import Path

from league.analysis.history import History
from league.errors import disk_has_room
from league.report.advice.commands import CONFIG
from league.report.page import report_html
from league.report.solution import solution_yaml

REPORT, SOLUTION = "report.html", "solution.yaml"


def write(history: History, folder: Path) -> list[Path]:
    """Write the report, the solution and the configuration that its advice builds upon.

    Args:
        history: The league; at least one generation is committed.
        folder: Where to; made if there is none.

    Returns:
        The files, the report first.

    Raises:
        LeagueError: The disk is full.
    """
    texts = {REPORT: report_html(history), SOLUTION: solution_yaml(history), CONFIG: history.facts["config"]}
    with disk_has_room(f"the report could not be written to {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
