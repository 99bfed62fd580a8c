"""`--json` prints JSON and nothing else, whatever a game prints, from Python or from C, in this process or in a worker."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.launching import Launcher

LEAGUE = Path(sys.executable).with_name("league")

LOUD = """
import os

import torch
from pettingzoo.classic import tictactoe_v3

print("hello from my engine")


def loud():
    print("made")
    os.write(1, b"made in C\\n")  # as a library in C prints
    env = tictactoe_v3.raw_env()
    step = env.step

    def told(action):
        os.write(1, b"stepped in C\\n")
        print("stepped")
        step(action)

    env.step = told
    return env


def first(turn):
    print("thinking")
    return turn.legal.float().argmax(-1)
"""

COMMANDS = [
    ["games", "loud.py:loud"],
    ["games", "--check", "loud.py:loud"],
    ["tournament", "bot:random", "loud.py:first", "--game", "loud.py:loud", "--games", "4"],
    ["tournament", "bot:random", "loud.py:first", "--game", "loud.py:loud", "--games", "4", "--executor", "serial"],
    ["replay", "verify", "smoke"],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, launch: Launcher) -> Path:
    """A folder with a game that prints, and a league on it."""
    folder = tmp_path_factory.mktemp("loud")
    (folder / "loud.py").write_text(LOUD)
    settings = ["game.name=loud.py:loud", "generations=1", "tracking=false", "tournament.games=2"]
    run = [LEAGUE, "run", "smoke", *(part for setting in settings for part in ("--set", setting))]
    done = launch(run, folder, own_workers=True)
    assert done.returncode == 0, done.stderr
    assert "in C" not in done.stdout
    assert "stepped" in done.stderr
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_json_is_alone_on_standard_output(folder: Path, launch: Launcher, command: list[str]) -> None:
    done = launch([LEAGUE, *command, "--json"], folder, own_workers=True)
    assert isinstance(json.loads(done.stdout), dict)
    assert len(done.stdout.splitlines()) == 1
    assert "made in C" in done.stderr
    assert done.returncode in (0, 1)


@pytest.mark.parametrize("command", [COMMANDS[0], pytest.param(COMMANDS[1], marks=pytest.mark.long), COMMANDS[2]], ids=" ".join)
def test_tables_are_alone_on_standard_output_too(folder: Path, launch: Launcher, command: list[str]) -> None:
    done = launch([LEAGUE, *command], folder, own_workers=True)
    assert done.stdout
    assert not [word for word in ("hello", "made", "stepped", "thinking") if word in done.stdout.splitlines()]


def test_json_is_alone_where_output_is_captured_in_python(
    folder: Path, cli_run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    said = cli_run("games", "loud.py:loud", "--json")
    assert isinstance(json.loads(said.out), dict)
    assert "made" in said.err


def test_standard_output_is_as_before_after_a_command(cli_run: Callable[..., Any], finished: Path) -> None:
    before = sys.stdout, os.fstat(1).st_ino, os.fstat(2).st_ino
    cli_run("list", "--json", "--home", finished)
    assert (sys.stdout, os.fstat(1).st_ino, os.fstat(2).st_ino) == before


def test_standard_output_is_as_before_after_bad_options(cli_run: Callable[..., Any]) -> None:
    before = sys.stdout
    assert cli_run("list", "--json", "--nonsense").code == 2
    assert sys.stdout is before


def test_a_reader_that_has_read_enough_is_no_error(folder: Path, finished: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [str(LEAGUE), "standings", "smoke", "--home", str(finished)]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_the_help_goes_to_standard_output(cli_run: Callable[..., Any]) -> None:
    said = cli_run("list", "--json", "--help")
    assert said.out.startswith("Usage: league list") or "Usage: league list" in said.out


def test_in_a_terminal_foreign_lines_stand_above_the_live_line(folder: Path) -> None:
    command = [str(LEAGUE), "run", "smoke", "--name", "shown", "--set", "game.name=loud.py:loud", "--set", "generations=1"]
    screen, terminal = pty.openpty()
    told = {"stdin": subprocess.DEVNULL, "stdout": terminal, "stderr": terminal, "cwd": folder}
    with subprocess.Popen([*command, "--set", "tracking=false", "--set", "compute.workers=1"], **told) as run:
        os.close(terminal)
        shown = b""
        while True:
            try:
                chunk = os.read(screen, 65536)
            except OSError:  # the terminal was closed
                break
            if not chunk:
                break
            shown += chunk
    os.close(screen)
    assert run.returncode == 0
    text = shown.decode()
    assert "stepped in C" in text
    assert "champion" in text
    garbled = [line for line in text.split("\r\n") if "stepped in C" in line and "generation" in line]
    assert [line for line in garbled if "\x1b[2K" not in line] == []
