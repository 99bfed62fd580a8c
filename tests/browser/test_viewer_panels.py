"""The replay viewer in a real browser: what its panels show, at every width, and what a file cannot make it do."""

from dataclasses import replace

import pytest

from tests.browser.paper_replays import BREAKOUT, HOSTILE, duel, hostile, paper_replay, paper_step, photographed, steering
from tests.browser.watching import VALUES, place
from tournaments.replay.format import Channel, Decision, sealed


def test_a_decision_shows_chances_value_choice_and_what_is_not_legal(show):
    replay = duel(VALUES)
    first = replace(replay.steps[0].decisions[0], legal=(0, 2), probabilities=(0.75, 0.0, 0.25))
    replay = replace(replay, steps=(replace(replay.steps[0], decisions=(first,)), *replay.steps[1:]))
    page = show(replay)
    assert page.locator(".viewer-mover").inner_text().split() == ["main-01", "player_0", "value", "+0.10"]
    rows = [row.split() for row in page.locator(".viewer-moves tbody tr").all_inner_texts()]
    assert rows == [["rock", "0.75", "chosen"], ["paper", "not", "legal"], ["scissors", "0.25"]]


def test_a_highlight_goes_to_its_step(show):
    page = show(duel(VALUES))
    page.get_by_role("button", name="First and worst mistake").click()
    assert place(page) == "step 4 of 9"
    assert page.get_attribute(".viewer-highlight >> nth=0", "aria-current") == "step"


def test_a_click_on_a_curve_goes_to_that_step(show):
    page = show(duel(VALUES))
    box = page.locator(".viewer-plot").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 3, box["y"] + 9)
    assert place(page) == "step 3 of 9"


def test_the_cursor_stands_under_the_thumb(show):
    page = show(duel(VALUES), "#step=3")
    plot, cursor = (page.locator(name).first.bounding_box() for name in (".viewer-plot", ".viewer-cursor"))
    assert cursor["x"] == pytest.approx(plot["x"] + plot["width"] / 3, abs=2)


def test_a_match_without_values_or_rewards_says_so_instead_of_drawing_nothing(show):
    replay = duel([0.0] * 4, prize=0.0)
    steps = [replace(step, decisions=tuple(replace(each, value=None) for each in step.decisions)) for step in replay.steps]
    page = show(replace(replay, steps=tuple(steps)))
    assert page.locator(".viewer-plot").count() == 0
    assert page.text_content(".viewer-paid") == "Nobody was rewarded in this match."


@pytest.mark.parametrize(("number", "gap"), [(9.99e11, 0.000122), (1e8, 0.0001), (1e29, 1e21)])
def test_values_that_no_axis_can_tell_apart_are_drawn_all_the_same(show, number, gap):
    page = show(duel([number, number, number + gap, number + gap]))
    assert page.locator(".viewer-plot").count() == 1


def test_a_number_of_thirty_digits_is_written_in_a_few(show):
    page = show(duel([0.0] * 4, prize=1e29))
    assert page.text_content(".viewer-return >> nth=0") == "won +1.00e+29"
    assert page.evaluate("document.documentElement.scrollWidth") == 1600


def written(frames):
    """Two seats and a frame after every step, in which somebody decides."""
    steps = [paper_step([Decision(0, 0, (0, 1))], [0.0, 0.0], frame) for frame in frames]
    return paper_replay(list(duel([0.0]).seats), steps, frames[0])


WORDS = {"kind": "text", "x": 50, "y": 40, "size": 10, "text": "here", "color": "red", "seat": 0}
SAID = {"width": 100, "height": 100, "shapes": [WORDS], "notes": [{"text": "a secret", "seats": None}]}


def test_a_seat_that_is_a_word_on_the_board_can_be_looked_at(show):
    page = show(written([SAID] * 3), "#step=1&seat=player_0")
    assert page.get_attribute(".viewer-ring", "cx") == "50"


def test_what_was_said_below_a_picture_goes_with_it(show):
    page = show(written([SAID, None, SAID]), "#step=1")
    assert page.text_content(".viewer-notes") == "a secret"
    page.keyboard.press("ArrowRight")
    assert page.is_visible("text=There is no picture of this position.")
    assert page.text_content(".viewer-notes") == ""


def test_a_longer_message_is_heard_to_its_end(show):
    seats = [*duel([0.0]).seats, replace(duel([0.0]).seats[0], seat="player_2", role="other")]
    messages = ((0.5,), (0.5, 0.25), None)
    decisions = [Decision(seat, 0, (0, 1), message=message) for seat, message in enumerate(messages)]
    page = show(paper_replay(seats, [paper_step(decisions, [0.0] * 3)], channels=(Channel(0, 2, 1.0), Channel(1, 2, 1.0))))
    heard = page.locator(".viewer-table tbody tr:nth-child(3) td:last-child .viewer-cells")
    assert heard.get_attribute("aria-label") == "+1.00 +0.25"


def test_a_replay_whose_seats_have_one_player_says_so_once(show):
    replay = duel(VALUES)
    seats = tuple(replace(seat, player="main-01") for seat in replay.seats)
    page = show(sealed(replace(replay, seats=seats)))
    assert page.text_content(".viewer-mover .viewer-player") == "player_0"


def test_who_speaks_to_whom_is_drawn_where_somebody_speaks(show, talk):
    page = show(talk, "#step=4")
    assert page.locator(".viewer-arrow").count() == len(talk.channels)
    loud = page.eval_on_selector_all(".viewer-arrow", "all => all.map(each => Number(each.dataset.loud))")
    sizes = [sum(number**2 for number in decision.message) ** 0.5 for decision in talk.steps[4].decisions]
    by_size = sorted(range(len(loud)), key=lambda at: sizes[talk.channels[at].speaker])
    assert [loud[at] for at in by_size] == sorted(loud)


def test_a_listener_hears_the_weighted_sum_of_its_speakers(show, talk):
    page = show(talk, "#step=4")
    said = {decision.seat: decision.message for decision in talk.steps[4].decisions}
    mine = [channel for channel in talk.channels if channel.listener == 1]
    heard = [sum(channel.weight * said[channel.speaker][at] for channel in mine) for at in range(4)]
    shown = page.get_attribute(".viewer-table tbody tr:nth-child(2) td:last-child .viewer-cells", "aria-label")
    assert [float(number.replace("−", "-")) for number in shown.split()] == pytest.approx(heard, abs=0.006)


def test_weights_that_change_are_those_of_the_listeners_decision(show):
    seats, said = duel([0.0]).seats, [Decision(0, 0, (0, 1), message=(0.5,))]
    listening = [Decision(1, 0, (0, 1), message=(0.1,), heard=heard) for heard in (((0, 0.2),), ())]
    steps = [paper_step([*said, decision], [0.0] * 2) for decision in listening]
    page = show(paper_replay(seats, steps, channels=(Channel(0, 1, 0.1),)))
    heard = page.locator(".viewer-table tbody tr:nth-child(2) td:last-child .viewer-cells")
    assert heard.get_attribute("aria-label") == "+0.10"
    page.keyboard.press("ArrowRight")
    assert page.locator(".viewer-arrow").get_attribute("data-loud") == "0.00"


def test_nobody_is_drawn_speaking_where_nobody_does(show, tag):
    assert show(tag).locator(".viewer-network").count() == 0


def test_continuous_actions_show_mean_and_choice(show):
    page = show(steering(), "#step=3")
    assert page.locator(".viewer-moves tbody tr").count() == 4
    assert page.locator(".viewer-moves tbody tr").first.inner_text().split() == ["0", "0.00", "→", "+0.30"]
    offsets = page.eval_on_selector_all(".viewer-track i", "all => all.map(each => each.style.transform)")
    assert offsets == ["translateX(53.3333%)", "translateX(0%)", "translateX(50%)", "translateX(100%)"]


def test_a_photographed_game_shows_its_own_pictures(show):
    page, replay = show(photographed()), photographed()
    for position in (0, 2, 3, 5):
        page.get_by_role("slider", name="Step").fill(str(position))
        view = replay.steps[position - 1].view if position else replay.opening
        assert page.get_attribute("img.viewer-picture", "src") == f"data:image/png;base64,{view.frame['png']}"
    assert page.evaluate("document.querySelector('img.viewer-picture').naturalWidth") == 32


def test_a_match_without_pictures_is_shown_without_a_board(show):
    page = show(duel(VALUES))
    assert page.locator(".viewer-board").count() == 0
    assert page.is_visible(".viewer-decision")


@pytest.mark.parametrize("words", [HOSTILE, BREAKOUT, "</title><base href=//example.invalid>", "\u202e{{x}}\u0000 ' onload='"])
def test_every_text_of_a_file_is_shown_as_text_and_runs_nothing(show, words):
    replay = hostile(words)
    page = show(replay)
    for position in range(4):
        page.get_by_role("slider", name="Step").fill(str(position))
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.text_content(".viewer-team .viewer-player") == words
    assert page.locator("main img:not(.viewer-picture), main script, base").count() == 0
    assert page.locator("[onload], [onerror]").count() == 0


def test_a_colour_of_a_file_is_a_colour_or_grey(show):
    page = show(hostile())
    fills = page.eval_on_selector_all("svg.viewer-picture g > *", "all => all.map(each => each.getAttribute('fill'))")
    assert fills == ["gray", "gray", "#123456"]


def test_the_largest_numbers_break_nothing(show):
    replay = duel([1e29, -1e29, 1e29, 0.0], prize=1e29)
    moves = [replace(step.decisions[0], action=10**9, message=(1e29, -1e29)) for step in replay.steps]
    steps = [replace(step, decisions=(move,)) for step, move in zip(replay.steps, moves, strict=True)]
    page = show(replace(replay, steps=tuple(steps), channels=(Channel(0, 1, 1e29),)), "#step=2")
    assert "not among the legal ones" in page.text_content(".viewer-rest")
    page.keyboard.press("End")
    assert place(page) == "step 4 of 4"


@pytest.mark.parametrize("game", ["connect_four", "tag", "talk", "steering", "hostile"])
def test_nothing_hangs_over_the_side(show, request, game):
    made = {"steering": steering, "hostile": hostile}
    page = show(made[game]() if game in made else request.getfixturevalue(game), "#step=2")
    for width in (390, 768, 1200, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("game", ["connect_four", "tag", "talk"])
def test_a_wide_window_shows_everything_at_once(show, request, game):
    page = show(request.getfixturevalue(game))
    assert page.evaluate("document.documentElement.scrollHeight") == 900
    parts = [page.locator(f".viewer-{name}").first.bounding_box() for name in ("board", "decision", "curves")]
    assert parts[0]["x"] + parts[0]["width"] <= parts[1]["x"]
    assert parts[2]["y"] >= parts[1]["y"] + parts[1]["height"]
    assert parts[2]["y"] + parts[2]["height"] <= 900
    assert page.evaluate("(each => each.scrollHeight <= each.clientHeight)(document.querySelector('.viewer-choices'))")


def test_a_narrow_window_has_the_board_first_and_its_controls_below(page, show, connect_four):
    page.set_viewport_size({"width": 390, "height": 844})
    show(connect_four)
    tops = [page.locator(f".viewer-{name}").first.bounding_box()["y"] for name in ("board", "time", "decision", "curves")]
    assert tops == sorted(tops)
    assert tops[1] < 844


def test_dark_is_dark(page, show, connect_four):
    page.emulate_media(color_scheme="dark")
    show(connect_four)
    paper, ink = (page.evaluate(f"getComputedStyle(document.body).{name}") for name in ("backgroundColor", "color"))
    assert (paper, ink) == ("rgb(20, 23, 28)", "rgb(231, 235, 240)")
