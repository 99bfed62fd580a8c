"""What reaches a terminal: names are shown as they are, as text, in any encoding, and never as orders to the terminal."""

import io
import json
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from league.cli.console import print_json, print_plain
from league.execution.terminal import LONGEST_LINE, LONGEST_WORD, SafeConsole, brief, harmless
from tests.league.copying import SETTLED

HOSTILE = "\x1b]0;pwned\x07\x1b[2J[red]x[/red] :skull: \u202eabc\x9b31m\x00\r"
SHOWN = "[red]x[/red] :skull:"

GAME = """
import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv

NAMES = [{hostile!r} + "L" * 5000, "[/b]<script>\\x1b[31m"]

class Game(ParallelEnv):
    metadata = {{"name": "\\x1b[2J", "render_modes": []}}
    render_mode = None

    def __init__(self):
        self.possible_agents, self.agents = list(NAMES), []

    def observation_space(self, agent):
        return Box(-1, 1, (2,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def reset(self, seed=None, options=None):
        self.agents, self.time = list(NAMES), 0
        return {{agent: np.zeros(2, np.float32) for agent in NAMES}}, {{agent: {{}} for agent in NAMES}}

    def step(self, actions):
        self.time += 1
        over, sign = self.time == 3, float(actions[NAMES[0]] == actions[NAMES[1]]) * 2 - 1
        seen = {{agent: np.full(2, self.time / 9, np.float32) for agent in NAMES}}
        if over:
            self.agents = []
        both = lambda value: dict.fromkeys(NAMES, value)
        return seen, dict(zip(NAMES, (sign, -sign))), both(over), both(False), {{agent: {{}} for agent in NAMES}}

def fails():
    raise ValueError({hostile!r} + "L" * 100000)
"""


def calm(text: str) -> bool:
    """Nothing in a text controls a terminal."""
    return all(character.isprintable() or character == "\n" for character in text)


@pytest.fixture(scope="module")
def place(tmp_path_factory, smoke):
    """A folder of a hostile name with a game of hostile names, and a league on it, run once."""
    folder = tmp_path_factory.mktemp("terminal") / "runs[lr=1e-3]\x1b[2J\u202e"
    folder.mkdir()
    (folder / "game.py").write_text(GAME.format(hostile=HOSTILE))
    return folder


@pytest.fixture
def home(place, cli_run):
    game = place / "game.py"
    if not (place / "home").exists():
        said = cli_run(
            *("run", "smoke", "--name", "cup", "--home", place / "home", "--set", "generations=1", "--set", "tracking=false"),
            *("--set", f"game.name={json.dumps(f'{game}:Game')}"),
        )
        assert said.code == 0, said.err
        assert calm(said.out)
        assert calm(said.err)
    return place / "home"


COMMANDS = [
    ("list",), ("list", "--json"), ("standings", "cup"), ("standings", "cup", "--json"), ("payoff", "cup"), ("lineage", "cup"),
    ("payoff", "cup", "--json"), ("lineage", "cup", "--json"), ("report", "cup"), ("resume", "cup"), ("ui", "cup"),
    ("replay", "list"), ("replay", "list", "--json"), ("replay", "show", "cup"), ("replay", "html", "cup"),
    ("replay", "verify", "cup"), ("replay", "verify", "cup", "--json"), ("games", "GAME"), ("games", "GAME", "--json"),
    ("games", "--check", "GAME"), ("games", "--check", "GAME", "--json"), ("games", "FAILS"), ("games", HOSTILE),
    ("tournament", "cup/champion", "bot:random", "--games", "2"), ("tournament", HOSTILE, "bot:random"),
    ("play", "GAME", "--against", "cup/champion"), ("play", "GAME", "--against", "cup/champion", "--name", HOSTILE),
    ("sync", HOSTILE), ("standings", HOSTILE), ("replay", "show", HOSTILE), ("replay", "verify", HOSTILE), ("resume", "[/b]"),
    ("run", HOSTILE), ("run", "smoke", "--set", f"{HOSTILE}=1"), ("run", "smoke", "--set", f"seed={HOSTILE}"),
    ("list", HOSTILE), (HOSTILE,), ("standings", "cup", HOSTILE),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: harmless(" ".join(command))[:40])
def test_no_command_lets_a_name_control_the_terminal(cli_run, home, command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    game = home.parent / "game.py"
    words = [{"GAME": f"{game}:Game", "FAILS": f"{game}:fails"}.get(word, word) for word in command]
    said = cli_run(*words, *([] if command[0] in ("games", HOSTILE) else ["--home", home]))
    assert calm(said.out)
    assert calm(said.err)
    assert all(len(line) <= 1.2 * LONGEST_LINE for line in said.err.splitlines())


def test_hostile_names_are_the_same_in_json_as_they_were_given(cli_run, home):
    said = cli_run("games", f"{home.parent / 'game.py'}:Game", "--json")
    assert json.loads(said.out)["game"]["seats"][0].startswith(HOSTILE)


def test_a_folders_name_is_not_read_as_markup(cli_run):
    assert "nothing[/here]" in cli_run("list", "--home", "nothing[/here]").out


def test_players_with_names_that_look_like_markup_are_shown_as_they_are(cli_run, finished, tmp_path):
    shutil.copytree(finished, tmp_path / "home", ignore=SETTLED)
    with closing(sqlite3.connect(tmp_path / "home/leagues/smoke/league.db")) as league, league:
        league.executescript("DROP TRIGGER frozen_stay; DROP TRIGGER results_stay")
        for table in ("players", "ratings"):
            name = "name" if table == "players" else "player"
            league.execute(f"UPDATE {table} SET {name} = '[/b]:skull:' WHERE {name} = 'bot:random'")
    assert "[/b]:skull:" in cli_run("standings", "smoke", "--home", tmp_path / "home").out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("command", [("standings", "smoke"), ("payoff", "smoke"), ("lineage", "smoke"), ("replay", "list")])
def test_an_encoding_that_lacks_characters_is_no_error(cli_run, finished, monkeypatch, encoding, command):
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True))
    from league.cli import main

    monkeypatch.setattr(sys, "argv", ["league", *command, "--home", str(finished)])
    with pytest.raises(SystemExit) as end:
        main.main()
    assert not end.value.code
    written = sys.stdout.buffer.getvalue().decode(encoding)
    assert "main-01" in written


@pytest.fixture
def printed(monkeypatch):
    """What a console writes on a terminal with colours."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    console, file = SafeConsole(), io.StringIO()
    console.file = file

    def write(thing):
        console.print(thing)
        return file.getvalue()

    return write


@pytest.mark.parametrize("wrap", [str, Text, lambda text: Text.assemble((text, "red")), lambda text: _table(text)])
def test_whatever_is_printed_is_harmless(wrap, printed):
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed(wrap(HOSTILE)))
    assert calm(plain)
    assert SHOWN in plain.replace("\n", "") or wrap is not str


def _table(text: str) -> Table:
    table = Table(title=text, caption=text)
    table.add_column(text, no_wrap=True)
    table.add_row(text)
    return table


def test_the_programs_own_colours_stay(printed):
    assert "\x1b[31m" in printed(Text("red", "red"))


@pytest.mark.parametrize("text", ["\x1b[2J", "a\x00b", "\u202e", "\x9b", "\r", "\n", "\u2028", "\ud800"])
def test_harmless_text_is_printable(text):
    assert harmless(text).isprintable()


def test_json_says_what_it_was_given_without_raw_control_characters(capsys):
    print_json({"name": HOSTILE})
    said = capsys.readouterr().out
    assert calm(said)
    assert json.loads(said) == {"name": HOSTILE}


def test_plain_text_keeps_its_lines(capsys):
    print_plain("a: 1\nb: \u202e")
    assert capsys.readouterr().out == "a: 1\nb: \\u202e\n"


def test_long_values_are_cut_and_the_rest_stays():
    cut = brief(f"error: the value {'x' * 100_000} is no number")
    assert cut.startswith("error: the value xxx")
    assert cut.endswith("is no number")
    assert len(cut) < 2 * LONGEST_WORD


def test_long_lines_are_cut():
    assert len(brief("word " * 10_000)) < 1.2 * LONGEST_LINE


def test_ordinary_sentences_are_not_touched():
    sentence = f"error: there is no league 'x' in {Path.cwd()}\nand another line"
    assert brief(sentence) == sentence
