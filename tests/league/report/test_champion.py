"""What the report claims of a champion: its kin, and which change helped, no more than the figures carry."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from league.analysis.history import History
from league.report.sections.answers import QUESTIONS
from league.report.sections.champion import _reigns
from league.storage.generation import RatingRow
from tests.league.paper_league import crowned, frozen, history_of

CUP = history_of(Path("leagues/cup"))


def answer(history: History, question: str) -> str:
    """What is to be read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", QUESTIONS[question](history))).replace("&#39;", "'")


def rating(player: str, elo: float, half: float) -> RatingRow:
    return RatingRow(2, player, elo, elo - half, elo + half, 0.0, 9, 5, 0, 4)


def cousins(*champions: str) -> History:
    """The league after four generations, with other champions; main-03 descends from main-01-g001."""
    return crowned(replace(CUP, players=[*CUP.players, frozen(CUP.player["main-03"], 3)]), *champions)


@pytest.mark.parametrize(
    ("champions", "said"),
    [
        (
            ("main-01-g000", "main-01-g001", "main-01-g002", "main-03-g003"),
            "The champion before was main-01-g002, a later snapshot of main-01, whose snapshot of generation 1 is an "
            "ancestor of the present champion.",
        ),
        (
            ("main-01-g000", "main-02-g001", "main-02-g001", "main-03-g003"),
            "The champion before was main-02-g001, a snapshot of main-02, which is not an ancestor of the present champion.",
        ),
    ],
)
def test_the_champion_before_is_an_ancestor_only_where_it_is_one(champions: tuple[str, ...], said: str) -> None:
    assert answer(cousins(*champions), "Since which generation?").endswith(said)


def test_only_champions_from_which_the_last_descends_stand_out() -> None:
    history = cousins("main-01-g000", "main-01-g001", "main-01-g002", "main-03-g003")
    marked = re.findall(r'<tr( class="marked")?><td>(generations? [\d to]+)</td>', _reigns(history))
    assert [(when, bool(mark)) for mark, when in marked] == [
        ("generations 0 to 1", True),
        ("generation 2", False),
        ("generation 3", True),
    ]


def helped(lead: float, half: float, champion: str = "main-01-g002") -> str:
    """The answer where main-03 leads its parent by so many points, and the champion is a snapshot of the one or the other."""
    ratings = [rating("main-03-g002", lead, half), rating("main-01-g002", 0.0, half)]
    champions = [*(row.champion for row in CUP.rows[:-1]), champion]
    return answer(crowned(replace(CUP, ratings=ratings), *champions), "Which mutations helped?")


def test_a_change_that_did_not_help_is_not_said_to_have_helped() -> None:
    for lead in (-7.0, 0.0, 0.4):
        assert "Of the other mutations none gained rating; the best was main-03, perturb of main-01" in helped(lead, 10.0)
    assert helped(-7.0, 10.0, "main-03-g002").startswith(
        "No mutation in the champion's line of descent gained rating. The best was: main-03, perturb of main-01"
    )


def test_where_no_change_is_sure_the_answer_begins_with_that() -> None:
    assert helped(7.0, 10.0, "main-03-g002").startswith(
        "No mutation helped with certainty. In the champion's line of descent: main-03"
    )
    assert helped(70.0, 10.0, "main-03-g002").startswith("In the champion's line of descent: main-03")
    assert "Of the other mutations the best was main-03" in helped(70.0, 10.0)
