"""A damaged database: the commands that read answer, or say in a sentence what is wrong; other leagues are not concerned."""

import json
import random
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.league.cli.damage import DAMAGE, READING
from tests.league.copying import SETTLED

EACH = 12
"""Leagues of every kind of damage."""


@pytest.fixture
def home(tmp_path, finished, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a replay's page is written
    shutil.copytree(finished, tmp_path / "home", ignore=SETTLED)
    return tmp_path / "home"


def database(home):
    return home / "leagues/smoke/league.db"


@pytest.mark.parametrize("seed", range(EACH))
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_league_is_read_or_refused_in_a_sentence(cli_run, home, damage, seed):
    draw = random.Random(seed)
    damage(database(home), draw)
    for command in draw.sample(READING, 3):
        said = cli_run(*command, "--home", home)
        assert said.code in (0, 2)
        assert said.code == 0 or said.err.startswith("error: ")


def test_a_damaged_league_is_left_out_of_the_list_and_named(cli_run, home):
    shutil.copytree(home / "leagues/smoke", home / "leagues/sound")
    with closing(sqlite3.connect(database(home))) as league, league:
        league.executescript("DROP TRIGGER frozen_stay")
        league.execute("UPDATE players SET hyper = '{damaged'")
    said = cli_run("list", "--json", "--home", home)
    assert said.code == 0
    assert [row["league"] for row in json.loads(said.out)["leagues"]] == ["sound"]
    assert "left out smoke: " in said.err
    assert "is damaged" in said.err


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        ("UPDATE players SET parent = name, snapshot_of = name", "lineage"),
        ("UPDATE generations SET champion = 'nobody'", "report"),
        ("UPDATE generations SET champion = 'nobody' WHERE generation = 0", "report"),
        ("UPDATE matches SET players = '[\"a\"]'", "audit"),
        ("UPDATE matches SET returns = '[0.5, \"x\"]'", "audit"),
        ("DELETE FROM ratings", "report"),
        ("UPDATE ratings SET elo = 'high'", "standings"),
        ("DELETE FROM ratings WHERE player = 'main-01-g000'", "report"),
        ("INSERT OR REPLACE INTO league VALUES ('sources', '" + "[" * 5000 + "')", "resume"),
        ("UPDATE league SET value = '{\"seats\": []}' WHERE key = 'description'", "payoff"),
        ("UPDATE league SET value = 'a: &x [*x, *x]' WHERE key = 'config'", "report"),
        ("UPDATE league SET value = '" + "[" * 3000 + "' WHERE key = 'config'", "report"),
        ("UPDATE league SET value = '- 1' WHERE key = 'config'", "report"),
        ("DELETE FROM league WHERE key = 'config'", "report"),
    ],
)
def test_parts_that_do_not_fit_together_are_a_sentence(cli_run, home, statement, command):
    with closing(sqlite3.connect(database(home))) as league, league:
        league.executescript("DROP TRIGGER frozen_stay; DROP TRIGGER results_stay")
        league.execute(statement)
    said = cli_run(command, "smoke", "--home", home)
    assert said.code == 2
    assert said.err.startswith("error: ")
    assert "smoke" in said.err
