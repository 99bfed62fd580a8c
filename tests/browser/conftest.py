"""A real browser for tests: found, or installed where that is possible, or the reason why there is none.

A test fails when its page says an error, throws one, or asks for anything that is not in it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.paper_replays import crowd, played
from tournaments.replay.format import Replay
from tournaments.viewer.replay_page import replay_page

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LOCAL = ("file:", "data:", "blob:", "about:", "http://127.0.0.1:")


def _found() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _install() -> str:
    """Install Debian's Chromium; returns why that did not work, or nothing."""
    if not shutil.which("apt-get"):
        return "there is no apt-get to install one with"
    if os.geteuid() != 0:
        return "only root could install one"
    for command in INSTALL:
        done = subprocess.run(
            command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return f"{' '.join(command)} failed: {(done.stderr or done.stdout).strip()[-300:]}"
    return ""


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The browser's program. Without one tests are skipped, except in continuous integration, where they fail."""
    with (tmp_path_factory.getbasetemp().parent / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several workers one installs
        reason = "" if _found() else _install()
    program = _found()
    if program:
        return program
    said = f"no browser ({', '.join(NAMES)}): {reason or 'it was installed, but under another name'}"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for a file of tests. Not for all: while Playwright runs, nothing else in the process can run asyncio."""
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield program
        program.close()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """One window for a file of tests. To open another one takes longer than most tests."""
    context = browser.new_context()
    context.set_default_timeout(0)  # events are waited for, however busy the machine is
    yield context.new_page()
    context.close()


@pytest.fixture
def page(window: Page) -> Iterator[Page]:
    """An empty page, 1600 by 900, in the light; the test fails if anything was wrong in it."""
    faults: list[str] = []
    watching: dict[Any, Callable[[Any], object]] = {
        "console": lambda message: faults.append(message.text) if message.type in ("error", "warning") else None,
        "pageerror": lambda error: faults.append(str(error)),
        "request": lambda request: None if request.url.startswith(LOCAL) else faults.append(request.url),
        "dialog": lambda dialog: (faults.append(f"a dialog: {dialog.message}"), dialog.dismiss()),
    }
    window.goto("about:blank")
    window.set_viewport_size({"width": 1600, "height": 900})
    window.emulate_media(media="null", color_scheme="light", reduced_motion="null")
    window.mouse.move(0, 0)
    for event, watch in watching.items():
        window.on(event, watch)
    yield window
    window.goto("about:blank")
    for event, watch in watching.items():
        window.remove_listener(event, watch)
    assert faults == []


@pytest.fixture
def show(page: Page, tmp_path: Path) -> Callable[..., Page]:
    """Open a replay's page from disk: show(replay), or show(replay, "#step=3")."""

    def opened(replay: Replay, address: str = "") -> Page:
        file = tmp_path / "replay.html"
        file.write_text(replay_page(replay), encoding="utf-8")
        page.goto(f"{file.as_uri()}{address}")
        page.wait_for_selector(".viewer")
        return page

    return opened


@pytest.fixture(scope="session")
def connect_four() -> Replay:
    """A match of connect four, really played."""
    return played("classic/connect_four_v3")


@pytest.fixture(scope="session")
def tag() -> Replay:
    """A match of tag, really played: three seats against one, all at once."""
    return played("mpe2/simple_tag_v3", {"max_cycles": 12})


@pytest.fixture(scope="session")
def talk() -> Replay:
    """Four seats that speak to each other."""
    return crowd(steps=12, seats=4, shapes=6, width=4)
