"""The tournament page in a real browser: a season of three players, four of its matches recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.paper_replays import HOSTILE, hostile
from tests.browser.paper_season import KEPT, NAMES, UPSET, season, view
from tournaments.viewer.document import pack
from tournaments.viewer.tournament_page import TournamentView, tournament_page


@pytest.fixture
def cup(page: Page, tmp_path: Path) -> Callable[..., Page]:
    """Open a tournament's page from disk: cup(), cup("#player=weak"), cup(shown=view(...))."""

    def opened(address: str = "", shown: TournamentView | None = None) -> Page:
        file = tmp_path / "cup.html"
        file.write_text(tournament_page(shown or view()), encoding="utf-8")
        page.goto(f"{file.as_uri()}{address}")
        page.locator("#shown").wait_for(state="attached")
        return page

    return opened


def listed(page: Page) -> list[str]:
    """Ids of the matches that the list shows."""
    return page.locator("#matches .id").all_text_contents()


def column(page: Page, name: str) -> list[str]:
    return [text.strip() for text in page.locator(f"#matches td.{name}").all_inner_texts()]


def address(page: Page) -> str:
    return page.evaluate("location.hash")


def test_standings_are_listed_best_first_with_the_anchor_pinned(cup: Callable[..., Page]) -> None:
    page = cup()
    assert page.locator("#standings .name").all_text_contents() == list(NAMES)
    assert "pinned" in page.locator("#standings tbody tr").last.inner_text()


def test_the_longer_interval_has_the_longer_bar(cup: Callable[..., Page]) -> None:
    page = cup()
    bars = [bar.bounding_box() or {} for bar in page.locator("#standings .span").all()]
    widths = [float(bar["width"]) for bar in bars[:2]]
    spans = [row.elo_high - row.elo_low for row in view().standings[:2]]
    assert widths[0] / widths[1] == pytest.approx(spans[0] / spans[1], rel=0.1)


def test_the_most_surprising_match_comes_first(cup: Callable[..., Page]) -> None:
    page = cup()
    assert listed(page)[0] == UPSET
    bits = [float(text.split()[0]) for text in column(page, "surprisal")]
    assert bits == sorted(bits, reverse=True)


def test_a_column_sorts_the_list_and_sorts_it_the_other_way_when_clicked_again(cup: Callable[..., Page]) -> None:
    page = cup()
    page.click("#matches th.steps button")
    steps = [int(text.split()[0]) for text in column(page, "steps")]
    assert steps == sorted(steps, reverse=True)
    page.click("#matches th.steps button")
    steps = [int(text.split()[0]) for text in column(page, "steps")]
    assert steps == sorted(steps)
    assert page.locator("#matches th.steps").get_attribute("aria-sort") == "ascending"


def test_every_column_can_be_sorted_by(cup: Callable[..., Page]) -> None:
    page = cup()
    for kind in ("match", "generation", "player", "opponent", "result", "steps", "surprisal", "kept"):
        page.click(f"#matches th.{kind} button")
        once = column(page, kind)
        page.click(f"#matches th.{kind} button")
        assert column(page, kind) != once, kind


def test_the_list_comes_in_pages(cup: Callable[..., Page]) -> None:
    page = cup()
    expect(page.locator("#shown")).to_have_text("60 matches; 1 to 50 are shown")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#shown")).to_have_text("60 matches; 51 to 60 are shown")
    assert len(listed(page)) == 10


def test_a_player_is_found_on_either_side(cup: Callable[..., Page]) -> None:
    page = cup()
    page.select_option("select[name=player]", "weak")
    players = list(zip(column(page, "player"), column(page, "opponent"), strict=True))
    assert all("weak" in one + other for one, other in players)
    assert {"weak" in one for one, _ in players} == {True, False}
    assert len(players) == sum("weak" in result.ticket.players for result in season())


def test_two_players_are_found_where_they_met(cup: Callable[..., Page]) -> None:
    page = cup()
    page.select_option("select[name=player]", "weak")
    page.select_option("select[name=opponent]", "middle")
    assert len(listed(page)) == sum({*result.ticket.players} == {"weak", "middle"} for result in season())


def test_matches_are_found_by_their_result(cup: Callable[..., Page]) -> None:
    page = cup()
    for result, first in (("player_0 won", 1.0), ("player_1 won", -1.0), ("drawn", 0.0)):
        page.select_option("select[name=result]", label=result)
        assert sorted(listed(page)) == sorted(each.ticket.match for each in season() if each.returns[0] == first)


def test_what_a_player_won_is_found_once_the_player_is_chosen(cup: Callable[..., Page]) -> None:
    page = cup()
    page.select_option("select[name=player]", "weak")
    page.select_option("select[name=result]", label="weak won")
    assert listed(page) == [UPSET]


def test_matches_are_found_by_their_length(cup: Callable[..., Page]) -> None:
    page = cup()
    page.fill("input[name=shortest]", "12")
    page.fill("input[name=longest]", "13")
    assert sorted(listed(page)) == sorted(each.ticket.match for each in season() if 12 <= each.steps <= 13)


def test_upsets_replays_and_generations_are_found(cup: Callable[..., Page]) -> None:
    page = cup()
    page.get_by_label("replays only").check()
    assert sorted(listed(page)) == sorted(KEPT)
    page.select_option("select[name=generation]", "1")
    assert sorted(listed(page)) == [match for match in KEPT if match > "g001"]
    page.get_by_label("upsets only").check()
    assert listed(page) == [UPSET]


def test_where_nothing_is_like_that_the_page_says_so(cup: Callable[..., Page]) -> None:
    page = cup()
    page.fill("input[name=shortest]", "500")
    expect(page.locator("#shown")).to_have_text("None of the 60 matches fits the filters.")
    assert not page.locator("#matches").is_visible()
    page.get_by_role("button", name="Show all").click()
    assert len(listed(page)) == 50


def test_filters_and_order_are_in_the_address(cup: Callable[..., Page]) -> None:
    page = cup("#player=weak&longest=12&recorded=1&sort=steps&order=up")
    assert page.locator("select[name=player]").input_value() == "weak"
    assert page.get_by_label("replays only").is_checked()
    page.select_option("select[name=player]", "")
    assert address(page) == "#longest=12&recorded=1&sort=steps&order=up"


def test_an_address_of_nonsense_is_no_fault(cup: Callable[..., Page]) -> None:
    page = cup("#player=nobody&result=toString&sort=constructor&page=x&generation=NaN&longest=x&match=gone")
    expect(page.locator("#shown")).to_have_text("There is no player nobody here.")
    expect(page.locator("#trouble")).to_have_text("There is no replay of gone on this page.")


def test_a_click_on_a_pair_lists_its_matches(cup: Callable[..., Page]) -> None:
    page = cup()
    page.locator("#cross tbody tr").nth(0).locator("td").nth(2).click()
    assert len(listed(page)) == sum({*result.ticket.players} == {"strong", "weak"} for result in season())
    page.go_back()
    expect(page.locator("#shown")).to_contain_text("60 matches")


def test_the_cross_table_is_walked_by_arrows_and_tells_every_pair(cup: Callable[..., Page]) -> None:
    page = cup()
    page.locator('#cross [tabindex="0"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#readout")).to_contain_text("weak against middle")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("weak against middle: won 0, drew 2, lost 18 of 20 games; score 0.050, the ratings expect 0.")
    page.keyboard.press("Enter")
    assert len(listed(page)) == 20


def test_the_two_cells_of_a_pair_add_up_to_a_hundred(cup: Callable[..., Page]) -> None:
    page = cup()
    cells = [row.locator("td").all_text_contents() for row in page.locator("#cross tbody tr").all()]
    assert all(int(cells[i][j]) + int(cells[j][i]) == 100 for i in range(3) for j in range(i))


def test_a_name_in_the_standings_lists_its_matches(cup: Callable[..., Page]) -> None:
    page = cup()
    page.click("#standings button:text('middle')")
    assert address(page) == "#player=middle"
    assert page.evaluate("document.activeElement.id") == "matches-title"


def test_what_stands_out_is_one_click_away(cup: Callable[..., Page]) -> None:
    page = cup()
    assert page.locator("#worth strong").all_inner_texts() == ["▶ Final, Closest", "▶ Biggest upset", "▶ Longest"]
    page.click("#worth button:has-text('upset')")
    page.wait_for_selector("#stage .viewer")
    assert address(page) == f"#match={UPSET}&step=0"


def test_a_replay_opens_and_the_back_button_returns_to_the_list_as_it_was(cup: Callable[..., Page]) -> None:
    page = cup("#recorded=1&sort=match&order=up")
    page.click("#matches button.name >> nth=1")
    page.wait_for_selector("#stage .viewer")
    assert not page.locator("#overview").is_visible()
    page.go_back()
    expect(page.locator("#overview")).to_be_visible()
    assert page.locator("#stage").inner_html() == ""
    assert listed(page) == sorted(KEPT)
    assert page.evaluate("document.activeElement.dataset.match") == sorted(KEPT)[1]


def test_the_button_above_a_replay_returns_too(cup: Callable[..., Page]) -> None:
    page = cup("#recorded=1")
    page.click("#matches button.name >> nth=0")
    page.wait_for_selector("#stage .viewer")
    page.click("#back")
    expect(page.locator("#overview")).to_be_visible()
    assert address(page) == "#recorded=1"
    page.click("#matches button.name >> nth=0")
    page.wait_for_selector("#stage .viewer")
    page.keyboard.press("Escape")
    expect(page.locator("#overview")).to_be_visible()


@pytest.mark.parametrize("result", ["0", "3", "1.0", "won"])
def test_a_result_that_there_is_not_finds_nothing(cup: Callable[..., Page], result: str) -> None:
    assert listed(cup(f"#result={result}")) == []


def test_without_the_player_nobody_asks_whether_it_won(cup: Callable[..., Page]) -> None:
    page = cup("#player=weak&result=won")
    page.select_option("select[name=player]", label="anybody")
    expect(page.locator("#shown")).to_contain_text("60 matches")
    assert page.input_value("select[name=result]") == ""


def test_nobody_has_met_itself(cup: Callable[..., Page]) -> None:
    assert listed(cup("#player=weak&opponent=weak")) == []


def test_a_link_leads_to_a_match_and_a_step_of_it(cup: Callable[..., Page]) -> None:
    page = cup(f"#match={UPSET}&step=7")
    page.wait_for_selector("#stage .viewer")
    expect(page.locator("#stage")).to_contain_text("step 7 of 12")
    page.click("#back")
    expect(page.locator("#overview")).to_be_visible()
    assert "match" not in address(page)


def test_the_step_is_in_the_address(cup: Callable[..., Page]) -> None:
    page = cup(f"#match={UPSET}")
    page.wait_for_selector("#stage .viewer")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("step=3$"))
    link = page.get_by_role("link", name="Link to this step").get_attribute("href")
    assert link == f"#match={UPSET}&step=3"


def test_the_next_replay_is_that_of_the_list(cup: Callable[..., Page]) -> None:
    page = cup("#sort=match&order=up")
    page.click("#matches button.name >> nth=0")
    page.wait_for_selector("#stage .viewer")
    for match in sorted(KEPT)[1:]:
        page.get_by_role("button", name="next replay of the list").click()
        expect(page.locator("#bar")).to_contain_text(match)
        page.wait_for_selector("#stage .viewer")
    assert page.get_by_role("button", name="next replay of the list").is_disabled()
    page.click("#back")
    expect(page.locator("#overview")).to_be_visible()


def test_replays_are_unpacked_only_when_they_are_opened(cup: Callable[..., Page]) -> None:
    shown = view()
    page = cup(shown=replace(shown, replays=dict.fromkeys(shown.replays, pack(["no replay at all"]))))
    assert len(listed(page)) == 50


def test_a_frame_without_an_address_of_its_own_works_all_the_same(page: Page, tmp_path: Path) -> None:
    (tmp_path / "cup.html").write_text(tournament_page(view()), encoding="utf-8")
    frame = '<iframe width="1500" height="800" sandbox="allow-scripts"></iframe>'
    loads = "document.querySelector('iframe').srcdoc = text"
    page.set_content(frame)
    page.evaluate(f"(text) => {{ {loads} }}", (tmp_path / "cup.html").read_text(encoding="utf-8"))
    inside = page.frame_locator("iframe")
    inside.locator("#worth button").first.click()
    inside.locator("#stage .viewer").wait_for()
    assert inside.locator("#stage a").count() == 0  # it would lead to the page around the frame
    inside.locator("#back").click()
    expect(inside.locator("#overview")).to_be_visible()
    inside.locator("#cross tbody td").nth(1).click()
    expect(inside.locator("#shown")).to_contain_text("of 60 matches")


def test_names_with_markup_are_shown_as_text(cup: Callable[..., Page]) -> None:
    names = (HOSTILE, f"{HOSTILE}2", f"{HOSTILE}3")
    shown = view(names, {UPSET: replace(hostile(), match=UPSET)})
    rows = [
        replace(row, match=HOSTILE if row.match == UPSET else row.match, tags=(HOSTILE,), purpose=HOSTILE)
        for row in shown.matches
    ]
    ranked = [replace(row, league_role=HOSTILE, parent=HOSTILE) for row in shown.standings]
    words = dict.fromkeys(("title", "subtitle", "game", "anchor", "rule"), HOSTILE) | {"places": (HOSTILE, HOSTILE)}
    replays = {HOSTILE: shown.replays[UPSET]}
    page = cup(shown=replace(shown, **words, standings=ranked, matches=rows, replays=replays))
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator("#standings .name").first.inner_text() == HOSTILE
    page.locator("#cross tbody td").nth(1).hover()
    page.get_by_label("replays only").check()
    page.click("#matches button.name")
    page.wait_for_selector("#stage .viewer")
    page.keyboard.press("ArrowRight")
    assert HOSTILE in page.locator("#bar").inner_text()
    assert page.locator("[onerror], img[src=x]").count() == 0
    page.goto("about:blank")
    page = cup(f"#player={HOSTILE}&match={HOSTILE}9")
    assert page.locator("#trouble").inner_text() == f"There is no replay of {HOSTILE}9 on this page."


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_shows_it_without_scrolling_sideways(cup: Callable[..., Page], page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    cup()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.click("#worth button >> nth=0")
    page.wait_for_selector("#stage .viewer")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_tables_have_captions_and_headings_that_say_of_what(cup: Callable[..., Page]) -> None:
    page = cup()
    for table in ("standings", "cross", "matches"):
        assert page.locator(f"#{table} caption").inner_text()
        assert page.locator(f"#{table} thead th:not([scope=col])").count() == 0
    assert page.locator("#standings tbody th[scope=row], #cross tbody th[scope=row]").count() == 6


def test_fifteen_thousand_matches_are_sorted_and_filtered_at_once(cup: Callable[..., Page]) -> None:
    shown = view()
    many = [replace(row, match=f"{row.match}-{turn}") for turn in range(250) for row in shown.matches]
    page = cup(shown=replace(shown, matches=many))
    expect(page.locator("#shown")).to_contain_text("15,000 matches")
    took = page.evaluate(
        """() => {
          const begun = performance.now();
          for (const button of document.querySelectorAll("#matches thead button")) button.click();
          document.querySelector("select[name=result]").value = "drawn";
          document.querySelector("#filters").dispatchEvent(new Event("input"));
          document.body.getBoundingClientRect();
          return performance.now() - begun;
        }"""
    )
    assert len(listed(page)) == 50
    assert took < 9 * 250
