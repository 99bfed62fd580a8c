"""What bad input, a full disk, Ctrl-C and a second process get: a sentence, exit 2 (Ctrl-C: 130), and nothing half-written."""

import gzip
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from league import League
from league.storage.store import Store
from tests.launching import Begun, Launcher

LEAGUE = Path(sys.executable).with_name("league")
SMALL = ("--set", "tracking=false")

OWN = """
import torch
from pettingzoo.classic import tictactoe_v3

def brittle(fuse=15):
    env = tictactoe_v3.raw_env()
    moves, step = [0], env.step
    def lit(action):
        moves[0] += 1
        if moves[0] == fuse:
            raise RuntimeError("the board caught fire")
        return step(action)
    env.step = lit
    return env

def raises(turn):
    raise ZeroDivisionError("no idea")

def cheats(turn):
    return torch.full((len(turn.noise),), 99)

def mumbles(turn):
    return [0] * len(turn.noise)

def odd_rule(candidates):
    return -candidates.scores
"""


@pytest.fixture(scope="session")
def own(tmp_path_factory):
    """A file outside the project with an environment, bots and a rule that go wrong."""
    file = tmp_path_factory.mktemp("own") / "own.py"
    file.write_text(OWN)
    return file


def refused(said, *parts):
    """A command was refused in a sentence on standard error."""
    assert said.code == 2
    assert said.out == ""
    lines = said.err.strip().splitlines()
    assert sum(line.startswith("error: ") for line in lines) == 1, said.err
    assert "Traceback" not in said.err
    assert all(part in lines[-1] for part in parts), said.err


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--set", "train.update=3"], ["'train.update'", "did you mean 'train.updates'?"]),
        (["--set", "population=0"], ["population is 0", "greater than or equal to 1"]),
        (["--set", "game.name=classic/tictacto_v3"], ["'classic/tictacto_v3'", "did you mean 'classic/tictactoe_v3'?"]),
        (["--set", "game.name=atari/pong_v3"], ["atari/pong_v3 needs the package", "pip install 'pettingzoo[atari]'"]),
        (["--set", "game.name=nosuch:env"], ["nosuch:env cannot be imported"]),
        (["--set", "game.name=nosuch.py:env"], ["There is no file"]),
        (["--set", "game.options={boards: 3}"], ["boards"]),
        (["--set", "comms.topology=ring"], ["comms.topology 'ring'", "has a team-mate"]),
        (["--set", "tournament.anchors=[bot:minmax-2]"], ["Unknown bot 'minmax-2'", "did you mean 'minimax-"]),
        (["--set", "tournament.anchors=[bot:chaser]"], ["chaser"]),
        (["--set", "matchmaking.rule=nosuch:rule"], ["the matchmaking rule 'nosuch:rule'"]),
        (["--set", "evolution.operators={nosuch:operator: 1}"], ["the mutation operator"]),
        (["--name", "../x"], ["'../x' is not a valid name"]),
        (["--name", "a/b"], ["'a/b' is not a valid name"]),
        (["--workers", "-1"], ["compute.workers is -1", "greater than or equal to 1"]),
        (["--workers", "100000"], ["compute.workers is 100000", "less than or equal to 1024"]),
        (["--executor", "threads"], ["compute.executor is 'threads'", "'serial'"]),
        (["--device", "cuda:77"], ["compute.device is 'cuda:77'", "there is cpu"]),
        (["--set", "game.name=classic/texas_holdem_v4", "--set", "arena.twin=always"], ["has no twin"]),
    ],
)
def test_a_league_that_cannot_be_is_refused_before_anything_is_written(cli_run, tmp_path, arguments, parts):
    refused(cli_run("run", "smoke", "--home", tmp_path / "home", *SMALL, *arguments), *parts)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_yaml_is_refused(cli_run, tmp_path):
    (tmp_path / "mine.yaml").write_text("game: [")
    refused(cli_run("run", tmp_path / "mine.yaml", "--home", tmp_path / "home"), "mine.yaml", "is not valid YAML")
    assert not (tmp_path / "home").exists()


def test_a_configuration_of_another_game_is_refused_on_resume(cli_run, tmp_path):
    cli_run("run", "smoke", "--home", tmp_path, "--set", "generations=1", *SMALL)
    said = cli_run("run", "smoke", "--home", tmp_path, "--resume", "--set", "game.name=classic/rps_v2", *SMALL)
    assert 'game.name is "classic/tictactoe_v3" there and "classic/rps_v2" here' in said.err
    assert said.code == 2


@pytest.mark.parametrize("arguments", [("standings", "../x"), ("resume", "a/b"), ("payoff", "..")])
def test_a_league_with_path_characters_is_refused(cli_run, finished, arguments):
    refused(cli_run(*arguments, "--home", finished), "is no league's name")


@pytest.mark.parametrize("player", ["../x/champion", "smoke/../x", "smoke", "smoke/", "/etc/passwd"])
def test_a_player_with_path_characters_is_refused(cli_run, finished, player):
    refused(cli_run("tournament", player, "bot:random", "--home", finished), "player")


def test_an_unknown_player_names_the_nearest(cli_run, finished):
    refused(cli_run("tournament", "smoke/main-1-g000", "bot:random", "--home", finished), "did you mean 'smoke/main-01-g000'?")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--format", "round-robbin"], ["did you mean 'round-robin'?"]),
        (["--executor", "threads"], ["there is no executor 'threads'"]),
        (["--game", "classic/rps_v2"], ["--game classic/rps_v2 does not fit players that have learnt classic/tictactoe_v3"]),
    ],
)
def test_a_tournament_that_cannot_be_is_refused(cli_run, finished, arguments, parts):
    refused(cli_run("tournament", "smoke/champion", "bot:random", "--home", finished, *arguments), *parts)


def test_a_tournament_of_bots_wants_to_know_the_game(cli_run, finished):
    refused(cli_run("tournament", "bot:random", "bot:minimax-2", "--home", finished), "--game")


def test_a_player_named_twice_is_refused(cli_run, finished):
    refused(cli_run("tournament", "smoke/champion", "smoke/champion", "--home", finished), "each named once")


@pytest.mark.parametrize("harm", [lambda data: data[:-7], lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda _: b""])
def test_harmed_weights_are_refused_by_name_and_the_rest_of_the_league_stays_usable(cli_run, tmp_path, smoke, harm):
    result = League(smoke({"generations": 1}), tmp_path).run()
    player, sound, *_ = [row for row in result.standings if row.weights]
    path = result.store.weights.path(player.weights)
    path.write_bytes(harm(path.read_bytes()))
    refused(
        cli_run("tournament", f"smoke/{player.player}", "bot:random", "--home", tmp_path),
        f"the weights of {player.player} are refused",
    )
    for command in (("standings", "smoke"), ("lineage", "smoke"), ("payoff", "smoke"), ("list",), ("replay", "verify")):
        assert cli_run(*command, "--home", tmp_path).code == 0
    assert cli_run("tournament", f"smoke/{sound.player}", "bot:random", "--games", 2, "--home", tmp_path).code == 0


def test_one_broken_league_does_not_hide_the_others(cli_run, tmp_path, smoke):
    League(smoke({"generations": 1}), tmp_path).run()
    broken = tmp_path / "leagues" / "broken" / "league.db"
    broken.parent.mkdir()
    broken.write_bytes(b"this is no database, whatever its name says")
    said = cli_run("list", "--json", "--home", tmp_path)
    assert [row["league"] for row in json.loads(said.out)["leagues"]] == ["smoke"]
    assert "left out broken" in said.err


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"{}", mtime=0), gzip.compress(b"nonsense", mtime=0)])
def test_a_broken_replay_is_refused_and_fails_to_verify(cli_run, tmp_path, content):
    path = tmp_path / "broken.replay.json.gz"
    path.write_bytes(content)
    refused(cli_run("replay", "show", path), "broken.replay.json.gz")
    said = cli_run("replay", "verify", path, "--json")
    assert said.code == 1
    assert json.loads(said.out)["failed"][0]["file"] == str(path)


def test_a_full_disk_is_said_in_a_sentence_and_what_is_committed_stays(cli_run, tmp_path, monkeypatch):
    cli_run("run", "smoke", "--home", tmp_path, "--set", "generations=1", *SMALL)

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        said = cli_run("resume", "smoke", "--home", tmp_path, "--generations", 2)
    assert said.code == 2
    assert "error: the disk is full" in said.err
    assert "Traceback" not in said.err
    assert cli_run("standings", "smoke", "--home", tmp_path).code == 0
    assert cli_run("resume", "smoke", "--home", tmp_path).code == 0
    assert Store.open(tmp_path, "smoke").generation() == 1


def test_an_environment_that_crashes_in_training_is_named(cli_run, tmp_path, own):
    said = cli_run("run", "smoke", "--home", tmp_path, "--set", f"game.name={own}:brittle", *SMALL)
    assert said.code == 2
    assert "the board caught fire" in said.err
    assert f"{own}:brittle" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("bot", "part"), [("raises", "ZeroDivisionError: no idea"), ("cheats", "99"), ("mumbles", "returned a list")]
)
def test_a_bot_of_ones_own_that_goes_wrong_is_named(cli_run, finished, own, bot, part):
    said = cli_run("tournament", f"{own}:{bot}", "smoke/champion", "--games", 2, "--home", finished)
    assert said.code == 0  # it forfeits, and the tournament goes on
    assert f"{own}:{bot}" in said.out
    assert part in said.out


def test_a_rule_of_ones_own_that_goes_wrong_is_named(cli_run, tmp_path, own):
    said = cli_run("run", "smoke", "--home", tmp_path, "--set", f"matchmaking.rule={own}:odd_rule", *SMALL)
    assert said.code == 2
    assert "the matchmaking rule odd_rule returned" in said.err


def test_a_home_that_cannot_be_written_is_named(cli_run, tmp_path):
    (tmp_path / "file").write_text("")
    said = cli_run("run", "smoke", "--home", tmp_path / "file", *SMALL)
    assert said.code == 2
    assert "Traceback" not in said.err
    assert str(tmp_path / "file") in said.err


def start(launch: Launcher, home: Path, *arguments: str) -> Begun:
    return launch.begin([LEAGUE, "run", "smoke", "--home", home, *SMALL, *arguments], home)


def members(group: int) -> list[int]:
    """Living processes of a group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def until(condition):
    """Wait for something to happen, however busy the machine is."""
    while not condition():
        time.sleep(0.02)


def end(group: int) -> None:
    """Leave nothing behind, whatever the test has shown."""
    for pid in members(group):
        os.kill(pid, signal.SIGKILL)


LONG = ("--set", "generations=500", "--executor", "processes", "--workers", "2")


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory, launch):
    """A league stopped by Ctrl-C, as a terminal sends it: to every process of the group."""
    home = tmp_path_factory.mktemp("interrupted")
    process = start(launch, home, *LONG)
    until(lambda: (home / "leagues/smoke/league.db").is_file() and Store.open(home, "smoke").generation() >= 1)
    second = launch([LEAGUE, "resume", "smoke", "--home", home], home)
    assert len(members(process.pid)) > 2
    os.killpg(process.pid, signal.SIGINT)
    try:
        ended = process.end()
        until(lambda: not members(process.pid))
    finally:
        end(process.pid)
    return home, ended.returncode, ended.stderr, second


def test_ctrl_c_ends_with_130_and_says_what_is_safe_and_how_to_go_on(interrupted):
    home, code, err, _ = interrupted
    safe = Store.open(home, "smoke").generation()
    assert code == 130
    again = f"Continue with: league resume smoke --home {home}"
    assert err.strip().splitlines()[-1] == f"stopped; generation {safe} is saved. {again}"
    assert "Traceback" not in err


def test_a_second_process_on_a_league_is_refused(interrupted):
    *_, second = interrupted
    assert second.returncode == 2
    assert "error: another process is running the league 'smoke'" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_killed_league_leaves_neither_workers_nor_a_lock(tmp_path, launch):
    process = start(launch, tmp_path, *LONG)
    until(lambda: (tmp_path / "leagues/smoke/league.db").is_file() and Store.open(tmp_path, "smoke").generation() >= 0)
    process.kill()
    try:
        process.end()  # its workers hold the other ends of the pipes
        until(lambda: not members(process.pid))
    finally:
        end(process.pid)
    store = Store.open(tmp_path, "smoke")
    store.lock()
    store.unlock()


def test_ctrl_c_before_the_first_generation_says_so(cli_run, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("league.execution.tasks.train", interrupt)
    said = cli_run("run", "smoke", "--home", tmp_path, *SMALL)
    assert said.code == 130
    assert "stopped; no generation was finished yet. Continue with: league resume smoke" in said.err


def test_ctrl_c_before_anything_is_begun_says_so(cli_run, tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(League, "run", interrupt)
    said = cli_run("run", "smoke", "--home", tmp_path, *SMALL)
    assert (said.code, list(tmp_path.iterdir())) == (130, [])
    assert "stopped before the league began" in said.err
