"""What the report says of who beats whom: the best response in the league with its chance, and who is in the payoff table."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from league.analysis.history import History
from league.plotting.league_plots import payoff_drawn, payoff_shown
from league.plotting.payoff_plot import ROOM
from league.report.sections.head_to_head import _exploited, versus
from tests.league.paper_league import crowned, history_of, last_with
from tournaments.rating.payoff import Payoff, score_interval

CUP = history_of(Path("home/leagues/cup"))


def test_a_narrow_payoff_table_is_smaller_than_a_wide_one() -> None:
    narrow, wide = (payoff_drawn(CUP, "", room) for room in (3, ROOM))
    assert narrow.width < wide.width
    assert narrow.width < 360


@pytest.mark.parametrize("room", [1, 2, ROOM])
def test_a_payoff_table_has_the_champion_of_its_generation(room: int) -> None:
    shown = payoff_shown(crowned(CUP, *["main-02-g000"] * 3), room)
    assert "main-02-g000" in shown
    assert len(shown) == min(room, len(CUP.ratings))


def against(**lost: tuple[int, int]) -> str:
    """What is said of a champion that lost so many of so many games to each."""
    names = tuple(name.replace("_", "-") for name in lost)
    wins = np.zeros((len(names) + 1,) * 2, np.int64)
    for place, (points, games) in enumerate(lost.values(), 1):
        wins[place, 0], wins[0, place] = points, games - points
    history = last_with(CUP, table=Payoff((CUP.champion, *names), wins, np.zeros_like(wins), wins.T.copy()))
    return re.sub(r"<[^>]*>", "", _exploited(history))


def test_a_loss_that_chance_explains_is_no_lower_bound() -> None:
    said = against(main_03_g002=(13, 20))
    assert "takes 0.14 more than half of the points from the champion, which may be chance: main-03-g002 takes 65 %" in said
    assert "at least" not in said


def test_a_lower_bound_is_that_of_the_interval() -> None:
    low, _ = score_interval(18, 20)
    said = against(main_03_g002=(18, 20), main_02_g001=(2, 2))
    assert f"at least {low - 0.5:.2f} more than half of the points from the champion: main-03-g002 takes 90 % of" in said
    assert f"by the 95 % interval {100 * low:.0f} % or more" in said


def test_nobody_ahead_says_little_about_exploitability() -> None:
    assert "is ahead of it. This says little about its exploitability" in against(main_03_g002=(10, 20))


def crowd() -> History:
    """The league with many more players, and a champion that is not among the best."""
    others = [replace(CUP.ratings[0], player=f"main-{number}-g002", elo=500.0) for number in range(11, 35)]
    return crowned(replace(CUP, ratings=[*others, *CUP.ratings]), *["main-01-g001"] * 3)


def test_both_widths_of_the_payoff_table_say_who_is_in_them() -> None:
    history = crowd()
    page = versus(history).body
    for kind, count in (("wide", 20), ("narrow", 7)):
        assert f'<desc id="payoff-{kind}-about">The score of each of {count} players' in page
        drawn = re.search(rf'<svg class="picture {kind}".*?</svg>', page, re.DOTALL)[0]
        assert len(set(re.findall(r">(main-\d\d-g00\d|bot:random)<", drawn))) == count
        assert ">main-01-g001<" in drawn
    assert "<th>main-01-g001</th>" in re.sub(r' class="\w*"', "", page)
    assert f"The chart shows 20 of {len(history.ratings)} players, and 7 on a narrow screen: the champion" in page


def test_a_payoff_table_with_everybody_in_it_leaves_nobody_out() -> None:
    assert re.search(r"<figcaption>.*Grey: never met.</figcaption>", versus(CUP).body)
