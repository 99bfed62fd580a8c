"""Sweeps of leagues that are as small as they can be: killed and resumed, stopped early, on the command line, as a page."""

import json
import os
import re
import signal

import numpy as np
import pytest

from envs.description import describe
from envs.game import GameSetup
from league import LeagueError, Sweep
from league.evaluation.tournament import Contest, Played
from league.experiments import sweep as module
from league.experiments.folder import held
from league.storage.store import Store, leagues
from tournaments.rating.elo import Rating, Ratings
from tournaments.rating.payoff import Payoff, pairs
from tournaments.rating.standings import Entrant, standings

TINY = {
    "generations": 2,
    "population": 1,
    "evolution.replace": 0,
    "train.copies": 4,
    "train.updates": 1,
    "tournament.replays": False,
    "tournament.games": 2,
    "tracking": False,
}
GRID = {"stack": [1, 2]}


def tiny(home, seeds=2, grid=GRID, **options):
    return Sweep("smoke", grid, seeds, settings=TINY, games=4, executor="serial", home=home, **options)


@pytest.fixture(scope="module")
def swept(once):
    """A home with a finished sweep; not to be changed."""
    return once("swept", lambda home: tiny(home).run())


def table(home, name="smoke"):
    return (home / "sweeps" / name / "sweep.json").read_bytes()


def run_and_kill(home, seeds, commit):
    """Run a sweep in a process of its own, which kills itself right after a commit."""
    pid = os.fork()
    if pid == 0:
        commits, real = iter(range(1, 1000)), Store.commit

        def dying(store, turn):
            real(store, turn)
            if next(commits) == commit:
                os.kill(os.getpid(), signal.SIGKILL)

        Store.commit = dying
        try:
            tiny(home, seeds).run()
        finally:
            os._exit(0)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL


@pytest.mark.parametrize(("seeds", "commits"), [(2, [2, 3]), pytest.param(5, [1, 2, 7, 12, 19], marks=pytest.mark.long)])
def test_a_sweep_that_was_killed_ends_with_the_same_table(swept, tmp_path, seeds, commits):
    whole = swept
    if seeds != 2:
        whole = tmp_path / "whole"
        tiny(whole, seeds).run()
    done = 0
    for commit in commits:
        run_and_kill(tmp_path, seeds, commit - done)
        done = commit
    tiny(tmp_path, seeds).run()
    assert table(tmp_path) == table(whole)
    assert len(leagues(tmp_path)) == 2 * seeds


def test_processes_give_the_same_table_and_more_seeds_extend_a_sweep(swept, tmp_path, cli_run):
    settings = [part for key, value in TINY.items() for part in ("--set", f"{key}={json.dumps(value)}")]
    command = ("sweep", "smoke", "--grid", "stack=1,2", *settings, "--games", 4, "--home", tmp_path)
    said = cli_run(*command, "--seeds", 1, "--json")
    assert said.code == 0, said.err
    assert len(json.loads(said.out)["leagues"]) == 2
    said = cli_run(*command, "--seeds", 2, "--executor", "serial")
    assert said.code == 0, said.err
    assert table(tmp_path) == table(swept)
    assert "differences" in said.out
    assert "sweep.html" in said.out
    assert "4 seeds are needed" in said.out


def test_the_result_has_every_league_and_says_what_it_rests_on(swept):
    found = json.loads(table(swept))
    assert {"sweep", "game", "measure", "settings", "differences", "leagues", "verdict", "notes", "seed", "games"} <= set(found)
    assert [(each["setting"], each["seed"]) for each in found["leagues"]] == [
        ("stack=1", 0), ("stack=2", 0), ("stack=1", 1), ("stack=2", 1),
    ]  # fmt: skip
    assert found["verdict"] == "No difference was found."
    page = (swept / "sweeps" / "smoke" / "sweep.html").read_text("utf-8")
    assert "No difference was found." in page
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_a_setting_that_is_worse_is_dropped_and_costs_no_further_seeds(tmp_path, monkeypatch):
    """Leagues are not run: those of one setting win all games, and those of the other lose them."""
    ran = []

    def run_leagues(planned, home, *rest):
        ran.extend(each.config.name for each in planned)
        return [trained(each) for each in planned]

    def trained(planned):
        return module.Trained(planned.config.name, planned.setting, planned.config.seed, "main-01-g001", "", 1, 1)

    monkeypatch.setattr(module, "run_leagues", run_leagues)
    monkeypatch.setattr(module, "hold", lambda names, home, **rest: invented(names))
    result = tiny(tmp_path, 10, stop_early=True).run()
    assert len(ran) == 2 * 5  # five of each at a level of 0.05 · 5 / 10 are the first that suffice
    assert result.verdict == "stack=1 is better than the other setting."
    ran.clear()
    tiny(tmp_path, 10).run()
    assert len(ran) == 2 * 10


def invented(names):
    """A tournament in which every champion of `stack=1` has beaten every other one of `stack=2`, and all beat the anchor."""

    rank = np.array([2 if "stack-1" in name else 1 if "stack-2" in name else 0 for name in names])
    wins = 4 * (rank[:, None] > rank[None, :])
    draws = 4 * (rank[:, None] == rank[None, :]) * (1 - np.eye(len(names), dtype=int))
    payoff = Payoff(tuple(names), wins, draws, wins.T)
    ratings = Ratings(
        "bot:random", tuple(Rating(name, float(r), 0.0, 0.0, 4, 0, 0, 0, 0.5) for name, r in zip(names, rank, strict=True))
    )
    rows = standings(ratings, {name: Entrant() for name in names}, {})
    game = describe(GameSetup("classic/tictactoe_v3"))
    contest = Contest(game.name, "round-robin", 0, "bot:random", rows, pairs(payoff), 4, 4, [])
    return Played(contest, GameSetup(game.name), "joint", game, {}, [], payoff, ratings)


def test_a_sweep_that_another_process_runs_is_refused(tmp_path):
    with held(tmp_path, "smoke"), pytest.raises(LeagueError, match="another process is running the sweep"):
        tiny(tmp_path).run()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("smok",), "neither a file nor a preset"),
        (("smoke", "--grid", "train.epochs"), "should look like train.epochs=2,4"),
        (("smoke", "--grid", "stack=1", "--grid", "stack=2"), "names a setting twice"),
        (("smoke", "--executor", "proceses"), "there is no executor"),
    ],
)
def test_what_is_wrong_is_one_sentence(cli_run, tmp_path, arguments, sentence):
    said = cli_run("sweep", *arguments, "--home", tmp_path)
    assert said.code == 2
    assert sentence in " ".join(said.err.split())
