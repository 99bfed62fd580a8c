"""What a store says of its league as of a generation: meetings, training, recorded matches, how far a champion is exploited."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from league.analysis.metrics import ITSELF, OLDER, Chronicle, Lessons, lessons, opponent_kind
from league.plotting.league_plots import ROOM
from league.report.sections.head_to_head import _exploited, versus
from league.storage.store import Store, TrainingRecord
from tests.league.paper_league import found_league
from tournaments.rating.payoff import ENOUGH, Payoff, score_interval
from tournaments.tickets import Ticket


@pytest.fixture
def cup(tmp_path: Path) -> Iterator[Chronicle]:
    store = found_league(tmp_path)
    yield Chronicle(store)
    store.unlock()


def record(learner: str, players: tuple[str, ...], games: int) -> TrainingRecord:
    ticket = Ticket("m", 5, "train", 0, players, (True,) * len(players), "s", ("",) * len(players))
    return TrainingRecord(ticket, learner, games, 0, 0, 0, None)


@pytest.mark.parametrize(
    ("opponent", "kind"),
    [
        ("a-g004", "1 generation old"),
        ("a-g003", "2 or 3 generations old"),
        ("a-g002", "2 or 3 generations old"),
        ("a-g001", OLDER),
        ("bot:chaser", "bot:chaser"),
        ("mine.py:brain", "mine.py:brain"),
    ],
)
def test_opponents_are_told_apart_by_their_age(opponent: str, kind: str) -> None:
    assert opponent_kind(opponent, 5, {f"a-g{n:03d}": n for n in range(5)}) == kind


def test_games_are_counted_by_the_kind_of_opponent() -> None:
    records = [record("a", ("a", "a"), 6), record("a", ("a", "bot:random"), 3), record("b", ("a-g004", "b"), 4)]
    found = lessons(5, records, {}, {"a-g004": 4})
    assert found.met == {ITSELF: 6, "bot:random": 3, "1 generation old": 4}
    assert found.games == {"a": 9, "b": 4}


def test_a_game_against_several_opponents_is_shared_among_them() -> None:
    found = lessons(5, [record("a", ("a", "bot:random", "b-g004"), 3)], {}, {"b-g004": 4})
    assert found.met == {"bot:random": 1.5, "1 generation old": 1.5}


def test_training_is_read_once_a_generation(cup: Chronicle, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cup.lessons
    monkeypatch.setattr(Store, "training", lambda self, generation: pytest.fail("read again"))
    assert Chronicle(cup.store, cup.read, cup.learnt).lessons == first
    assert len(first) == 3


def test_a_player_is_met_by_those_it_played_and_by_nobody_else(cup: Chronicle) -> None:
    table = cup.meetings("main-01-g002", 2)
    assert table.players[0] == "main-01-g002"
    assert set(table.players[1:]) == {"main-03-g002", "main-01-g001", "main-02-g001", "bot:random"}
    assert table.games[0, 1:].tolist() == [1, 1, 1, 1]


def test_meetings_are_those_up_to_a_generation(cup: Chronicle) -> None:
    early, late = (cup.meetings("main-01-g001", generation) for generation in (1, 2))
    assert "main-01-g002" not in early.players
    assert "main-01-g002" in late.players


def test_exploitability_is_that_of_the_generations_champion(cup: Chronicle) -> None:
    names = ("main-01-g002", "bot:random")
    wins = np.array([[0, 0], [ENOUGH, 0]])
    cup.read[:] = [*cup.tables[:2], Payoff(names, wins, np.zeros_like(wins), wins.T.copy())]
    assert cup.exploitability(2) == pytest.approx((ENOUGH + 1) / (ENOUGH + 2) - 0.5)
    assert cup.exploitability(1) == 0.0


def test_the_newest_recorded_matches_are_read(finished: Path) -> None:
    found = Chronicle(Store.open(finished, "smoke")).recorded
    assert found
    assert {replay.generation for replay in found} == {3}


def test_a_recorded_match_that_cannot_be_read_is_left_out(cup: Chronicle) -> None:
    cup.store.replays.mkdir()
    (cup.store.replays / "g002-t-000000.replay.json.gz").write_bytes(b"rubbish")
    assert cup.recorded == []


def test_a_league_without_recorded_matches_has_none(cup: Chronicle) -> None:
    assert cup.recorded == []


def test_a_narrow_payoff_table_is_smaller_than_a_wide_one(cup: Chronicle) -> None:
    narrow, wide = (cup.payoff_drawn(2, "", room) for room in (3, ROOM))
    assert narrow.width < wide.width
    assert narrow.width < 360


@pytest.mark.parametrize("room", [1, 2, ROOM])
def test_a_payoff_table_has_the_champion_of_its_generation(cup: Chronicle, room: int) -> None:
    vars(cup)["rows"] = [replace(row, champion="main-02-g000") for row in cup.rows]
    for generation in range(3):
        shown = cup.payoff_shown(generation, room)
        assert "main-02-g000" in shown
        assert len(shown) == min(room, len(cup.store.ratings(generation)))


def against(chronicle: Chronicle, **lost: tuple[int, int]) -> str:
    """What is said of a champion that lost so many of so many games to each."""
    champion, names = chronicle.champion, tuple(name.replace("_", "-") for name in lost)
    wins = np.zeros((len(names) + 1,) * 2, np.int64)
    for place, (points, games) in enumerate(lost.values(), 1):
        wins[place, 0], wins[0, place] = points, games - points
    table = Payoff((champion, *names), wins, np.zeros_like(wins), wins.T.copy())
    vars(chronicle)["champions_meetings"] = table
    chronicle.tables[-1] = table
    vars(chronicle)["meetings"] = lambda player, generation: table
    return re.sub(r"<[^>]*>", "", _exploited(chronicle))


def test_a_loss_that_chance_explains_is_no_lower_bound(cup: Chronicle) -> None:
    said = against(cup, main_03_g002=(13, 20))
    assert "exploitability is 0.14 by these results, which may be chance: main-03-g002 takes 65 % of the points in 20" in said
    assert "at least" not in said


def test_a_lower_bound_is_that_of_the_interval(cup: Chronicle) -> None:
    low, _ = score_interval(18, 20)
    said = against(cup, main_03_g002=(18, 20), main_02_g001=(2, 2))
    assert f"exploitability is at least {low - 0.5:.2f}: main-03-g002 takes 90 % of the points in 20 games" in said
    assert f"by the 95 % interval {100 * low:.0f} % or more" in said


def test_nobody_ahead_is_nothing_to_exploit(cup: Chronicle) -> None:
    assert "not known to be above 0" in against(cup, main_03_g002=(10, 20))


def test_both_widths_of_the_payoff_table_say_who_is_in_them(cup: Chronicle) -> None:
    others = [replace(cup.ratings[0], player=f"main-{number}-g002", elo=500.0) for number in range(11, 35)]
    vars(cup)["ratings"] = [*others, *cup.ratings]
    vars(cup)["rows"] = [replace(row, champion="main-01-g001") for row in cup.rows]
    page = versus(cup).body
    for kind, count in (("wide", 20), ("narrow", 7)):
        assert f'<desc id="payoff-{kind}-about">The score of each of {count} players' in page
        drawn = re.search(rf'<svg class="picture {kind}".*?</svg>', page, re.DOTALL)[0]
        assert len(set(re.findall(r">(main-\d\d-g00\d|bot:random)<", drawn))) == count
        assert ">main-01-g001<" in drawn
    assert "<th>main-01-g001</th>" in re.sub(r' class="\w*"', "", page)
    assert f"Drawn are 20 of {len(cup.ratings)} players, on a narrow screen 7: the champion" in page


def test_a_payoff_table_with_everybody_in_it_leaves_nobody_out(cup: Chronicle) -> None:
    assert re.search(r"<figcaption>.*grey: never met.</figcaption>", versus(cup).body)


def test_lessons_are_plain_values() -> None:
    assert lessons(0, [], {}, {}) == Lessons([], {}, {})
