"""SIGTERM ends a league as Ctrl-C does: one sentence, the committed generations are safe, and a code that says why."""

import os
import signal

import pytest

from league.cli.stopping import Terminated, exit_code, terminated_as_interrupted
from league.stages.draft import Draft
from league.stages.table import STAGES
from league.storage.store import Store

SMALL = ("--set", "tracking=false", "--executor", "serial")


def test_a_terminated_league_says_what_is_safe_and_goes_on_to_the_same_end(cli_run, tmp_path, monkeypatch, facts, finished):
    def terminated(draft: Draft) -> Draft:
        if draft.number == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return stage(draft)

    stage = STAGES["tournament"]
    with monkeypatch.context() as patch:
        patch.setitem(STAGES, "tournament", terminated)
        said = cli_run("run", "smoke", "--home", tmp_path, *SMALL)
    assert said.code == 143
    assert said.err.strip().splitlines()[-1].startswith("stopped; generation 0 is saved. Continue with: league resume smoke")
    assert Store.open(tmp_path, "smoke").generation() == 0
    assert cli_run("resume", "smoke", "--home", tmp_path).code == 0
    assert facts(tmp_path) == facts(finished)


def test_the_handler_is_as_before_when_the_league_has_ended():
    before = signal.getsignal(signal.SIGTERM)
    with terminated_as_interrupted():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_signal_ends_the_process_at_once():
    seen = []

    def terminated() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            seen.append(signal.getsignal(signal.SIGTERM))

    with terminated_as_interrupted(), pytest.raises(Terminated):
        terminated()
    assert seen == [signal.SIG_DFL]


@pytest.mark.parametrize(("stop", "code"), [(KeyboardInterrupt(), 130), (Terminated(), 143)])
def test_the_exit_code_says_what_stopped_the_league(stop, code):
    assert exit_code(stop) == code
