"""Players that are made again from the configuration, the seed and their lineage alone."""

import json
from dataclasses import replace

import pytest

from league import League
from league.experiments import rebuild as rebuilding
from league.storage.store import Store
from league.version import __version__

CONFIG = {
    "name": "smoke",
    "game": {"name": "classic/tictactoe_v3"},
    "generations": 3,
    "population": [{"count": 2}, {"count": 1, "learner": "a2c", "policy": {"hidden": [6]}}],
    "policy": {"hidden": [4, 4]},
    "train": {"copies": 4, "steps": 12, "updates": 1, "epochs": 1, "minibatches": 1, "starts": {"positions": "archive"}},
    "tournament": {"games": 4, "past": 1, "bootstrap": 20, "replays": False},
    "evolution": {"operators": {"widen": 1.0, "perturb": 1.0}},
    "compute": {"executor": "serial"},
    "tracking": False,
}


@pytest.fixture(scope="module")
def mixed(once):
    """A home with a league of two learners that was stopped, resumed and extended."""

    def make(home):
        League(CONFIG | {"generations": 1}, home).run()
        League(CONFIG, home).run(resume=True)
        League(CONFIG | {"generations": 4}, home).run(resume=True)

    return once("mixed", make)


def test_players_of_a_mixed_resumed_and_extended_league_are_made_again_to_the_bit(mixed, cli_run):
    store = Store.open(mixed, "smoke")
    child = next(player for player in store.players() if player.operator in ("widen", "perturb"))
    for name in ("champion", "main-01-g001", child.name):
        said = cli_run("rebuild", f"smoke/{name}", "--executor", "serial", "--json", "--home", mixed)
        found = json.loads(said.out)
        assert (said.code, found["same"], found["differing"]) == (0, True, [])
        assert found["stored"] == found["rebuilt"]
        assert "of smoke" in said.err
    assert found["generations"] == (child.retired if child.retired is not None else 3) + 1
    early = rebuilding.rebuild("smoke/main-01-g000", mixed, executor="serial", say=lambda told: None)
    assert (early.same, early.generations) == (True, 1)


def test_a_player_that_is_not_the_same_is_told_with_the_reasons(mixed, cli_run, monkeypatch):
    stored = rebuilding._player

    def changed(name, home):
        store, player = stored(name, home)
        return store, replace(player, weights="0" * 64)

    monkeypatch.setattr(rebuilding, "_player", changed)
    monkeypatch.setattr(rebuilding, "__version__", f"{__version__}.later")
    said = cli_run("rebuild", "smoke/main-01-g000", "--executor", "serial", "--home", mixed)
    assert said.code == 1
    assert "differs: weights" in said.out
    assert f"version {__version__} of the project began the league" in said.out


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bot:random", "was not trained in a league"),
        ("smoke/main-99", "has no player 'main-99'"),
        ("nothing/champion", "there is no league 'nothing'"),
    ],
)
def test_what_cannot_be_rebuilt_is_refused_in_a_sentence(mixed, cli_run, name, sentence):
    said = cli_run("rebuild", name, "--home", mixed)
    assert said.code == 2
    assert sentence in " ".join(said.err.split())


def test_nothing_of_the_stored_weights_is_used(mixed, tmp_path):
    import shutil

    shutil.copytree(mixed, tmp_path / "home")
    store = Store.open(tmp_path / "home", "smoke")
    for path in store.weights.folder.glob("*.safetensors"):
        path.unlink()
    assert rebuilding.rebuild("smoke/main-01-g001", tmp_path / "home", executor="serial", say=lambda told: None).same
