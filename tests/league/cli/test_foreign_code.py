"""Leagues and replays of somebody else's: nothing that they name runs unless the user says so, and looking never needs it."""

import gzip
import hashlib
import json
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
import yaml

import league
from envs.references import forget_permissions
from league import League, LeagueConfig
from league.errors import LeagueError
from league.evaluation.configuration import stored_config
from league.evaluation.resolve import resolve
from league.evaluation.results import Result
from league.evaluation.tournament import hold
from league.storage.store import Store
from tests.league.copying import SETTLED
from tournaments.replay.format import SUFFIX
from tournaments.replay.verification import verify

CANARY = """
from pathlib import Path
(Path(__file__).parent / "it-ran").touch()
def thing(*arguments, **options):
    raise RuntimeError("the canary was called")
"""

OWN = """
from pettingzoo.classic import tictactoe_v3
def game():
    return tictactoe_v3.raw_env()
"""

CONFIGURED = [
    "game.name", "game.options.function", "style", "learner", "policy.encoder", "matchmaking.rule", "tournament.format",
    "tournament.anchors.1", "evolution.operators", "population.0.learner", "population.0.policy.encoder",
    "evaluation.opponents", "evaluation.strangers",
]  # fmt: skip
PLAYERS = ["name", "learner", "architecture"]

LOOKING = [
    ("list",), ("list", "--json"), ("standings", "smoke"), ("payoff", "smoke"), ("lineage", "smoke"), ("report", "smoke"),
    ("replay", "list"), ("replay", "show", "smoke"), ("replay", "html", "smoke"), ("replay", "verify", "smoke"),
]  # fmt: skip
PLAYING = [("sync", "smoke"), ("evaluate", "smoke/champion", "--episodes", "10"),
           ("tournament", "smoke/champion", "bot:random", "--games", "2"),
           ("play", "classic/tictactoe_v3", "--against", "smoke/champion")]  # fmt: skip
GOING_ON = [("resume", "smoke", "--generations", "5")]
ONLY_GOING_ON = {"style", "learner", "matchmaking.rule", "tournament.format", "evolution.operators"}


@pytest.fixture
def home(tmp_path, finished, monkeypatch):
    """The league of somebody else, a canary beside it, and a list of trusted code that is empty."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(finished, tmp_path / "home", ignore=SETTLED)
    (tmp_path / "canary.py").write_text(CANARY)
    (tmp_path / "own.py").write_text(OWN)
    forget_permissions()
    return tmp_path / "home"


@pytest.fixture
def code(home):
    return f"{home.parent / 'canary.py'}:thing"


def ran(home: Path) -> bool:
    return (home.parent / "it-ran").exists()


def database(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(home / "leagues/smoke/league.db")


def plant(home: Path, code: str, *settings: str) -> None:
    """Let the stored configuration name code in some settings."""
    with closing(database(home)) as league, league:
        (text,) = league.execute("SELECT value FROM league WHERE key = 'config'").fetchone()
        values = yaml.safe_load(text)
        if any(setting.startswith("population") for setting in settings):
            values["population"] = [{"count": values["population"]} | {k: values[k] for k in ("policy", "learner", "hyper")}]
        for setting in settings:
            *path, last = setting.split(".")
            inner = values
            for part in path:
                inner = inner[int(part)] if isinstance(inner, list) else inner.setdefault(part, {})
            if setting == "tournament.anchors.1":
                inner.append(f"bot:{code}")
            elif setting.startswith("evaluation."):
                inner[last] = [code]
            elif setting == "evolution.operators":
                inner[last] = {code: 1.0}
            else:
                inner[last] = code
        league.execute("UPDATE league SET value = ? WHERE key = 'config'", (yaml.safe_dump(values),))


def plant_in_players(home: Path, code: str, *columns: str) -> None:
    """Let the database say of its players that they are made of code."""
    with closing(database(home)) as league, league:
        league.executescript("DROP TRIGGER frozen_stay")
        if "name" in columns:
            league.execute("UPDATE players SET name = ? WHERE name = 'bot:random'", (f"bot:{code}",))
        if "learner" in columns:
            league.execute("UPDATE players SET learner = ? WHERE status <> 'anchor'", (code,))
        if "architecture" in columns:
            for name, text in league.execute("SELECT name, architecture FROM players WHERE status <> 'anchor'").fetchall():
                changed = json.dumps(json.loads(text) | {"encoder": code})
                league.execute("UPDATE players SET architecture = ? WHERE name = ?", (changed, name))


def replay_naming(home: Path, code: str, **options: object) -> Path:
    """A recorded match whose game is code."""
    data = json.loads(gzip.decompress(next((home / "leagues/smoke/replays").iterdir()).read_bytes()))
    data["setup"] |= {"name": code, "options": options}
    path = home.parent / f"sent{SUFFIX}"
    path.write_bytes(gzip.compress(json.dumps(data).encode()))
    return path


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_looking_needs_no_code_wherever_it_is_named(cli_run, home, code, command):
    plant(home, code, *CONFIGURED)
    plant_in_players(home, code, "learner", "architecture")
    said = cli_run(*command, "--home", home)
    assert (said.code, ran(home)) == (0, False), said.err


@pytest.mark.parametrize("setting", CONFIGURED)
def test_no_command_runs_code_that_a_league_names(cli_run, home, code, setting):
    plant(home, code, setting)
    for command in GOING_ON if setting in ONLY_GOING_ON else [*GOING_ON, *PLAYING]:
        said = cli_run(*command, "--home", home)
        assert said.code == 2, command
        assert "--trust" in said.err
        assert "canary.py" in said.err
        assert not ran(home)


@pytest.mark.parametrize("setting", sorted(ONLY_GOING_ON))
def test_playing_does_without_the_code_that_only_a_league_runs(cli_run, home, code, setting):
    plant(home, code, setting)
    said = cli_run("tournament", "smoke/champion", "bot:random", "--games", "2", "--home", home)
    assert (said.code, ran(home)) == (0, False), said.err


@pytest.mark.parametrize("column", PLAYERS)
def test_no_command_runs_code_that_a_leagues_players_name(cli_run, home, code, column):
    plant_in_players(home, code, column)
    for command in [*GOING_ON, *PLAYING]:
        said = cli_run(*command, "--home", home)
        assert (said.code, ran(home)) == (2, False), command
        assert "--trust" in said.err


def test_a_league_of_format_1_without_a_description_needs_the_code_of_its_game_and_says_so(cli_run, home, code):
    plant(home, code, "game.name")
    with closing(database(home)) as league, league:
        league.execute("DELETE FROM league WHERE key = 'description'")
    said = cli_run("payoff", "smoke", "--home", home)
    assert (said.code, ran(home)) == (2, False)
    assert "canary.py" in said.err


@pytest.mark.parametrize(
    "named",
    ["os:system", "subprocess:run", "sys:exit", "builtins:exec", "canary:thing", "canary.py:thing", "./canary.py:thing"],
)
def test_verifying_a_replay_does_not_run_what_it_names(cli_run, home, named, tmp_path):
    path = replay_naming(home, named, command=f"touch {tmp_path / 'it-ran'}")
    said = cli_run("replay", "verify", path, "--home", home)
    assert (said.code, ran(home)) == (1, False)
    assert "--trust" in said.out
    assert named in said.out


@pytest.mark.parametrize("command", [("show",), ("html",)], ids=" ".join)
def test_looking_at_a_replay_does_not_run_what_it_names(cli_run, home, code, command):
    assert cli_run("replay", *command, replay_naming(home, code), "--home", home).code == 0
    assert not ran(home)


@pytest.mark.parametrize("named", ["os:system", "subprocess:call", "sys:exit"])
def test_what_makes_no_environment_is_not_called_even_if_it_is_trusted(cli_run, home, named, tmp_path):
    path = replay_naming(home, named, command=f"touch {tmp_path / 'it-ran'}")
    said = cli_run("replay", "verify", path, "--trust", "--home", home)
    assert (said.code, ran(home)) == (1, False)
    assert "not called" in said.out


def test_the_game_that_is_named_on_the_command_line_is_checked_before_it_is_called(cli_run, home, tmp_path):
    said = cli_run("games", "os:system")
    assert said.code == 2
    assert "not called" in said.err


def test_trust_lets_a_replay_be_verified_and_is_remembered(cli_run, home):
    path = replay_naming(home, "own.py:game")
    assert "--trust" in cli_run("replay", "verify", path, "--home", home).out
    trusted = cli_run("replay", "verify", path, "--trust", "--home", home)
    forget_permissions()
    again = cli_run("replay", "verify", path, "--home", home)
    assert "--trust" not in trusted.out + again.out
    assert "digest" in again.out  # it was played again: only the name of the game is not the recorded one


def test_python_runs_no_code_of_a_league_either(home, code):
    plant(home, code, "game.name", "policy.encoder")
    store = Store.open(home, "smoke")
    for attempt in (
        lambda: resolve("smoke/champion", home),
        lambda: Result(store).player("champion"),
        lambda: Result(store).player("bot:random"),
        lambda: hold(["smoke/champion", "bot:random"], home, games=2, executor="serial"),
        lambda: League(stored_config(store), home).run(resume=True),
    ):
        with pytest.raises(LeagueError, match="canary"):
            attempt()
        assert not ran(home)


def test_python_verifies_no_game_of_its_own_unasked(home, code):
    assert "does not run unasked" in verify(replay_naming(home, code)).reason
    assert not ran(home)


@pytest.fixture
def mine(home, smoke):
    """A league of the user's own, with code of their own."""
    config = smoke({"game.name": "own.py:game", "name": "mine", "generations": 1, "game.options": {}})
    League(config, home).run()
    forget_permissions()
    return home


def test_a_league_of_ones_own_goes_on_without_a_question(cli_run, mine):
    said = cli_run("resume", "mine", "--generations", "2", "--home", mine)
    assert said.code == 0, said.err


def test_replays_of_ones_own_league_verify_without_a_question(cli_run, mine):
    said = cli_run("replay", "verify", "mine", "--home", mine)
    assert said.code == 0, said.out


def test_a_league_whose_code_has_changed_says_so_and_trusts_on_demand(cli_run, mine):
    (mine.parent / "own.py").write_text(OWN + "\n# changed\n")
    said = cli_run("resume", "mine", "--generations", "2", "--home", mine)
    assert said.code == 2
    assert "has changed since you trusted it" in said.err
    assert cli_run("resume", "mine", "--generations", "2", "--trust", "--home", mine).code == 0


def test_a_configuration_that_the_user_runs_needs_no_trust_after_a_change(cli_run, mine, smoke):
    (mine.parent / "own.py").write_text(OWN + "\n# changed\n")
    config = smoke({"game.name": "own.py:game", "name": "mine", "generations": 2, "game.options": {}})
    assert League(LeagueConfig.model_validate(config.model_dump()), mine).run(resume=True).store.generation() == 1


def test_a_league_runs_where_the_list_of_trusted_code_cannot_be_written(home, smoke, monkeypatch, tmp_path):
    (tmp_path / "state").write_text("a file, not a folder")
    config = smoke({"game.name": "own.py:game", "name": "mine", "generations": 1, "game.options": {}})
    assert League(config, home).run().store.generation() == 0


@pytest.mark.parametrize("command", [PLAYING[1], *GOING_ON], ids=" ".join)
def test_the_canary_would_run_if_it_were_trusted(cli_run, home, code, command):
    plant(home, code, "matchmaking.rule" if command in GOING_ON else "game.name")
    said = cli_run(*command, "--trust", "--home", home)
    assert ran(home), said.err


def test_a_network_that_a_player_is_made_of_would_run_if_it_were_trusted(cli_run, home, code):
    plant_in_players(home, code, "architecture")
    said = cli_run("tournament", "smoke/champion", "bot:random", "--games", "2", "--trust", "--home", home)
    assert ran(home), said.err


def test_a_league_puts_no_file_of_its_own_in_the_place_of_one_that_the_user_names(cli_run, home, tmp_path):
    """The folder of the league holds a bot of the name that the user will type, and says that it began with it."""
    text = CANARY.replace("Path(__file__).parent", f"Path({str(tmp_path)!r})")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    kept = home / "leagues/smoke/code" / sha256[:8] / "mybot.py"
    kept.parent.mkdir(parents=True)
    kept.write_text(text)
    plant(home, "mybot.py:thing", "learner")
    source = {"place": "mybot.py", "path": "/nowhere/mybot.py", "sha256": sha256, "text": text}
    with closing(database(home)) as league, league:
        league.execute("INSERT OR REPLACE INTO league VALUES ('sources', ?)", (json.dumps([source]),))
    (tmp_path / "mybot.py").write_text("def thing(turn):\n    return turn.legal.float().argmax(-1)\n")
    for players in (("mybot.py:thing", "smoke/champion"), ("smoke/champion", "mybot.py:thing")):
        forget_permissions()
        said = cli_run("tournament", *players, "--games", "2", "--executor", "serial", "--home", home)
        assert (said.code, ran(home)) == (0, False), said.err


def test_our_own_functions_are_not_called_by_a_file_either(cli_run, home, tmp_path):
    path = replay_naming(
        home, "league.storage.blobs:write_durably", path={"$path": str(tmp_path / "it-ran")}, data={"$bytes": ""}
    )
    said = cli_run("replay", "verify", path, "--home", home)
    assert (said.code, ran(home)) == (1, False)
    assert "--trust" in said.out


def test_trust_in_one_function_of_a_file_is_none_in_another(cli_run, home, tmp_path):
    (tmp_path / "own.py").write_text(OWN + "\ndef other(**options):\n    open('it-ran', 'w').close()\n    return game()\n")
    assert "--trust" not in cli_run("replay", "verify", replay_naming(home, "own.py:game"), "--trust", "--home", home).out
    forget_permissions()
    said = cli_run("replay", "verify", replay_naming(home, "own.py:other"), "--home", home)
    assert (said.code, ran(home)) == (1, False)
    assert "--trust" in said.out


@pytest.mark.parametrize("name", ["own.py:game", "own:game"])
def test_a_folder_with_files_named_like_packages_hijacks_no_command(cli_run, home, tmp_path, monkeypatch, name):
    for hidden in ("colorsys", "numpy", "pygame", "sitecustomize", "this"):
        (tmp_path / f"{hidden}.py").write_text(CANARY)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for module in ("colorsys", "own", "this"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    (tmp_path / "own.py").write_text("import colorsys\nimport numpy\n" + OWN)
    cli_run("replay", "verify", replay_naming(home, name), "--trust", "--home", home)
    assert not ran(home)
    assert str(tmp_path) not in sys.path


def test_a_command_that_verifies_says_what_a_seal_does_not_show(cli_run, home):
    assert "a seal shows that a file was changed, not who made it" in cli_run("replay", "verify", "smoke", "--home", home).out


TOO_MUCH = {
    "a query without an end": """ALTER TABLE players RENAME TO real; CREATE VIEW players AS
        WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT real.* FROM real, n""",
    "a trigger": "CREATE TRIGGER more AFTER INSERT ON ratings BEGIN DELETE FROM ratings; END",
    "a long text": "UPDATE league SET value = hex(zeroblob(100000)) WHERE key = 'game'",
    "many players": """WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000)
        INSERT INTO players SELECT name || x, league_role, status, parent, operator, born, '', '', '{}', retired,
        snapshot_of, frozen, learner, '', "group" FROM n, (SELECT * FROM players LIMIT 1)""",
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_league_that_holds_too_much_is_left_out_of_the_list_and_others_are_shown(cli_run, home, monkeypatch, what):
    monkeypatch.setattr("league.storage.limits.LONGEST", 100_000)
    monkeypatch.setattr("league.storage.limits.MOST_PLAYERS", 1000)
    shutil.copytree(home / "leagues/smoke", home / "leagues/good")
    with closing(database(home)) as league, league:
        league.executescript(TOO_MUCH[what])
    said = cli_run("list", "--home", home)
    assert said.code == 0
    assert "left out smoke: " in said.err
    assert "good" in said.out


def test_a_database_with_a_hole_of_ten_gigabytes_is_listed(cli_run, home):
    with (home / "leagues/smoke/league.db").open("r+b") as file:
        file.truncate(10 * 2**30)
    assert cli_run("list", "--home", home).code == 0


def test_the_project_itself_does_not_speak_for_the_user():
    """`envs.make` and `envs.describe` permit the code of their game. Only what the user has just typed goes there."""
    for path in Path(league.__file__).parent.rglob("*.py"):
        if path.name != "games.py":
            assert not {"envs.make(", "envs.describe(", "envs.naming"} & set(re.findall(r"envs\.\w+\(?", path.read_text())), (
                path
            )
