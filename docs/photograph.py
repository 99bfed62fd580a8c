"""Take the README's pictures of a finished league in Chromium: ratings in MLflow, a comparison of two generations, a replay.

    python docs/photograph.py [HOME] [LEAGUE]

The pictures are written beside this file. Playwright is among the requirements of the tests. Chromium is a package of the
operating system.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import FrameLocator, Page, sync_playwright

from league.tracking.views import key_of

FOLDER = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TRAINING = "workflowType=machine_learning"
"""The query that selects MLflow's user interface for training (there are two)."""

SETTLED = 1500
"""Milliseconds until the animation of MLflow's charts has ended. No event tells, so a picture waits for so long."""


@dataclass(frozen=True)
class Shelf:
    """The location of MLflow's pages about a league.

    Attributes:
        league: The league's name.
        address: The address of the server.
        experiment: Id of the game's experiment.
        runs: Name of a run of the league → its id.
        server: The process that serves them, `league ui`.
    """

    league: str
    address: str
    experiment: str
    runs: dict[str, str]
    server: subprocess.Popen[bytes]


@contextmanager
def served(home: Path, league: str) -> Iterator[Shelf]:
    """Start `league ui` for a home, and stop it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [Path(sys.executable).with_name("league"), "ui", "--home", home, "--port", str(port), "--no-browser"]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(program, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise
                time.sleep(0.3)
        yield _shelf(home, league, address, server)
    finally:
        server.terminate()
        server.wait()


def _shelf(home: Path, league: str, address: str, server: subprocess.Popen[bytes]) -> Shelf:
    query = (
        "SELECT runs.name, run_uuid, experiment_id FROM runs JOIN tags USING (run_uuid) "
        "WHERE tags.key = 'league' AND tags.value = ? AND lifecycle_stage = 'active'"
    )
    with closing(sqlite3.connect(f"{(home / 'mlflow.db').resolve().as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(query, (league,)).fetchall()
    return Shelf(league, address, str(rows[0][2]), {name: run for name, run, _ in rows}, server)


def ratings(page: Page, shelf: Shelf) -> None:
    """Open MLflow's saved view of the players, with all rating curves in one chart."""
    charts = f"runs?{TRAINING}&compareRunsMode=CHART&viewStateShareKey={key_of(shelf.league, 'players')}"
    page.goto(f"{shelf.address}/#/experiments/{shelf.experiment}/{charts}")
    page.locator(".js-plotly-plot").first.wait_for()


def compare(page: Page, shelf: Shelf, *generations: str) -> None:
    """Open MLflow's comparison of some generations."""
    runs, experiments = json.dumps([shelf.runs[name] for name in generations]), json.dumps([shelf.experiment])
    page.goto(f"{shelf.address}/#/compare-runs?runs={quote(runs)}&experiments={quote(experiments)}&{TRAINING}")
    page.get_by_text("Run details").wait_for()
    page.get_by_text("Visualizations", exact=True).click()  # the tables are below them


def artifact(page: Page, shelf: Shelf, run: str, name: str) -> FrameLocator:
    """Open a page of this project among the artifacts of a run. Returns the frame in which MLflow shows it."""
    page.goto(f"{shelf.address}/#/experiments/{shelf.experiment}/runs/{shelf.runs[run]}/artifacts?{TRAINING}")
    page.get_by_text(name, exact=True).click()
    frame = page.frame_locator("iframe").first
    frame.locator("main").first.wait_for()
    return frame


def settle(page: Page) -> None:
    """Let MLflow's page come to rest before a picture is taken, and close the assistant that MLflow opens beside its pages."""
    page.wait_for_timeout(SETTLED / 2)
    for button in page.get_by_role("button", name="Close", exact=True).all():
        button.click()
    page.wait_for_timeout(SETTLED)


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", nargs="?", type=Path, default=Path("mlruns"))
    parser.add_argument("league", nargs="?", default="connect-four")
    asked = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        sys.exit(f"there is no {', '.join(BROWSERS)} on this machine")
    with sync_playwright() as playwright, served(asked.home, asked.league) as shelf:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        generations = sorted(name for name in shelf.runs if name.startswith("gen-"))
        ratings(page, shelf)
        settle(page)
        page.screenshot(path=FOLDER / "mlflow-ratings.png")
        compare(page, shelf, generations[0], generations[-1])
        settle(page)
        page.screenshot(path=FOLDER / "mlflow-compare.png")
        frame = artifact(page, shelf, generations[-1], "replay.html")
        settle(page)
        frame.get_by_role("button", name="To the end").click()
        frame.get_by_role("button", name="One step back").click()
        page.wait_for_timeout(SETTLED)
        page.screenshot(path=FOLDER / "mlflow-replay.png")
        browser.close()


if __name__ == "__main__":
    main()
