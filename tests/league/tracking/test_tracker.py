"""A tracker that is kept from generation to generation, and one that broke off, show what a new one would."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from league.storage.store import Store
from league.tracking import client
from league.tracking.tracker import Tracker
from tests.league.paper_league import commit, everything, fail, found_league, shown_in, turns, without_times


def test_a_tracker_that_is_kept_shows_what_a_new_one_each_time_would(synced: Path, home: Path) -> None:
    store = found_league(home, count=1)
    with closing(Tracker(store, home)) as tracker:
        tracker.sync(fail)
        for turn in turns()[1:]:
            commit(store, turn)
            tracker.sync(fail)
            tracker.sync(fail)
    store.unlock()
    assert without_times(everything(home)) == without_times(shown_in(synced))


def test_a_tracker_that_is_kept_makes_a_deleted_database_again_and_again(home: Path, synced: Path) -> None:
    store = found_league(home, count=2)
    with closing(Tracker(store, home)) as tracker:
        tracker.sync(fail)
        (home / client.DATABASE).unlink()
        tracker.sync(fail)
        (home / client.DATABASE).unlink()
        commit(store, turns()[2])
        tracker.sync(fail)
    assert not list(home.glob("*.part*"))
    store.unlock()
    assert without_times(everything(home)) == without_times(shown_in(synced))


@pytest.mark.parametrize(
    ("call", "number", "kept"),
    [
        ("create_run", 5, False),
        ("create_run", 5, True),
        ("log_batch", 1, False),
        ("log_batch", 6, True),
        ("log_batch", 8, False),
        ("set_terminated", 1, True),
        ("create_registered_model", 1, True),
        ("create_model_version", 2, False),
        ("create_model_version", 3, True),
        ("set_registered_model_alias", 2, False),
        ("set_registered_model_alias", 4, True),
    ],
)
def test_a_sync_that_broke_off_is_completed(
    league: Store, home: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, kept: bool, synced: Path
) -> None:
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    real, calls, warnings = getattr(MlflowClient, call), [], []

    def breaks(*args: Any, **kwargs: Any) -> Any:
        calls.append(call)
        done = real(*args, **kwargs)
        if len(calls) >= number:
            raise MlflowException("the disk is full")
        return done

    tracker = Tracker(league, home)
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, call, breaks)
        tracker.sync(warnings.append)
    assert len(warnings) == 1
    assert "the disk is full" in warnings[0]
    if not kept:
        tracker.close()
        tracker = Tracker(league, home)
    tracker.sync(fail)
    tracker.close()
    assert without_times(everything(home)) == without_times(shown_in(synced))
