"""`~` is the user's home folder wherever a path is taken; the shell has not always seen it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SMALL = ("--set", "tracking=false", "--set", "generations=1")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of the user, who is somewhere else."""
    house, here = tmp_path / "house", tmp_path / "here"
    house.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(house))
    monkeypatch.chdir(here)
    yield house
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_home_may_begin_with_a_tilde(
    house: Path, cli_run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("LEAGUE_HOME", "~/lg" if way == "variable" else "/nowhere")
    option = ["--home=~/lg"] if way == "option" else []
    assert cli_run("run", "smoke", *SMALL, *option).code == 0
    assert (house / "lg" / "leagues" / "smoke" / "league.db").is_file()
    assert cli_run("list", *option).code == 0


def test_files_may_begin_with_a_tilde(house: Path, finished: Path, cli_run: Callable[..., Any]) -> None:
    at = ("--home", finished)
    assert cli_run("report", "smoke", "--out", "~/page", *at).code == 0
    assert (house / "page" / "report.html").is_file()
    assert cli_run("replay", "html", "smoke", "--out", "~/final.html", *at).code == 0
    assert (house / "final.html").is_file()
    replay = next((finished / "leagues/smoke/replays").iterdir())
    (house / replay.name).write_bytes(replay.read_bytes())
    assert cli_run("replay", "show", f"~/{replay.name}", *at).code == 0
    assert cli_run("replay", "verify", f"~/{replay.name}", *at).code == 0
    (house / "mine.yaml").write_text("name: mine\ngame: classic/tictactoe_v3\n")
    assert "name: mine" in cli_run("run", "~/mine.yaml", "--print-config").out
    players = ("smoke/champion", "bot:random", "--games", 2, "--executor", "serial")
    assert cli_run("tournament", *players, "--html=~/duel.html", *at).code == 0
    assert (house / "duel.html").is_file()


def test_a_user_that_is_not_there_is_one_sentence(house: Path, cli_run: Callable[..., Any]) -> None:
    said = cli_run("list", "--home=~no-such-user-here/x")
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: ~no-such-user-here/x: there is no user whose home folder this could be\n"


def test_a_suggested_command_works_as_it_is_printed(tmp_path: Path, cli_run: Callable[..., Any]) -> None:
    said = cli_run("run", "smoke", "--home", tmp_path / "my leagues", *SMALL)
    assert f"--home '{tmp_path}/my leagues'" in said.out


def test_the_version_is_printed(cli_run: Callable[..., Any]) -> None:
    from league import __version__

    said = cli_run("--version")
    assert (said.code, said.out) == (0, f"marl-league {__version__}\n")
