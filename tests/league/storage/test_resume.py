"""Interrupted leagues end like leagues that were not."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from league import League, LeagueError
from league.config.styles import STYLES
from league.stages.draft import Draft
from league.stages.table import STAGES
from league.storage.store import Store
from league.tracking.tracker import Tracker
from tests.league.storage.killing import POINTS

PROGRAM, ROOT = "tests.league.storage.kill_and_resume", Path(__file__).parents[3]


ALL = (
    ["the league", "the league, by SIGTERM", *(f"itself {point}" for point in POINTS)],
    ["a worker", "the fork server"],
)


class Stop(Exception):
    """The league is stopped from outside."""


@pytest.mark.parametrize(
    ("league", "kinds"),
    [
        ("tiny", ["the league", "itself in the transaction, before its commit", "itself after the commit", "a worker"]),
        pytest.param("replay memories", ["the league"], marks=pytest.mark.long),
        *(pytest.param("tic-tac-toe", kinds, marks=pytest.mark.long) for kinds in ALL),
    ],
)
def test_a_league_of_which_something_was_killed_ends_like_one_that_nobody_touched(league, kinds, launch):
    """One of each; `python -m tests.league.storage.kill_and_resume --kills 100` does all kinds, several leagues, and MLflow."""
    words = [word for kind in kinds for word in ("--kind", kind)]
    forked = [] if "the fork server" in kinds else ["--forked"]
    ended = launch(["-m", PROGRAM, "--kills", len(kinds), "--seed", "5", "--league", league, *forked, *words], ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "each with a sentence and nothing left" in ended.stdout


@pytest.mark.parametrize("name", STYLES["league"].stages)
def test_stopping_before_any_stage_of_a_generation_changes_nothing(tmp_path, smoke, facts, finished, monkeypatch, name):
    def stop(draft: Draft) -> Draft:
        if draft.number == 1:
            raise Stop
        return stage(draft)

    stage = STAGES[name]
    with monkeypatch.context() as patch:
        patch.setitem(STAGES, name, stop)
        with pytest.raises(Stop):
            League(smoke(), tmp_path).run()
    League(smoke(), tmp_path).run(resume=True)
    assert facts(tmp_path) == facts(finished)
    assert replays(tmp_path) == replays(finished)


def replays(home: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(Store.open(home, "smoke").replays.iterdir())}


def test_a_league_that_is_extended_ends_like_one_that_was_that_long_from_the_start(tmp_path, smoke, facts, finished):
    League(smoke({"generations": 2}), tmp_path).run()
    League(smoke(), tmp_path).run(resume=True)
    assert facts(tmp_path) == facts(finished)
    assert set(replays(finished)) <= set(replays(tmp_path))


def test_resuming_a_finished_league_changes_nothing(tmp_path, smoke, facts):
    League(smoke(), tmp_path).run()
    before, database = facts(tmp_path), (tmp_path / "leagues/smoke/league.db").read_bytes()
    League(smoke(), tmp_path).run(resume=True)
    assert facts(tmp_path) == before
    assert len((tmp_path / "leagues/smoke/league.db").read_bytes()) == len(database)


def test_replays_of_any_generation_that_are_missing_are_recorded_on_resume(tmp_path, smoke, finished):
    League(smoke(), tmp_path).run()
    names = list(replays(tmp_path))
    assert names[0].startswith("g000")
    for name in (*names[:2], *names[-3:]):
        (Store.open(tmp_path, "smoke").replays / name).unlink()
    League(smoke(), tmp_path).run(resume=True)
    assert replays(tmp_path) == replays(finished)


def test_what_mlflow_missed_is_shown_to_it_on_resume(tmp_path, smoke, monkeypatch):
    seen = []
    monkeypatch.setattr(Tracker, "sync", lambda self, warn, history: seen.append(self._store.generation()))
    with monkeypatch.context() as patch:
        patch.setitem(STAGES, "report", lambda draft: (_ for _ in ()).throw(Stop))
        with pytest.raises(Stop):
            League(smoke({"tracking": True}), tmp_path).run()
    assert seen == []
    League(smoke({"tracking": True, "generations": 2}), tmp_path).run(resume=True)
    assert seen == [0, 1]


def test_a_league_is_not_resumed_with_other_settings(tmp_path, smoke):
    League(smoke({"generations": 1}), tmp_path).run()
    with pytest.raises(LeagueError, match="other settings: seed is 0 there and 1 here; continue it with `league resume smoke`"):
        League(smoke({"generations": 2, "seed": 1}), tmp_path).run(resume=True)


def test_a_league_is_not_begun_twice(tmp_path, smoke, facts):
    League(smoke({"generations": 1}), tmp_path).run()
    before = facts(tmp_path)
    with pytest.raises(LeagueError, match="continue it with `league resume smoke`, or choose another --name"):
        League(smoke({"generations": 1}), tmp_path).run()
    assert facts(tmp_path) == before


def test_what_a_kill_after_the_last_commit_left_is_deleted_on_resume(tmp_path, smoke):
    League(smoke({"generations": 1}), tmp_path).run()
    states = Store.open(tmp_path, "smoke").learner_states
    before = set(states.folder.iterdir())
    left = states.path(states.put({"past": np.zeros(1, np.float32)}))
    assert left.is_file()
    League(smoke({"generations": 1}), tmp_path).run(resume=True)
    assert set(states.folder.iterdir()) == before


def test_a_learner_goes_on_where_it_was(tmp_path, smoke):
    """A league whose learners had forgotten their state would end elsewhere: it is part of the state."""
    League(smoke({"generations": 1}), tmp_path).run()
    store = Store.open(tmp_path, "smoke")
    named = {player.learner_state for player in store.players("active") if player.learner_state}
    assert named
    assert {path.stem for path in store.learner_states.folder.iterdir()} == named
    steps = {float(store.learner_states.get(digest, "it")["steps"][0]) for digest in named}
    assert steps == {2 * 2 * 2}  # updates × epochs × minibatches
