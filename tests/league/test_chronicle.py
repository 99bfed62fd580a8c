"""What a store says of its league as of a generation: meetings, training, recorded matches, how far a champion is exploited."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from league.charts import ITSELF, OLDER, Chronicle, Lessons, lessons, opponent_kind
from league.pictures import ROOM
from league.store import Store, TrainingRecord
from tests.league.paper_league import found_league
from tournaments.payoff import ENOUGH, Payoff
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


def test_lessons_are_plain_values() -> None:
    assert lessons(0, [], {}, {}) == Lessons([], {}, {})
