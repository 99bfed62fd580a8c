"""What training came to: kinds of opponents, games, curves."""

import pytest

from league.analysis.training import ITSELF, OLDER, TrainingSummary, opponent_kind, summarise, training_curves
from league.storage.generation import TrainingRecord
from tournaments.tickets import Ticket


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
    found = summarise(5, records, {}, {"a-g004": 4})
    assert found.met == {ITSELF: 6, "bot:random": 3, "1 generation old": 4}
    assert found.games == {"a": 9, "b": 4}


def test_a_game_against_several_opponents_is_shared_among_them() -> None:
    found = summarise(5, [record("a", ("a", "bot:random", "b-g004"), 3)], {}, {"b-g004": 4})
    assert found.met == {"bot:random": 1.5, "1 generation old": 1.5}


def test_opponents_are_those_that_do_not_train_themselves() -> None:
    found = summarise(5, [record("a", ("a", "b", "c-g004"), 3), record("b", ("b", "bot:random"), 1)], {}, {})
    assert found.opponents == ["bot:random", "c-g004"]


def test_a_training_curve_is_the_mean_over_the_players_that_have_the_figure() -> None:
    updates = {"a": [{"kl": 0.1, "game_return": 1.0}, {"kl": 0.2}], "b": [{"kl": 0.3, "decisions": 9.0}]}
    assert training_curves(updates) == [{"train/kl": pytest.approx(0.2), "train/return": 1.0}, {"train/kl": 0.2}]


def test_without_training_there_is_nothing_to_sum_up() -> None:
    assert summarise(0, [], {}, {}) == TrainingSummary([], {}, {}, [])
