"""What a person finds in the MLflow UI itself: curves over one another, generations side by side, a replay that plays."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser, Page

from league import League

DOCS = Path(__file__).parents[2] / "docs"
SMALL = {
    "name": "seen",
    "game": {"name": "classic/tictactoe_v3"},
    "generations": 3,
    "population": 2,
    "policy": {"hidden": [16]},
    "train": {"updates": 1, "copies": 8, "steps": 16},
    "tournament": {"games": 4, "bootstrap": 20},
    "compute": {"executor": "serial"},
}


@pytest.fixture(scope="module")
def photograph() -> Iterator[ModuleType]:
    """The script that takes the README's pictures knows its way about in MLflow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        import photograph

        yield photograph


@pytest.fixture(scope="module")
def shelf(photograph: ModuleType, tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[object]:
    home = tmp_path_factory.mktemp("ui")
    shutil.copy(template, home)
    League(SMALL, home).run()
    with photograph.served(home, "seen") as served:
        yield served


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    """A window that does not mind what MLflow's own pages say."""
    context = browser.new_context(viewport={"width": 1600, "height": 900})
    context.set_default_timeout(0)  # events are waited for, however busy the machine is
    yield context.new_page()
    context.close()


def test_the_rating_curves_of_all_players_lie_on_one_chart(window, photograph, shelf):
    photograph.ratings(window, shelf)
    chart = window.locator(".js-plotly-plot")
    players = [name for name in shelf.runs if name.startswith("main-")]
    assert len(players) >= 3
    # A line each; the folder `players` is listed too and has none.
    chart.locator(".scatterlayer .trace").nth(len(players) - 1).wait_for(state="attached")
    assert chart.count() == 1


def test_two_generations_stand_side_by_side(window, photograph, shelf):
    photograph.compare(window, shelf, "gen-000", "gen-002")
    for words in ("gen-000", "gen-002", "gen/progress_best", "champion"):
        window.get_by_text(words, exact=True).first.wait_for(state="attached")


def test_a_replay_plays_among_the_artifacts(window, photograph, shelf):
    faults = []
    window.on("pageerror", lambda error: faults.append(str(error)))
    frame = photograph.artifact(window, shelf, "gen-002", "replay.html")
    place = frame.locator(".viewer-place")
    place.filter(has_text="step 0 of").wait_for()
    frame.get_by_role("button", name="One step on").click()
    place.filter(has_text="step 1 of").wait_for()
    frame.get_by_label("Speed").select_option("16")
    frame.get_by_role("button", name="Play (space)").click()
    steps = place.text_content().split(" of ")[1]
    frame.get_by_text(f"step {steps} of {steps}").first.wait_for()
    assert faults == []


def test_the_report_and_the_tournament_open_among_the_artifacts(window, photograph, shelf):
    photograph.artifact(window, shelf, "seen", "report.html").get_by_text("Who is the champion?").wait_for()
    photograph.artifact(window, shelf, "seen", "tournament.html").get_by_role("table").first.wait_for()


def test_at_last_ctrl_c_ends_the_ui(shelf):
    shelf.server.send_signal(signal.SIGINT)
    assert shelf.server.wait() in (0, 130)
