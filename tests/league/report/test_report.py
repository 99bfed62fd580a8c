"""The report of a league: right answers in plain words, no empty section, and no text that runs."""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from league.analysis.communication import Traffic
from league.analysis.history import History, read
from league.analysis.lineage import Since, ancestors, ancestry, changes, reigns, since
from league.config.comms import CommsConfig
from league.config.game import GameConfig
from league.config.schema import LeagueConfig
from league.population.player import Player, anchor, snapshot
from league.report import SECTIONS, report_html, write
from league.report import page as report_page
from league.report.html import ReportSection, paragraph, words
from league.report.sections.answers import QUESTIONS
from league.report.sections.communication import told
from league.storage.generation import GenerationRow, RatingRow
from league.storage.store import Store
from tests.league.paper_league import CONFIG, commit, found_league, generation, history_of, player, turns
from tournaments.replay.format import Channel, Decision, Replay, ReplaySeat, Step, View

CUP = Path("leagues/cup")
RUN_ME = "<img src=x onerror=alert(1)>"
TALKING = CONFIG.model_copy(
    update={"name": "talk", "game": GameConfig(name="mpe2/simple_spread_v3"), "comms": CommsConfig(topology="complete")}
)


@pytest.fixture
def founded(tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Makes the league by hand, all or some generations of it."""
    stores = []

    def make(config: LeagueConfig = CONFIG, count: int = 3) -> Store:
        stores.append(found_league(tmp_path, config, count))
        return stores[-1]

    yield make
    for store in stores:
        store.unlock()


@pytest.fixture
def cup(tmp_path: Path) -> History:
    """The league made by hand, to its end."""
    return history_of(tmp_path / "leagues" / "cup")


@pytest.fixture
def going_on(tmp_path: Path) -> History:
    """The same league, of which more generations are planned."""
    return history_of(tmp_path / "leagues" / "cup", CONFIG.model_copy(update={"generations": 5}))


def text(markup: str) -> str:
    """What is to be read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", markup)).replace("&#39;", "'").replace("&gt;", ">")


def answer(history: History, question: str) -> str:
    return text(QUESTIONS[question](history))


def line(name: str, parent: str | None = None, operator: str = "founder", born: int = 0) -> Player:
    return Player(name, "main agent", "active", parent, operator, born, hyper={"clip": 0.2})


def frozen(name: str, born: int) -> Player:
    return snapshot(line(name), born, "")


FAMILY = [
    line("a"), line("b"), line("c", "a-g001", "clone", 1),
    *(frozen(name, born) for name in "ab" for born in range(4)), frozen("c", 2), frozen("c", 3),
]  # fmt: skip


def crowned(*champions: str) -> list[GenerationRow]:
    return [GenerationRow(number, name, 1.0, 1, {}, {}, "2026-01-02 03:04:05") for number, name in enumerate(champions)]


def test_a_line_of_descent_goes_from_the_founder_to_the_champion() -> None:
    found = ancestry("c-g003", FAMILY)
    assert [(link.player.name, link.snapshot) for link in found] == [("a", "a-g001"), ("c", "c-g003")]


def test_a_reign_ends_when_another_players_snapshot_is_champion() -> None:
    found = reigns(crowned("a-g000", "a-g001", "b-g002", "b-g002", "a-g001"), FAMILY)
    assert [(reign.player, reign.first, reign.last) for reign in found] == [("a", 0, 1), ("b", 2, 3), ("a", 4, 4)]


@pytest.mark.parametrize(
    ("champions", "expected"),
    [
        (["a-g000", "a-g001", "c-g002", "c-g003"], Since(3, 2, 0)),
        (["b-g000", "a-g001", "c-g002", "c-g002"], Since(2, 2, 1)),
        (["a-g000", "a-g001", "a-g002", "c-g003"], Since(3, 3, 3)),  # a went its own way after c was born
        (["b-g000"], Since(0, 0, 0)),
    ],
)
def test_since_when_is_told_of_the_snapshot_of_the_player_and_of_its_ancestors(champions: list[str], expected: Since) -> None:
    assert since(crowned(*champions), FAMILY) == expected


def rated(player: str, elo: float, half: float = 10.0) -> RatingRow:
    return RatingRow(3, player, elo, elo - half, elo + half, 0.0, 9, 5, 0, 4)


def test_a_reign_is_split_where_the_line_of_descent_is_left() -> None:
    rows = crowned("a-g000", "a-g001", "a-g002", "c-g003")
    found = reigns(rows, FAMILY, ancestors(ancestry("c-g003", FAMILY), FAMILY))
    assert [(reign.player, reign.first, reign.last) for reign in found] == [("a", 0, 1), ("a", 2, 2), ("c", 3, 3)]


def test_a_mutation_is_measured_against_its_parent_in_the_same_generations() -> None:
    rows = [rated("a-g001", 100), rated("a-g002", 200), rated("a-g003", 300), rated("c-g002", 260), rated("c-g003", 340)]
    (found,) = changes(FAMILY, rows)
    assert (found.child.name, found.parent, found.generations, found.gain) == ("c", "a", 2, 50.0)
    assert (found.parent_elo, found.first_elo, found.best_elo) == (100, 260, 340)
    # Four ratings of ± 10: the sum of two differences is ± 20, their mean ± 10.
    assert (found.low, found.high) == pytest.approx((40, 60))
    assert found.sure


def test_a_lead_within_the_intervals_is_not_sure() -> None:
    (found,) = changes(FAMILY, [rated("a-g001", 0), rated("a-g002", 0, 50), rated("c-g002", 30, 50)])
    assert not found.sure


def test_a_child_without_a_snapshot_is_not_measured() -> None:
    (found,) = changes(FAMILY, [rated("a-g001", 0)])
    assert (found.gain, found.sure, found.best_elo) == (None, False, None)


def test_what_changed_is_told_with_its_values() -> None:
    child = replace(line("c", "a-g001", "perturb", 1), hyper={"clip": 0.25})
    (found,) = changes([FAMILY[0], frozen("a", 1), child], [])
    assert found.moved == [("clip", 0.2, 0.25)]


def test_the_report_says_who_is_champion(cup: History) -> None:
    said = answer(cup, "Who is the champion?")
    assert said.startswith("main-01-g002, with 220 Elo (95 % interval 200 to 240)")


def test_the_report_says_since_when(cup: History) -> None:
    said = answer(cup, "Since which generation?")
    assert "This snapshot has been the champion since generation 2" in said
    assert "main-01, have been champion without a break since generation 0" in said


def test_the_report_says_to_whom_the_champion_loses() -> None:
    live = [player(2), player(1)]  # the first wins all its games, the champion is another
    last = replace(generation(2, live, [], []), champion="main-01-g002")
    said = answer(history_of(CUP, told=[*turns()[:2], last]), "Which opponents beat it?")
    behind = "It is behind the following opponents, which may be chance: main-02-g002 (0 % of 1 game)."
    assert said == f"No opponent with certainty. {behind}"


def test_the_report_says_that_the_champion_loses_to_nobody(cup: History) -> None:
    said = answer(cup, "Which opponents beat it?")
    assert said.startswith("No opponent. The champion is ahead of, or even with, all 4 opponents that it met.")
    assert "Against some of them it played fewer than 10 games" in said


def test_the_report_says_which_change_helped(cup: History) -> None:
    said = answer(cup, "Which mutations helped?")
    assert said.startswith("The champion's line of descent has no mutation; it goes back to a founder")
    assert "main-03, perturb of main-01 after generation 1: −100 Elo against its parent" in said


def test_one_of_a_kind_is_counted_as_one() -> None:
    page = report_html(history_of(CUP, CONFIG.model_copy(update={"population": 1, "generations": 1}), turns()[:1]))
    assert ": 1 generation, 1 player at a time, " in page


def test_generations_that_are_missing_are_counted(going_on: History) -> None:
    assert ": 3 of 5 generations, 2 players at a time, " in report_html(going_on)


def test_the_report_says_that_nobody_spoke(cup: History) -> None:
    assert answer(cup, "Which agents sent messages?").startswith("None.")


def spoken(replay_player: str, messages: dict[int, tuple[float, ...]], weights: dict[tuple[int, int], float]) -> Replay:
    """A match of one step in which seats say something."""
    nothing = (0.0,) * 3
    decisions = tuple(Decision(seat, 0, None, message=said) for seat, said in messages.items())
    view = View("", None)
    return Replay(
        format=2,
        setup=TALKING.game.setup(),
        match="g002-t-000000",
        series="s",
        seed=0,
        purpose="tournament",
        generation=2,
        tags=(),
        seats=tuple(ReplaySeat(f"agent_{seat}", 0, "agent", replay_player) for seat in range(3)),
        players={},
        opening=view,
        steps=(Step(decisions, nothing, (False,) * 3, (False,) * 3, view),),
        returns=(0.0,),
        channels=tuple(Channel(*link, weight) for link, weight in weights.items()),
    )


@pytest.fixture
def talking() -> History:
    """A league whose players have means to speak; nothing is recorded of it."""
    return history_of(Path("leagues/talk"), TALKING)


def traffic(talking: History, *recorded: Replay) -> Traffic:
    """What goes over the links according to some recorded matches."""
    (found,) = replace(talking, recorded=recorded).traffic
    return found


def test_traffic_is_the_mean_size_of_messages_times_the_listeners_weight(talking: History) -> None:
    replays = [
        spoken("main-01-g002", {0: (0.5, -1.0), 1: (0.0, 0.0)}, {(0, 1): 0.5, (0, 2): 1.0, (1, 0): 0.5}),
        spoken("main-01-g002", {0: (0.5, 0.0)}, {(0, 1): 0.5}),
    ]
    found = traffic(talking, *replays)
    assert found.sizes == {("agent_0", "agent_1"): 0.25, ("agent_0", "agent_2"): 0.75, ("agent_1", "agent_0"): 0.0}
    assert found.messages == {("agent_0", "agent_1"): 2, ("agent_0", "agent_2"): 1, ("agent_1", "agent_0"): 1}
    assert found.changes["agent_0", "agent_1"] == pytest.approx(0.125)
    assert (found.speaker, found.replays) == ("main-01-g002", 2)


def test_others_messages_do_not_count_where_the_champions_are_known(talking: History) -> None:
    found = traffic(
        talking,
        spoken("main-01-g002", {0: (0.5,)}, {(0, 1): 1.0}),
        spoken("main-03-g002", {0: (1.0,)}, {(0, 1): 1.0}),
    )
    assert found.sizes == {("agent_0", "agent_1"): 0.5}


def test_the_report_says_who_spoke_to_whom_and_who_was_silent(talking: History) -> None:
    said = spoken("main-01-g002", {0: (0.5,), 1: (0.001,)}, {(0, 1): 1.0, (0, 2): 1.0, (1, 2): 1.0})
    found = traffic(talking, said)
    assert "agent_0 to agent_1 and agent_2 (0.50, always the same)" in told(found)
    assert "The messages of agent_1 and agent_2 are almost zero." in told(found)


def test_a_graph_without_recorded_messages_says_so(talking: History) -> None:
    assert "No messages were recorded" in answer(talking, "Which agents sent messages?")
    assert 'id="talk"' in report_html(talking)


def test_a_league_that_does_not_speak_has_no_section_about_it(cup: History) -> None:
    page = report_html(cup)
    assert 'id="talk"' not in page
    assert "#talk" not in page


def test_every_section_of_the_page_is_in_the_contents(going_on: History) -> None:
    page = report_html(going_on)
    shown = re.findall(r'<section id="(\w+)"><h2>', page)
    assert shown == re.findall(r'<a href="#(\w+)">', page)
    assert shown == [name for name in SECTIONS if name in shown]
    assert {"champion", "growth", "versus", "family", "opponents", "training", "time", "next"} <= set(shown)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_section_is_shown_empty(count: int) -> None:
    history = history_of(CUP, told=turns()[:count])
    for make in SECTIONS.values():
        section = make(history)
        assert section is None or len(text(section.body)) > 40


def test_every_chart_is_named_and_described_and_has_its_figures(cup: History) -> None:
    page = report_html(cup)
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert charts
    for chart in charts:
        name = re.search(r'aria-labelledby="(\S+)-title', chart)[1]
        assert len(text(re.search(rf'<title id="{name}-title">(.*?)</title>', chart)[1])) > 3
        assert len(text(re.search(rf'<desc id="{name}-about">(.*?)</desc>', chart)[1])) > 10
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert all("<details>" in section for section in re.findall(r"<section.*?</section>", page, re.DOTALL) if "<svg" in section)


def test_a_section_is_added_by_a_function(cup: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        report_page.SECTIONS, "lengths", lambda history: ReportSection("How long", paragraph(words("Nine steps.")))
    )
    page = report_html(cup)
    assert '<section id="lengths"><h2>How long</h2>' in page
    assert '<a href="#lengths">How long</a>' in page


def test_a_name_with_markup_is_shown_as_text() -> None:
    bad, live = f"bot:{RUN_ME}", [player(1), player(3, "perturb", "main-01-g001", born=1)]
    last = generation(2, live, live, ["main-01-g001", bad])
    page = report_html(history_of(CUP, told=[*turns()[:2], replace(last, players=[*last.players, anchor(bad)])]))
    assert "bot:&lt;img src=x onerror=alert(1)&gt;" in page
    assert RUN_ME not in page


def test_the_same_league_gives_the_same_page(cup: History) -> None:
    assert report_html(cup) == report_html(replace(cup))


def test_a_league_that_goes_on_meanwhile_does_not_change_the_page(founded: Callable[..., Store]) -> None:
    store = founded(count=2)
    page = report_html(read(store))
    live = store.players("active")
    commit(store, generation(2, live, live, []))
    told = re.compile(r"was committed at [^<]*")
    assert told.sub("", report_html(read(store, until=1))) == told.sub("", page)


def test_the_page_has_no_script_and_asks_for_nothing(cup: History) -> None:
    page = report_html(cup)
    assert not re.search(r"<script>[^<]", page)
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert " style=" not in page


def test_the_report_is_written_by_the_command(finished: Path, cli_run, tmp_path: Path) -> None:
    said = cli_run("report", "smoke", "--home", finished, "--out", tmp_path / "there")
    assert said.code == 0, said.err
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == ["config.yaml", "report.html", "solution.yaml"]
    champion = Store.open(finished, "smoke").champion()
    assert f"champion {champion} with" in said.out
    assert champion in (tmp_path / "there" / "report.html").read_text(encoding="utf-8")


def test_by_default_the_report_stands_beside_its_league(founded: Callable[..., Store], tmp_path: Path) -> None:
    store = founded()
    page, *_ = write(read(store), store.folder)
    assert page == tmp_path / "leagues" / "cup" / "report.html"


def test_a_league_without_a_generation_has_no_report(tmp_path: Path, cli_run) -> None:
    found_league(tmp_path, count=0).unlock()
    said = cli_run("report", "cup", "--home", tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "no committed generation yet" in said.err


def test_the_written_configuration_runs_the_same_league_again(finished: Path, cli_run, tmp_path: Path) -> None:
    write(read(Store.open(finished, "smoke")), tmp_path)
    said = cli_run("run", tmp_path / "config.yaml", "--print-config")
    assert yaml.safe_load(said.out) == yaml.safe_load(Store.open(finished, "smoke").fact("config"))


def test_a_command_of_the_advice_is_shown_as_it_is_typed(going_on: History) -> None:
    commands = re.findall(r"<pre><code>(.*?)</code></pre>", report_html(going_on))
    assert commands
    assert all(shlex.split(command)[0] == "league" for command in commands)
