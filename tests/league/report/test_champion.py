"""What the report claims of a champion: its kin, and which change helped, no more than the figures carry."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from league.analysis.metrics import Chronicle
from league.report.sections.champion import QUESTIONS, _reigns
from league.storage.store import RatingRow
from tests.league.paper_league import found_league, frozen


@pytest.fixture
def cup(tmp_path: Path) -> Iterator[Chronicle]:
    store = found_league(tmp_path)
    yield Chronicle(store)
    store.unlock()


def answer(chronicle: Chronicle, question: str) -> str:
    """What is to be read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", QUESTIONS[question](chronicle))).replace("&#x27;", "'")


def rating(player: str, elo: float, half: float) -> RatingRow:
    return RatingRow(2, player, elo, elo - half, elo + half, 0.0, 9, 5, 0, 4)


@pytest.fixture
def cousins(cup: Chronicle) -> Callable[..., Chronicle]:
    """The league after three generations, with other champions; main-03 descends from main-01-g001."""

    def make(*champions: str) -> Chronicle:
        main_03 = next(player for player in cup.players if player.name == "main-03")
        vars(cup)["players"] = [*cup.players, frozen(main_03, 3)]
        facts = zip(range(4), champions, [*cup.rows, cup.rows[-1]], strict=True)
        vars(cup)["rows"] = [replace(row, number=number, champion=name) for number, name, row in facts]
        return cup

    return make


@pytest.mark.parametrize(
    ("champions", "said"),
    [
        (
            ("main-01-g000", "main-01-g001", "main-01-g002", "main-03-g003"),
            "The last before it was main-01-g002, a later snapshot of main-01, whose snapshot of generation 1 is its ancestor.",
        ),
        (
            ("main-01-g000", "main-02-g001", "main-02-g001", "main-03-g003"),
            "The last before it was main-02-g001, a snapshot of main-02, of another line.",
        ),
    ],
)
def test_the_champion_before_is_an_ancestor_only_where_it_is_one(
    cousins: Callable[..., Chronicle], champions: tuple[str, ...], said: str
) -> None:
    assert answer(cousins(*champions), "Since which generation?").endswith(said)


def test_only_champions_from_which_the_last_descends_stand_out(cousins: Callable[..., Chronicle]) -> None:
    chronicle = cousins("main-01-g000", "main-01-g001", "main-01-g002", "main-03-g003")
    marked = re.findall(r'<tr( class="marked")?><td>(generations? [\d to]+)</td>', _reigns(chronicle))
    assert [(when, bool(mark)) for mark, when in marked] == [
        ("generations 0 to 1", True),
        ("generation 2", False),
        ("generation 3", True),
    ]


@pytest.fixture
def helped(cup: Chronicle) -> Callable[..., str]:
    """The answer where main-03 leads its parent by so many points, and the champion is a snapshot of the one or the other."""

    def make(lead: float, half: float, champion: str = "main-01-g002") -> str:
        vars(cup)["ratings"] = [rating("main-03-g002", lead, half), rating("main-01-g002", 0.0, half)]
        vars(cup)["rows"] = [*cup.rows[:-1], replace(cup.rows[-1], champion=champion)]
        return answer(cup, "Which change helped?")

    return make


def test_a_change_that_did_not_help_is_not_said_to_have_helped(helped: Callable[..., str]) -> None:
    for lead in (-7.0, 0.0, 0.4):
        assert "Elsewhere in the league none measurably; the best was main-03, perturb of main-01" in helped(lead, 10.0)
    assert helped(-7.0, 10.0, "main-03-g002").startswith(
        "None measurably in the champion's line of descent; the best: main-03, perturb of main-01"
    )


def test_where_no_change_is_sure_the_answer_begins_with_that(helped: Callable[..., str]) -> None:
    assert helped(7.0, 10.0, "main-03-g002").startswith("None for sure. In the champion's line of descent: main-03")
    assert helped(70.0, 10.0, "main-03-g002").startswith("In the champion's line of descent: main-03")
    assert "Elsewhere in the league the most came of main-03" in helped(70.0, 10.0)
