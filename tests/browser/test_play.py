"""A person plays in the browser, by mouse and by keyboard, on a wide and on a narrow screen."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page

from league import League
from league.config.schema import LeagueConfig
from league.serving.application import Served, application
from league.serving.limits import Limits, names_of

DUEL = f"{Path(__file__).parents[2] / 'examples/own_game.py'}:Duel"
SMALL = {
    "generations": 1,
    "population": 1,
    "tracking": False,
    "policy": {"hidden": [8]},
    "train": {"copies": 4, "steps": 8, "updates": 1, "minibatches": 1, "epochs": 1},
    "tournament": {"games": 2, "replays": True, "anchors": ["bot:random"]},
    "compute": {"executor": "serial"},
}
GAMES = {
    "four": {"name": "classic/connect_four_v3"},
    "tag": {"name": "mpe2/simple_tag_v3", "options": {"max_cycles": 6}},
    "duel": {"name": DUEL},
}


def made(home: Path) -> None:
    for name, game in GAMES.items():
        League(LeagueConfig(**{**SMALL, "name": name, "game": game}), home).run()


@pytest.fixture(scope="module")
def site(once, tmp_path_factory) -> Iterator[str]:
    """The address of a server with leagues on three games, in a folder of its own."""
    home = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(once("played", made), home)
    app = application(Served(home, ["four/champion"], limits=Limits(seconds=60.0, hosts=names_of("127.0.0.1"))))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="on", timeout_graceful_shutdown=1))
    began = threading.Event()
    startup = server.startup

    async def started(sockets=None):
        await startup(sockets)
        began.set()

    server.startup = started
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    began.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def begin(page: Page, site: str, game: str, name: str = "Ada", against: str = "") -> None:
    """Choose a game and begin it."""
    page.goto(site)
    page.wait_for_selector(".play-start:not([disabled])")
    page.select_option("select >> nth=0", game)
    page.wait_for_selector(f".play-form[data-game='{game}'] .play-start:not([disabled])")
    if against:
        page.select_option(".play-rivals select >> nth=0", against)
    page.fill("#name", name)
    page.click(".play-start")
    page.wait_for_selector(".play-room")


def over(page: Page) -> bool:
    return page.locator(".play-after").count() > 0


def turn_of(page: Page) -> str:
    """Wait for the person's turn or for the end; returns the number of the turn."""
    page.wait_for_selector(".play-room[data-status=asking], .play-room[data-status=over]")
    return page.get_attribute(".play-room", "data-turn") or ""


def next_turn(page: Page, before: str) -> None:
    """Wait until the position is another one."""
    page.wait_for_selector(f".play-room:not([data-turn='{before}'])")


@pytest.mark.parametrize(("width", "scheme"), [(1600, "light"), (390, "dark")])
def test_connect_four_by_mouse(page: Page, site, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    begin(page, site, "classic/connect_four_v3", against="four/champion")
    page.check("#thoughts")
    for turn in range(30):
        before = turn_of(page)
        if over(page):
            break
        page.wait_for_selector(".play-target")
        targets = page.locator(".play-target")
        targets.nth(turn % targets.count()).click()
        next_turn(page, before)
    assert over(page)
    assert page.text_content(".play-title") in ("You won", "You lost", "A draw")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_text("Open the replay").click()
    page.wait_for_selector(".viewer")


@pytest.mark.parametrize("width", [1600, 390])
def test_tag_by_keyboard(page: Page, site, width):
    page.set_viewport_size({"width": width, "height": 900})
    begin(page, site, "mpe2/simple_tag_v3", against="tag/champion")
    for _ in range(6):
        before = turn_of(page)
        if over(page):
            break
        page.keyboard.press("ArrowLeft")
        next_turn(page, before)
    page.wait_for_selector(".play-after")
    assert page.text_content(".play-title") == "The game is over"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_game_of_ones_own_by_keyboard_and_a_hostile_name_is_text(page: Page, site):
    name = "<img src=x onerror=alert(1)>"
    begin(page, site, DUEL, name=name, against="duel/champion")
    assert name in page.text_content(".play-players")
    for _ in range(60):
        before = turn_of(page)
        if over(page):
            break
        page.keyboard.press("1")
        next_turn(page, before)
    assert over(page)


def test_every_control_is_reached_by_keyboard_and_has_a_name(page: Page, site):
    begin(page, site, "classic/connect_four_v3")
    page.wait_for_selector(".play-move")
    controls = page.locator("button, input, select, a")
    for number in range(controls.count()):
        control = controls.nth(number)
        named = control.evaluate("(each) => Boolean(each.textContent.trim() || each.labels?.length || each.ariaLabel)")
        assert named, control.evaluate("(each) => each.outerHTML")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.play-move')")


def test_a_league_is_followed(page: Page, site):
    page.goto(f"{site}/live#four")
    page.wait_for_selector("table")
    assert "main-01-g000" in page.text_content("#live")
    page.locator(".play-replays a").first.click()
    page.wait_for_selector(".viewer")
