"""MLflow has a share of the time while a league goes on: of quick generations it hears of several together."""

import time
from pathlib import Path

import pytest

from league import LeagueConfig
from league.storage.store import Store
from league.tracking import sync, sync_worker
from league.tracking.sync import Reporter
from league.tracking.sync_worker import Inline
from tests.league.paper_league import fail


class Timed(Reporter):
    """Writes down what it makes; MLflow takes a second each time, and the league has ten generations."""

    def __init__(self, folder: Path, tracking: bool = True) -> None:
        super().__init__(Store(folder))
        self.made: list[tuple[str, int]] = []
        self.config = LeagueConfig(name="it", game={"name": "classic/tictactoe_v3"}, generations=10, tracking=tracking)
        self._tracker = self

    def keep(self, generation, warn) -> None:
        self.made.append(("replays", generation))

    def sync(self, warn) -> None:
        self.made.append(("MLflow", self.newest))

    def show(self, generation, warn) -> None:
        self.newest = generation
        super().show(generation, warn)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Timed:
    clock = iter(range(1000))
    monkeypatch.setattr(time, "process_time", lambda: float(next(clock)))
    return Timed(tmp_path)


def test_mlflow_has_a_share_of_the_time(slow):
    assert slow.wait(0) == 0.0
    slow.show(0, fail)
    assert slow.wait(1) == pytest.approx(1.0 / sync.SHARE, abs=1.0)


def test_the_end_of_a_league_has_little_to_wait_for(slow):
    slow.show(7, fail)
    assert slow.wait(8) == slow.wait(9) == 0.0


def test_a_league_that_is_not_tracked_waits_for_nothing(tmp_path):
    plain = Timed(tmp_path, tracking=False)
    plain.show(0, fail)
    assert plain.wait(1) == 0.0
    assert plain.made == []


def test_mlflow_hears_of_generations_in_quick_succession_together(slow):
    inline = Inline(slow, fail)
    for generation in range(10):
        inline.committed(generation)
    inline.finish()
    assert [number for what, number in slow.made if what == "replays"] == list(range(10))
    assert [number for what, number in slow.made if what == "MLflow"] == [0, 8, 9]


def test_a_league_that_ends_early_is_shown_to_its_end(slow):
    inline = Inline(slow, fail)
    for generation in range(4):
        inline.committed(generation)
    inline.finish()
    inline.finish()
    assert [number for what, number in slow.made if what == "MLflow"] == [0, 3]


class Enough(Exception):
    """The test has seen what it wanted."""


class Line:
    """The end of a pipe that hears what a mirror says, until it says that a generation is made."""

    def __init__(self, last: int) -> None:
        self.last, self.said = last, []

    def send(self, message) -> None:
        self.said.append(message)
        if message == ("done", self.last):
            raise Enough


@pytest.mark.parametrize(("told", "made"), [((3, True), [0, 3]), ((8, False), [0, 8])])
def test_a_mirror_shows_what_it_held_back_when_it_is_waited_for_or_the_end_is_near(slow, told, made):
    queue, line = sync_worker.Queue(), Line(told[0])
    queue.put((0, False))
    real = slow.show

    def show(generation, warn) -> None:
        real(generation, warn)
        for message in ((1, False), (2, False), told) if generation == 0 else ():
            queue.put(message)

    slow.show = show
    with pytest.raises(Enough):
        sync_worker._follow(slow, queue, line)
    assert [number for what, number in slow.made if what == "MLflow"] == made
    assert line.said == [("done", number) for number in made]


def test_a_mirror_shows_what_it_held_back_when_its_time_has_come(slow):
    slow.share = 5.0
    queue, line = sync_worker.Queue(), Line(1)
    for generation in range(2):
        queue.put((generation, False))
    slow.show(0, fail)
    with pytest.raises(Enough):
        sync_worker._follow(slow, queue, line)
    assert slow.made[-1] == ("MLflow", 1)
