"""The report of a league in a real browser: on a wide and a narrow screen, in the light and in the dark, by keyboard."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from league.analysis.history import History
from league.analysis.training import AGES, OLDER, TrainingSummary
from league.config.comms import CommsConfig
from league.config.game import GameConfig
from league.plotting.lineage_plot import LINES
from league.plotting.palette import STEPS
from league.population.player import anchor, snapshot
from league.report import report_html
from tests.league.paper_league import CONFIG, generation, history_of, last_with, player, turns

CUP = Path("leagues/cup")
RUN_ME = "bot:<img src=x onerror=alert(1)>"
VISIBLE = "[...document.querySelectorAll('svg')].filter((each) => each.checkVisibility())"
WIDE, NARROW = {"width": 1600, "height": 900}, {"width": 390, "height": 844}

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (element) => {
    canvas.fillStyle = getComputedStyle(element).color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const cells = [...document.querySelectorAll("#versus .wide rect[class^=heat]")].filter((cell) => cell.nextSibling);
  return cells.map((cell) => cell.nextElementSibling).map((text, place) => {
    if (!text || text.tagName !== "text" || text.getAttribute("text-anchor") !== "middle") return 21;
    const [a, b] = [light(rgb(cells[place])), light(rgb(text))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
}"""
"""Contrast between each cell of the payoff table and the figure in it, as WCAG 2.1 defines it."""

SHADES = """(steps) => {
  const svg = document.querySelector("#versus svg.wide");
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const light = (kind) => {
    const mark = document.createElementNS("http://www.w3.org/2000/svg", "g");
    mark.setAttribute("class", kind);
    svg.append(mark);
    canvas.fillStyle = getComputedStyle(mark).color;
    canvas.fillRect(0, 0, 1, 1);
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return Array.from({length: steps + 1}, (_, step) => {
    const [a, b] = [light(`heat-${step}`), light(`on-heat-${step}`)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
}"""
"""The same of every shade that there is, met in this table or not."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a league made by hand, in which a scripted player has a wicked name."""
    live = [player(1), player(3, "perturb", "main-01-g001", born=1)]
    last = generation(2, live, live, ["main-01-g001", RUN_ME])
    told = [*turns()[:2], replace(last, players=[*last.players, anchor(RUN_ME)])]
    return written(history_of(CUP, told=told), tmp_path_factory.mktemp("report"))


def written(history: History, folder: Path) -> Path:
    """The page of a league."""
    file = folder / "report.html"
    file.write_text(report_html(history), encoding="utf-8")
    return file


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_page_is_never_wider_than_the_screen(page: Page, report: Path, size: dict[str, int]) -> None:
    page.set_viewport_size(size)
    page.goto(report.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize(("size", "shown"), [(WIDE, "wide"), (NARROW, "narrow")], ids=["wide", "narrow"])
def test_every_chart_is_shown_once(page: Page, report: Path, size: dict[str, int], shown: str) -> None:
    page.set_viewport_size(size)
    page.goto(report.as_uri())
    visible = page.evaluate(f"{VISIBLE}.map((each) => each.classList[1])")
    assert set(visible) == {shown, "small"}
    assert len(visible) == page.locator("figure").count()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_letters_in_charts_are_large_enough_to_be_read(page: Page, report: Path, size: dict[str, int]) -> None:
    page.set_viewport_size(size)
    page.goto(report.as_uri())
    letters = "[...each.querySelectorAll('text')].map((text) => text.getAttribute('font-size') * each.getScreenCTM().a)"
    heights = page.evaluate(f"{VISIBLE}.flatMap((each) => {letters})")
    assert min(heights) >= 8.5


def test_a_graph_of_who_hears_whom_keeps_its_letters_on_a_telephone(page: Page, tmp_path: Path) -> None:
    changes = {"game": GameConfig(name="mpe2/simple_world_comm_v3"), "comms": CommsConfig(topology="complete")}
    file = written(history_of(CUP, CONFIG.model_copy(update=changes), turns()[:1]), tmp_path)
    page.set_viewport_size(NARROW)
    page.goto(file.as_uri())
    letters = "[...each.querySelectorAll('text')].map((text) => text.getAttribute('font-size') * each.getScreenCTM().a)"
    heights = page.evaluate(f"{VISIBLE}.filter((each) => each.closest('#talk')).flatMap((each) => {letters})")
    assert len(heights) > 3
    assert min(heights) >= 10.5


def test_nothing_in_a_chart_is_cut_off(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    outside = page.evaluate(
        """[...document.querySelectorAll('svg')].filter((each) => each.checkVisibility()).flatMap((each) => {
          const paper = each.getBoundingClientRect();
          return [...each.querySelectorAll('text')].filter((text) => {
            const place = text.getBoundingClientRect();
            return place.left < paper.left - 1 || place.right > paper.right + 1 || place.bottom > paper.bottom + 1;
          }).map((text) => text.textContent);
        })"""
    )
    assert outside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_in_the_payoff_table_stand_out_from_their_cells(page: Page, report: Path, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(report.as_uri())
    contrasts = page.evaluate(CONTRAST)
    assert len(contrasts) > 10
    assert min(contrasts) >= 4.5


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_can_be_read_on_every_shade(page: Page, report: Path, scheme: str, media: str) -> None:
    page.emulate_media(color_scheme=scheme, media=media)
    page.goto(report.as_uri())
    contrasts = page.evaluate(SHADES, STEPS)
    assert len(contrasts) == 21
    assert [(step, ratio) for step, ratio in enumerate(contrasts) if ratio < 4.5] == []


def test_charts_follow_the_colours_of_the_page(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    colour = "getComputedStyle(document.querySelector('#growth .wide .series-2')).color"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) != light


def test_a_name_with_markup_is_shown_as_text(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    assert page.locator("img").count() == 0
    assert page.get_by_text(RUN_ME).count() > 0


def test_the_contents_lead_to_their_sections(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    links = page.locator("nav a")
    for number in range(links.count()):
        heading = links.nth(number).inner_text()
        links.nth(number).click()
        section = page.locator(links.nth(number).get_attribute("href") or "")
        assert section.locator("h2").inner_text() == heading
        assert section.evaluate("(each) => each.getBoundingClientRect().top < innerHeight")


def test_the_figures_of_a_chart_open_by_keyboard(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    summary = page.locator("#growth summary")
    table = page.locator("#growth table")
    assert not table.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert table.is_visible()
    assert "main-01" in table.inner_text()


def test_charts_are_pictures_with_a_name_for_those_who_hear_the_page(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    assert page.get_by_role("img", name="Elo by line of descent").count() == 1
    assert page.get_by_role("table", name="Elo by line of descent", include_hidden=True).count() == 1


def test_a_frame_that_may_do_nothing_shows_the_report(page: Page, report: Path) -> None:
    frame = report.with_name("frame.html")
    frame.write_text(f'<iframe sandbox src="{report.name}" width="1200" height="800"></iframe>', encoding="utf-8")
    page.goto(frame.as_uri())
    inside = page.frame_locator("iframe")
    assert inside.locator("h1").inner_text() == "cup"
    assert inside.locator("#growth svg.wide").is_visible()


def test_a_printed_report_is_dark_on_white(page: Page, report: Path) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(report.as_uri())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not page.locator("nav").is_visible()


def test_names_of_kinds_of_opponents_are_whole_on_a_telephone(page: Page, tmp_path: Path) -> None:
    kinds = [AGES[0][1], AGES[1][1], OLDER]
    summary = TrainingSummary([], dict.fromkeys(kinds, 4.0), {})
    file = written(last_with(history_of(CUP, told=turns()[:1]), training=summary), tmp_path)
    page.set_viewport_size(NARROW)
    page.goto(file.as_uri())
    drawn = page.locator("#opponents svg.narrow text").all_text_contents()
    assert {"age 1", "age 2 or 3", "age 4 or more"} <= set(drawn)
    assert not any("…" in words for words in drawn)


def test_players_that_are_left_out_are_counted(page: Page, tmp_path: Path) -> None:
    history = history_of(CUP, told=turns()[:1])
    crowd = [replace(player(number), status="retired", retired=0) for number in range(3, LINES + 3)]
    frozen = [snapshot(each, 0, "w") for each in crowd]
    ratings = [*history.ratings, *(replace(history.ratings[-1], player=each.name) for each in frozen)]
    file = written(replace(history, players=[*history.players, *crowd, *frozen], ratings=ratings), tmp_path)
    page.goto(file.as_uri())
    assert f"{LINES} of {LINES + 2} are shown in the tree" in page.locator("#family").inner_text()
    assert "in 1 generation." in page.locator("#family").inner_text()
    assert f"the newest 24 of {LINES} are drawn" in page.locator("#growth").inner_text()


def test_where_no_change_is_measured_none_is_outside_chance(page: Page, report: Path, tmp_path: Path) -> None:
    page.goto(report.as_uri())
    assert "Significant are" in page.locator("#family").inner_text()
    file = written(history_of(CUP, told=turns()[:2]), tmp_path)
    page.goto(file.as_uri())
    said = page.locator("#family").inner_text()
    assert "Effect of mutations" in said
    assert "Significant are" not in said


def test_lines_of_hyper_parameters_are_told_apart_by_their_names_in_the_light_and_in_the_dark(
    page: Page, tmp_path: Path
) -> None:
    history = history_of(CUP)
    moved = [replace(each, hyper={"entropy": 0.01 * (1 + (each.born or 0))}) for each in history.players]
    file = written(replace(history, players=moved), tmp_path)
    page.goto(file.as_uri())
    said = page.locator("#drift").inner_text()
    assert "The line with ★ is the champion's line of descent. The line “mean” is the mean" in said
    assert {"★", "mean"} <= set(page.locator("#drift text").all_text_contents())
    assert not any(colour in said for colour in ("black", "orange"))
