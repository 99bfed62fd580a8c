"""Leagues that are founded from players of other leagues, and from files of weights."""

import shutil

import numpy as np
import pytest
import safetensors.numpy
import yaml

from league import League, LeagueError
from league import open as open_league
from league.analysis.history import read
from league.report import write
from league.storage.store import Store

SHORT = {"generations": 1, "population": 2, "stack": 1, "matchmaking.self_play": 1.0}


@pytest.fixture
def cup(finished, tmp_path):
    """A home of one's own with a finished league of three players."""
    shutil.copytree(finished, tmp_path / "home")
    return tmp_path / "home"


def weights_of(store, name):
    player = next(player for player in store.players() if player.name == name)
    return store.weights.get(player.weights, name)


def founded(smoke, home, name, founders, **changes):
    config = smoke(SHORT | {"name": name, "founders": founders} | changes)
    return League(config, home).run()


def test_founders_begin_with_the_weights_of_their_origins_and_the_lineage_says_so(smoke, cup, tmp_path, cli_run):
    one = weights_of(Store.open(cup, "smoke"), "main-01-g000")
    safetensors.numpy.save_file(one, tmp_path / "own.safetensors")
    still = {"hyper.learning_rate": {"start": 0.0, "low": 0.0, "high": 1e-9}, "evolution.replace": 0}
    founders = ["smoke/main-01-g000", str(tmp_path / "own.safetensors"), "new"]
    store = founded(smoke, cup, "second", founders, population=3, **still).store
    players = {player.name: player for player in store.players()}
    assert [players[f"main-0{number}"].parent for number in (1, 2, 3)] == ["smoke/main-01-g000", "own.safetensors", None]
    for number, same in ((1, True), (2, True), (3, False)):
        now = weights_of(store, f"main-0{number}-g000")
        assert all(np.array_equal(now[name], one[name]) for name in one if "return" not in name) == same
    assert "founder from smoke/main-01-g000" in " ".join(cli_run("lineage", "second", "--home", cup).out.split())
    write(read(store), tmp_path)
    said = yaml.safe_load((tmp_path / "solution.yaml").read_text("utf-8"))["training_configuration"]["founders"]
    assert [each["from"] for each in said] == ["smoke/main-01-g000", "own.safetensors"]
    assert len({each["sha256_of_weights"] for each in said}) == 1


def test_a_founded_league_is_a_function_of_the_content_of_its_founders(smoke, facts, cup, tmp_path):
    two = {"generations": 2}
    founded(smoke, cup, "whole", ["smoke/champion"], **two)
    founded(smoke, cup, "halved", ["smoke/champion"])
    shutil.rmtree(cup / "leagues" / "smoke")  # what becomes of the other league changes nothing
    League(smoke(SHORT | two | {"name": "halved", "founders": ["smoke/champion"]}), cup).run(resume=True)
    assert facts(cup, "whole") == facts(cup, "halved")
    pinned = Store.open(cup, "whole").fact("config")
    assert yaml.safe_load(pinned)["founders"][0]["sha256"]
    with pytest.raises(LeagueError, match="no league 'smoke'"):
        founded(smoke, cup, "third", ["smoke/champion"])


def test_two_leagues_with_the_same_weights_are_the_same_league_and_others_are_not(smoke, cup, tmp_path):
    champion = open_league("smoke", cup).champion
    one = League(smoke(SHORT | {"founders": ["smoke/champion"]}), cup).config
    two = League(smoke(SHORT | {"founders": [f"smoke/{champion}"]}), cup).config
    other = League(smoke(SHORT | {"founders": ["smoke/main-02-g000"]}), cup).config
    assert one.identity() == two.identity() != other.identity()
    assert smoke().identity() == smoke({"founders": []}).identity() != smoke({"founders": ["new"]}).identity()


@pytest.mark.parametrize(
    ("founders", "changes", "sentence"),
    [
        (["bot:random"], {}, "a founder is LEAGUE/PLAYER"),
        (["smoke/champion"] * 3, {}, "founders names 3 players, but the population has 2"),
        (["nowhere/champion"], {}, "there is no league 'nowhere'"),
        (["smoke/main-99"], {}, r"founders.0 \(smoke/main-99\): the league 'smoke' has no player 'main-99'"),
        (["smoke/champion"], {"policy.hidden": [8]}, r"hidden is .16,. there and .8,. here"),
        (["smoke/champion"], {"game.name": "classic/rps_v2"}, "it has learnt classic/tictactoe_v3"),
        (["nothing.safetensors"], {}, "there is no file nothing.safetensors"),
        ([{"source": "smoke/champion", "sha256": "0" * 64}], {}, "its weights have changed"),
    ],
)
def test_a_founder_that_does_not_fit_is_one_sentence_before_anything_is_written(smoke, cup, founders, changes, sentence):
    with pytest.raises(LeagueError, match=sentence) as caught:
        founded(smoke, cup, "second", founders, **changes)
    assert len(str(caught.value).splitlines()) == 1
    assert not (cup / "leagues" / "second").exists()


def test_weights_of_another_shape_and_weights_that_are_no_numbers_are_refused(smoke, cup, tmp_path):
    arrays = weights_of(Store.open(cup, "smoke"), "main-01-g000")
    name = next(name for name in arrays if name.endswith("weight"))
    for changed, sentence in ((arrays[name][:, 1:], "has shape"), (arrays[name] * np.nan, "infinite or no numbers")):
        safetensors.numpy.save_file({**arrays, name: np.ascontiguousarray(changed)}, tmp_path / "own.safetensors")
        with pytest.raises(LeagueError, match=sentence):
            founded(smoke, cup, "second", [str(tmp_path / "own.safetensors")])
    (tmp_path / "own.safetensors").write_bytes(b"no weights")
    with pytest.raises(LeagueError, match="is no safetensors file"):
        founded(smoke, cup, "second", [str(tmp_path / "own.safetensors")])
