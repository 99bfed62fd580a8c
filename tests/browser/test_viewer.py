"""The replay viewer in a real browser: opening it, moving through a match, and where it is opened."""

import html

import pytest
from markupsafe import Markup
from playwright.sync_api import CDPSession

from tests.browser.paper_replays import crowd, duel
from tests.browser.watching import VALUES, boards, place, until, until_at
from tournaments.viewer.document import asset, document
from tournaments.viewer.replay_page import SCRIPTS, STYLES, content, replay_page

MOVED = """async () => {
    const seen = new Set(), disc = document.querySelector("svg.viewer-picture circle[data-seat]");
    for (let frame = 0; frame < 40; frame++) {
        await new Promise(requestAnimationFrame);
        seen.add(disc.getAttribute("cx") + disc.getAttribute("cy"));
    }
    return seen.size;
}"""

# Before the page: note when the viewer stands, and when it has been painted.
FRAMES = 60
PAINTED = "async (frames) => { for (let n = 0; n < frames; n++) await new Promise(requestAnimationFrame); }"
"""Resolves after so many frames."""


def test_it_opens_from_disk_at_the_opening(show, connect_four):
    page = show(connect_four)
    assert place(page) == f"step 0 of {len(connect_four.steps)}"
    assert page.is_visible("svg.viewer-picture")


def test_the_board_is_the_one_of_the_replay_at_every_position_gone_to(show, connect_four):
    page, last = show(connect_four), len(connect_four.steps)
    for position in (0, 1, last // 2, last - 1, last, 3):
        page.evaluate("step => { location.hash = `step=${step}` }", position)
        until_at(page, position)
        drawn, recorded = boards(page, connect_four, position)
        assert drawn == recorded


def test_buttons_step_on_and_back(show, connect_four):
    page = show(connect_four)
    for _ in range(3):
        page.get_by_role("button", name="One step on").click()
    page.get_by_role("button", name="One step back").click()
    assert place(page).startswith("step 2 ")
    drawn, recorded = boards(page, connect_four, 2)
    assert drawn == recorded


def test_the_scrubber_goes_to_a_step(show, connect_four):
    page = show(connect_four)
    page.get_by_role("slider", name="Step").fill("5")
    assert place(page).startswith("step 5 ")
    until(page, "document.querySelector('.viewer-scrub').ariaValueText.endsWith('To move: main-02.')")


def test_it_plays_to_the_end_and_stops_there(show, connect_four):
    page, last = show(connect_four), len(connect_four.steps)
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=False).first.click()
    until_at(page, last)
    page.get_by_role("button", name="Play (space)").wait_for()
    drawn, recorded = boards(page, connect_four, last)
    assert drawn == recorded


def test_a_loop_begins_again(show):
    page = show(duel(VALUES))
    for key in ["l", "+", "+", "+", "+", "End", " "]:
        page.keyboard.press(key)
    until_at(page, 1)
    until_at(page, 9)
    until(page, "!document.querySelector('.viewer-place').textContent.startsWith('step 9 ')")
    assert page.get_by_role("button", name="Pause (space)").is_visible()


def test_a_link_opens_at_its_step_and_seat(show, tag):
    page = show(tag, "#step=7&seat=agent_0")
    assert place(page) == "step 7 of 12"
    assert page.get_attribute(".viewer-seats li:nth-child(4) button", "aria-pressed") == "true"


@pytest.mark.parametrize(("address", "step"), [("#step=999", 9), ("#step=-4", 0), ("#step=x&seat=nobody", 0), ("#%", 0)])
def test_an_address_that_makes_no_sense_opens_somewhere(show, address, step):
    assert place(show(duel(VALUES), address)) == f"step {step} of 9"


def test_the_address_follows(show):
    page = show(duel(VALUES))
    page.keyboard.press("ArrowRight")
    until(page, "location.hash === '#step=1'")
    page.keyboard.press("End")
    until(page, "location.hash === '#step=9'")
    assert page.get_attribute(".viewer-link", "href") == "#step=9"


def test_everything_works_by_key_alone(show):
    page = show(duel(VALUES))
    steps = []
    for key in ["ArrowRight", "Shift+ArrowRight", "ArrowLeft", "Home", "End", "p", "n", "PageDown"]:
        page.keyboard.press(key)
        steps.append(int(place(page).split()[1]))
    assert steps == [1, 9, 8, 0, 9, 4, 9, 0]
    page.keyboard.press("?")
    assert page.is_visible("text=previous or next highlight")
    page.keyboard.press("+")
    assert page.get_by_label("Speed").input_value() == "2"


def test_tab_reaches_every_control_and_shows_where_it_is(show):
    page, reached = show(duel(VALUES)), []
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement !== document.body"):
        reached.append(page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Tab")
    assert {"Play (space)", "Loop (L)", "Speed", "Step", "Keys"} <= set(reached)
    assert any("mistake" in name for name in reached)


def test_what_happened_is_said_when_a_step_is_at_rest(show):
    page = show(duel(VALUES))
    page.keyboard.press("End")
    until(page, "document.querySelector('[role=status]').textContent !== ''")
    said = page.text_content("[role=status]")
    assert said == (
        "Step 9 of 9. The end. main-01: scissors. Rewards: main-01 +1.00, main-02 −1.00. "
        "main-01 won: main-01 +1, main-02 −1, after 9 steps."
    )


def test_nothing_is_said_while_it_plays(show):
    page = show(duel(VALUES))
    page.keyboard.press(" ")
    until_at(page, 1)
    assert page.text_content("[role=status]") == ""


def test_shapes_glide_while_it_plays(show, tag):
    page = show(tag, "#step=2")
    page.keyboard.press(" ")
    assert page.evaluate(MOVED) > 15


def test_shapes_jump_where_less_motion_is_wished(page, show, tag):
    page.emulate_media(reduced_motion="reduce")
    show(tag, "#step=2")
    page.keyboard.press(" ")
    assert 1 <= page.evaluate(MOVED) < 5


def test_a_seat_on_the_board_can_be_looked_at(show, tag):
    page = show(tag)
    page.locator("svg.viewer-picture [data-seat='2']").click()
    assert page.get_attribute(".viewer-seats li:nth-child(3) button", "aria-pressed") == "true"
    until(page, "location.hash.includes('seat=adversary_2')")


def test_it_works_in_a_frame_that_may_do_nothing_but_run_scripts(page, tmp_path, connect_four):
    file = tmp_path / "frame.html"
    inside = html.escape(replay_page(connect_four))
    file.write_text(f'<iframe sandbox="allow-scripts" width="1200" height="800" srcdoc="{inside}"></iframe>', encoding="utf-8")
    page.goto(file.as_uri())
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="One step on").click()
    frame.get_by_role("slider", name="Step").fill("4")
    frame.get_by_role("button", name="One step on").click()
    frame.locator(".viewer-place", has_text=f"step 5 of {len(connect_four.steps)}").wait_for()
    assert frame.locator("a").count() == 0  # it would lead to the page around the frame


def test_it_can_be_opened_and_closed_inside_another_page(page, tmp_path):
    script = """(async () => {
        const seen = (window.seen = []);
        const options = { position: 2, onPosition: (step) => seen.push(step) };
        window.viewer = openReplay(document.getElementById("here"), await unpack("replay"), options);
    })();"""
    scripts, styles = [asset(name) for name in SCRIPTS] + [script], [asset(name) for name in STYLES]
    file = tmp_path / "other.html"
    body = '<input id="name"><div id="here"></div>'
    file.write_text(document("Other", Markup(body), styles=styles, scripts=scripts, data={"replay": content(duel(VALUES))}))
    page.goto(file.as_uri())
    page.get_by_role("button", name="One step on").click()
    until(page, "window.seen.at(-1) === 3")
    page.locator("#name").press("End")  # a key that belongs to somebody else
    assert place(page) == "step 3 of 9"
    page.evaluate("window.viewer.close()")
    assert page.inner_html("#here") == ""
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.seen") == [2, 3]


def busy(session: CDPSession) -> float:
    """Processor seconds that the page's thread has spent so far, however long it had to wait for the processor."""
    return {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}["TaskDuration"]


def test_a_large_match_opens_at_once_and_plays_smoothly(page, show):
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    show(crowd(steps=2000, seats=20, shapes=40, width=4))
    page.evaluate(PAINTED, 2)
    opened = busy(session)
    page.get_by_label("Speed").select_option("4")
    page.keyboard.press(" ")
    page.evaluate(PAINTED, FRAMES)
    frame = (busy(session) - opened) / FRAMES
    print(f"2,000 steps of 20 seats: open after {opened:.2f} s, {1000 * frame:.1f} ms for a frame, of processor time")
    assert 0.0 < opened < 2.0
    assert 0.0 < frame < 0.025
