"""The command line: what it prints, and how it ends."""

import gzip
import json
import shutil
import sqlite3
from contextlib import closing

import pytest
import yaml

from league.cli.main import app
from league.config.load import load_config
from league.storage.store import Store
from tests.league.paper_league import found_league
from tournaments.replay.format import load, save

SMALL = ("--set", "tracking=false")
ROW = {
    "player", "league_role", "generation", "parent", "elo", "elo_low", "elo_high", "games", "wins", "draws", "losses", "score",
    "weights",
}  # fmt: skip
PAIR = {"player", "opponent", "games", "wins", "draws", "losses", "score"}


def commands(node, path=()):
    yield path
    for name, child in getattr(node, "commands", {}).items():
        yield from commands(child, (*path, name))


def test_every_command_has_help(cli_run):
    import typer

    paths = list(commands(typer.main.get_command(app)))
    assert {("run",), ("resume",), ("standings",), ("replay", "verify"), ("tournament",), ("ui",)} <= set(paths)
    for path in paths:
        said = cli_run(*path, "--help")
        assert said.code == 0
        assert f"Usage: league{' ' * bool(path)}{' '.join(path)}" in said.out


def test_the_help_of_run_names_every_preset(cli_run):
    from league.config.load import presets

    said = cli_run("run", "--help")
    assert all(preset in said.out for preset in presets())


def test_standings_are_what_the_design_promises(cli_run, finished):
    said = json.loads(cli_run("standings", "smoke", "--json", "--home", finished).out)
    assert set(said) >= {"league", "game", "generation", "champion", "standings"}
    assert (said["league"], said["game"], said["generation"]) == ("smoke", "classic/tictactoe_v3", 3)
    assert all(set(row) >= ROW for row in said["standings"])
    assert said["standings"] == sorted(said["standings"], key=lambda row: -row["elo"])
    assert said["champion"] == next(row["player"] for row in said["standings"] if row["league_role"] != "anchor")
    for row in said["standings"]:
        assert row["score"] == pytest.approx((row["wins"] + row["draws"] / 2) / row["games"])
        assert row["games"] == row["wins"] + row["draws"] + row["losses"]
        assert row["elo_low"] <= row["elo"] <= row["elo_high"]
    (random,) = [row for row in said["standings"] if row["player"] == "bot:random"]
    assert random["elo"] == random["elo_low"] == random["elo_high"] == 0.0


def test_the_weights_of_the_standings_are_the_files_of_the_store(cli_run, finished):
    said = json.loads(cli_run("standings", "smoke", "--json", "--home", finished).out)
    hashes = {row["weights"] for row in said["standings"]} - {""}
    assert hashes <= {path.stem for path in (finished / "leagues/smoke/weights").iterdir()}


def test_the_list_is_what_the_design_promises(cli_run, finished):
    (row,) = json.loads(cli_run("list", "--json", "--home", finished).out)["leagues"]
    assert set(row) >= {"league", "game", "generation", "players", "champion"}


def test_a_payoff_has_every_pair_once_and_its_points_add_up(cli_run, finished):
    pairs = json.loads(cli_run("payoff", "smoke", "--json", "--home", finished).out)["pairs"]
    assert all(set(pair) >= PAIR for pair in pairs)
    assert len({frozenset((pair["player"], pair["opponent"])) for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert pair["games"] == pair["wins"] + pair["draws"] + pair["losses"]
        assert pair["score"] is None or pair["score"] == (pair["wins"] + pair["draws"] / 2) / pair["games"]


def test_a_lineage_leads_back_to_founders(cli_run, finished):
    players = {row["name"]: row for row in json.loads(cli_run("lineage", "smoke", "--json", "--home", finished).out)["players"]}
    for player in players.values():
        while player["parent"]:
            player = players[player["parent"]]
        assert player["operator"] in ("founder", "anchor")


def test_a_tournament_is_what_the_design_promises(cli_run, finished):
    said = json.loads(
        cli_run(
            "tournament", "smoke/champion", "smoke/main-01-g000", "bot:random", "--games", 4, "--json", "--home", finished
        ).out
    )
    assert set(said) >= {"game", "format", "seed", "standings", "pairs"}
    assert all(set(row) >= ROW for row in said["standings"])
    assert {row["player"] for row in said["standings"]} == {"smoke/champion", "smoke/main-01-g000", "bot:random"}
    assert all(set(pair) >= PAIR and pair["games"] == 4 for pair in said["pairs"])


def test_replays_are_listed_as_the_design_promises(cli_run, finished):
    replays = json.loads(cli_run("replay", "list", "smoke", "--json", "--home", finished).out)["replays"]
    assert replays
    assert all(set(row) >= {"file", "players", "result", "generation", "purpose", "steps"} for row in replays)


def test_every_replay_verifies(cli_run, finished):
    said = cli_run("replay", "verify", "--json", "--home", finished)
    verification = json.loads(said.out)
    assert (said.code, verification["failed"]) == (0, [])
    assert verification["verified"] == len(list((finished / "leagues/smoke/replays").iterdir()))


def test_a_changed_replay_fails_to_verify(cli_run, finished, tmp_path):
    path = tmp_path / "changed.replay.json.gz"
    replay = load(next((finished / "leagues/smoke/replays").iterdir()))
    data = json.loads(gzip.decompress(_bytes(replay, path)))
    data["seed"] ^= 1
    path.write_bytes(gzip.compress(json.dumps(data).encode()))
    said = cli_run("replay", "verify", path, "--json")
    verification = json.loads(said.out)
    assert (said.code, verification["verified"]) == (1, 0)
    assert set(verification["failed"][0]) >= {"file", "reason"}


def _bytes(replay, path):
    save(replay, path)
    return path.read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("standings", "smoke"),
        ("lineage", "smoke"),
        ("payoff", "smoke"),
        ("audit", "smoke"),
        ("replay", "list"),
        ("replay", "verify", "smoke"),
        ("tournament", "smoke/champion", "bot:random", "--games", "2"),
    ],
)
def test_where_there_is_no_terminal_lines_are_plain(cli_run, finished, arguments):
    said = cli_run(*arguments, "--home", finished)
    assert said.code == 0
    assert "\x1b" not in said.out
    assert said.out.strip()


def test_a_run_prints_a_plain_line_a_generation_and_what_to_type_next(cli_run, tmp_path):
    said = cli_run("run", "smoke", "--home", tmp_path, "--set", "generations=2", *SMALL)
    assert said.code == 0
    assert "\x1b" not in said.out + said.err
    assert [line.split()[:2] for line in said.err.splitlines()[1:]] == [["generation", "0/1"], ["generation", "1/1"]]
    assert f"league standings smoke --home {tmp_path}" in said.out


def test_a_printed_configuration_is_one_that_can_be_run(cli_run, tmp_path):
    said = cli_run("run", "smoke", "--seed", 7, "--name", "mine", "--set", "train.updates=3", "--print-config")
    file = tmp_path / "mine.yaml"
    file.write_text(said.out)
    again = cli_run("run", file, "--print-config")
    assert again.out == said.out
    assert load_config(str(file)).train.updates == yaml.safe_load(said.out)["train"]["updates"] == 3
    assert not (tmp_path / "leagues").exists()


def test_resume_extends_a_league(cli_run, tmp_path):
    cli_run("run", "smoke", "--home", tmp_path, "--set", "generations=1", *SMALL)
    said = cli_run("resume", "smoke", "--home", tmp_path, "--generations", 2)
    assert said.code == 0
    assert "; it goes on after generation 0" in said.err
    assert Store.open(tmp_path, "smoke").generation() == 1


def test_an_audit_fails_where_a_sum_is_not_that_of_the_match_log(cli_run, finished, tmp_path):
    shutil.copytree(finished, tmp_path / "home")
    store = Store.open(tmp_path / "home", "smoke")
    assert cli_run("audit", "smoke", "--no-play", "--home", tmp_path / "home").code == 0
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute("UPDATE returns SET mean = mean + 1 WHERE generation = 1")
    said = cli_run("audit", "smoke", "--no-play", "--home", tmp_path / "home")
    assert said.code == 2
    assert "generation 1: the returns are not those of its matches" in said.out


def test_an_audit_of_an_honest_league_finds_that_nothing_moved(cli_run, finished):
    said = json.loads(cli_run("audit", "smoke", "--games", 8, "--json", "--home", finished).out)
    assert said["right"], said["findings"]
    checks = ["sums of the match log", "ratings", "names", "seats", "matches", "a player against itself"]
    assert [each["check"] for each in said["findings"]] == checks
    assert "scores 0.500 against itself" in said["findings"][-1]["said"]


def test_an_audit_finds_a_rating_that_was_changed(cli_run, finished, tmp_path):
    shutil.copytree(finished, tmp_path / "home")
    store = Store.open(tmp_path / "home", "smoke")
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute("UPDATE ratings SET elo = elo + 1 WHERE player = ?", (store.champion(),))
    said = cli_run("audit", "smoke", "--games", 8, "--home", tmp_path / "home")
    assert said.code == 2
    assert "something moved in the league 'smoke': ratings" in said.err


@pytest.mark.parametrize("command", ["standings", "lineage", "payoff", "audit", "report"])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_league_without_a_generation_is_nothing_to_look_at(cli_run, tmp_path, command, as_json):
    found_league(tmp_path, count=0).unlock()
    said = cli_run(command, "cup", "--home", tmp_path, *(["--json"] if as_json and command not in ("audit", "report") else []))
    assert (said.code, said.out) == (2, "")
    assert "no committed generation yet" in said.err


def test_one_generation_is_counted_as_one(cli_run, tmp_path):
    found_league(tmp_path, count=1).unlock()
    said = cli_run("report", "cup", "--home", tmp_path)
    assert said.out.splitlines()[0].endswith(" Elo after 1 generation")
