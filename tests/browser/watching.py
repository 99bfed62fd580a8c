"""Looking at a viewer from outside."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tournaments.replay.format import Replay

VALUES = [0.1, -0.1, 0.2, -0.2, 0.9, -0.3, -0.5, 0.4, 0.6]
"""What two players who take turns think of their chances; the first mistake is the fifth decision."""

COLOURS = {"#c8452f": 0, "#e0a526": 1, "#f4f1ea": -1}
HOLES = "els => els.map(e => [e.getAttribute('cx'), e.getAttribute('cy'), e.getAttribute('fill')])"


def place(page: Page) -> str | None:
    """What the viewer says of where it is: `step 3 of 9`."""
    return page.text_content(".viewer-place")


def until(page: Page, truth: str) -> None:
    """Wait for something to become true in the page. Playwright's own waiting evaluates text, which the page forbids."""
    for _ in range(40_000):
        if page.evaluate(truth):
            return
        page.wait_for_timeout(15)
    pytest.fail(f"it never came true that {truth}")


def until_at(page: Page, step: int) -> None:
    """Wait for a step."""
    until(page, f"document.querySelector('.viewer-place').textContent.startsWith('step {step} ')")


def boards(page: Page, replay: Replay, position: int) -> tuple[Any, Any]:
    """Connect four's board as the circles of the page show it, and as the replay has it: rows of seat numbers."""
    view = replay.steps[position - 1].view if position else replay.opening
    assert view.frame is not None
    holes = page.eval_on_selector_all("svg.viewer-picture g > circle", HOLES)
    found = {(float(x), float(y)): COLOURS[colour] for x, y, colour in holes}
    return [[found[20 + 40 * x, 20 + 40 * y] for x in range(7)] for y in range(6)], view.frame["board"]
