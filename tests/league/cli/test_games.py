"""`league games --check`: sentences whatever a game does, and in the end a short league."""

import json
from pathlib import Path

import pytest

from envs.conformance import evidence
from envs.conformance.trace import trace
from envs.registry import construct

GAMES = Path(__file__).parents[2] / "envs" / "games"
BROKEN, ODD = GAMES / "broken.py", GAMES / "odd.py"
MAKERS = [f"{path}:{line[4:-3]}" for path in (BROKEN, ODD) for line in path.read_text().splitlines() if line.startswith("def ")]
ENDLESS = f"{BROKEN}:endless"
"""A game of 10,000 moves until the check gives up; another test has it."""


@pytest.fixture
def here(monkeypatch):
    """The game is played once more in this process, which is quicker than starting another one."""
    played = lambda setup, seed, moves: trace(setup.name, construct(setup), seed, moves).fingerprints  # noqa: E731
    monkeypatch.setattr(evidence, "fingerprints_elsewhere", played)


@pytest.mark.parametrize("maker", [maker for maker in MAKERS if maker != ENDLESS], ids=lambda maker: maker.split(":")[1])
def test_the_check_of_a_broken_game_ends_in_sentences(cli_run, here, maker):
    said = cli_run("games", "--check", maker, "--json")
    assert said.code in (0, 1)
    assert "Traceback" not in said.out + said.err
    found = json.loads(said.out)
    assert found["fits"] == (said.code == 0)
    examined = [clause for clause in found["clauses"] if clause["required"] and clause["examined"]]
    assert found["fits"] == all(clause["passed"] for clause in examined)


@pytest.mark.parametrize("game", ["classic/rps_v2", f"{GAMES}/nim.py:make", f"{BROKEN}:sound", f"{ODD}:has_another_precision"])
def test_a_game_that_fits_has_run_a_short_league(cli_run, here, game):
    said = cli_run("games", "--check", game, "--json")
    assert said.code == 0, said.out
    found = json.loads(said.out)
    clauses = {clause["name"]: clause for clause in found["clauses"]}
    assert clauses["league"]["passed"]
    assert clauses["replays"]["passed"]
    assert found["memory"] > 0


def test_a_check_takes_options_and_wrappers(cli_run, here):
    said = cli_run(
        "games", "--check", "classic/rps_v2", "--json", "--set", "game.options={num_actions: 5}",
        "--set", "game.wrappers=[{clip_reward_v0: {}}]",
    )  # fmt: skip
    found = {clause["name"]: clause for clause in json.loads(said.out)["clauses"]}
    assert said.code == 0, said.out
    assert found["league"]["passed"]


def test_options_that_a_game_refuses_fail_its_check(cli_run, here):
    said = cli_run("games", "--check", "classic/rps_v2", "--set", "game.options={colour: red}")
    assert said.code == 1
    assert "FAILED" in said.out
    assert "colour" in said.out


def test_a_check_takes_the_configuration_of_a_file(cli_run, here, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\ngame: {name: classic/rps_v2, options: {num_actions: 5}}\nlearner: a2c\ngenerations: 50\n")
    said = cli_run("games", "--check", path, "--json")
    assert said.code == 0, said.out
    assert json.loads(said.out)["game"] == "classic/rps_v2"


def test_a_check_finds_what_only_the_league_would_find(cli_run, here):
    said = cli_run("games", "--check", "classic/rps_v2", "--set", "comms.topology=complete")
    assert said.code == 1
    assert "league: A short league cannot be run: comms.topology 'complete'" in said.out


def test_a_setting_that_does_not_exist_is_refused(cli_run):
    said = cli_run("games", "--check", "classic/rps_v2", "--set", "game.colour=red")
    assert said.code == 2
    assert "colour" in said.err


def test_settings_without_a_check_are_refused(cli_run):
    said = cli_run("games", "--set", "game.options={size: 9}")
    assert said.code == 2
    assert "--check" in said.err


def test_a_check_leaves_nothing_behind(cli_run, here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    cli_run("games", "--check", f"{BROKEN}:sound")
    assert list(tmp_path.iterdir()) == []
