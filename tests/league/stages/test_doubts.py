"""A league whose games tell no two players apart says so: while it runs, in standings, in tournaments, in its report."""

import json
import shlex
from pathlib import Path

import pytest

from league import League, LeagueConfig
from league.analysis.history import read
from league.evaluation.standings import why_undecided
from league.execution.watcher import Silent
from league.report.sections.advice import RULES, advice
from league.storage.store import Store

GAMES = Path(__file__).parents[2] / "envs" / "games"
SMALL = {
    "generations": 1,
    "population": 2,
    "policy": {"hidden": [4]},
    "tracking": False,
    "compute": {"executor": "serial"},
    "train": {"copies": 2, "steps": 4, "updates": 1, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 8, "bootstrap": 20},
}
LEARNT = {
    "train": {"copies": 16, "steps": 10, "updates": 20, "epochs": 2, "minibatches": 1},
    "hyper": {"learning_rate": {"start": 0.02, "low": 0.001, "high": 0.1}},
}
"""Settings with which players differ from random ones."""

FAULTS = {
    "favours_one": ("a_1 got more than a_0 in", "game.sides: [[a_0], [a_1]]"),
    "pays_all_alike": ("every team got the same return", "game.teams: [[a_0, a_1]]"),
    "pays_nobody": ("nobody was paid anything", "the environment pays nothing"),
}
"""Maker of a game → what is said of it."""


class Listener(Silent):
    """Keeps the warnings."""

    def __init__(self):
        self.said = []

    def warn(self, sentence):
        self.said.append(sentence)


def play(home, name, settings=SMALL, **game):
    listener = Listener()
    config = {"name": name, "game": {"name": f"{GAMES}/odd.py:{name}", **game}, **settings}
    League(config, home, listener).run()
    return Store.open(home, name), listener.said


@pytest.fixture(scope="module", params=FAULTS)
def played(request, tmp_path_factory):
    home = tmp_path_factory.mktemp(request.param)
    return (*play(home, request.param), FAULTS[request.param])


def test_the_run_says_it(played):
    _, said, (finding, remedy) = played
    assert len(said) == 1
    assert finding in said[0]
    assert remedy in said[0]


def test_the_standings_say_it(played, cli_run):
    store, _, (finding, remedy) = played
    home = store.folder.parent.parent
    shown = " ".join(cli_run("standings", store.name, "--home", home).out.split())
    assert finding in shown
    assert remedy in shown
    assert finding in json.loads(cli_run("standings", store.name, "--json", "--home", home).out)["undecided"]


def test_the_report_advises_another_game_and_no_more_games(played):
    history = read(played[0])
    found = {name: suggestion for name, rule in RULES.items() if (suggestion := rule(history)) is not None}
    assert played[2][0] in found["untold"].reason
    page = str(advice(history).body)
    assert "tournament.games" not in page
    assert "league tournament" not in page


@pytest.mark.parametrize(
    ("name", "game"),
    [("favours_one", {"sides": [["a_0"], ["a_1"]]}), ("pays_all_alike", {"teams": [["a_0", "a_1"]]})],
)
def test_what_it_says_to_write_helps(tmp_path, name, game):
    store, said = play(tmp_path, name, SMALL | LEARNT, **game)
    assert said == []
    assert why_undecided(store, []) is None
    assert any(row.wins != row.losses for row in store.ratings())


def test_the_suggested_command_is_a_configuration_that_can_be_read(tmp_path):
    from league.config.load import parse_override

    store, _ = play(tmp_path, "favours_one")
    words = shlex.split(RULES["untold"](read(store)).command)
    key, value = parse_override(words[words.index("--set") + 1])
    assert (key, value) == ("game.sides", [["a_0"], ["a_1"]])


def test_a_tournament_says_it(tmp_path, cli_run):
    store, _ = play(tmp_path, "favours_one")
    names = [f"{store.name}/{row.player}" for row in store.ratings() if not row.player.startswith("bot:")]
    said = cli_run("tournament", *names, "--games", "12", "--executor", "serial", "--json", "--home", tmp_path)
    assert "a_1 got more than a_0 in 12 of 12 games" in json.loads(said.out)["undecided"]


def test_sides_and_roles_change_what_a_league_is_and_their_defaults_do_not():
    plain = LeagueConfig(name="one", game={"name": "classic/rps_v2"})
    assert (
        plain.identity() == LeagueConfig(name="one", game={"name": "classic/rps_v2", "sides": None, "roles": None}).identity()
    )
    split = LeagueConfig(name="one", game={"name": "classic/rps_v2", "sides": [["player_0"], ["player_1"]]})
    named = LeagueConfig(name="one", game={"name": "classic/rps_v2", "roles": {"thrower": ["player"]}})
    assert len({plain.identity(), split.identity(), named.identity()}) == 3
