"""The line that is printed after each generation shows figures that can be compared over generations, and no Elo."""

from dataclasses import replace

from league.execution.progress import progress_told
from league.execution.watcher import Progress
from tournaments.rating.standings import SideReturn

FIRST = Progress("a", 421.3, 0.57, "", None, (SideReturn("player", 0.2, 0.1, 0.3, 40, 20),), cooperative=False)
LATER = replace(FIRST, champion="b", points=1234.5, previous="a", against_previous=0.6)


def test_the_champion_has_its_progress_and_its_scores() -> None:
    assert progress_told(LATER).split() == ["progress", "1234", "bots", "57", "%", "previous", "60", "%"]


def test_the_first_champion_has_no_previous_one() -> None:
    assert progress_told(FIRST).split() == ["progress", "421", "bots", "57", "%"]


def test_a_champion_that_stays_is_said_to_stay() -> None:
    assert progress_told(replace(LATER, champion="a", against_previous=None)).split()[-2:] == ["previous", "still"]


def test_champions_that_never_met_are_said_to_have_not() -> None:
    assert progress_told(replace(LATER, against_previous=None)).endswith("previous not met")


def test_of_a_cooperative_game_the_return_comes_first() -> None:
    said = progress_told(replace(LATER, cooperative=True))
    assert said.startswith("return 0.20 ± 0.10  progress 1234")
    assert "bots" not in said


def test_lines_of_all_generations_are_equally_long() -> None:
    lines = [FIRST, LATER, replace(LATER, against_previous=None), replace(LATER, champion="a", against_previous=1.0)]
    assert len({len(progress_told(line)) for line in lines}) == 1
