"""Weights whose hash fits and whose contents do not: a sentence that names the player, wherever they are used."""

import hashlib
import json
import random
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import safetensors.numpy

from league.storage.store import Store
from tests.league.copying import SETTLED


@pytest.fixture
def home(tmp_path, finished):
    shutil.copytree(finished, tmp_path / "home", ignore=SETTLED)
    return tmp_path / "home"


def replace_weights(home, data, column="weights", status="historical"):
    """Let the champion, or all active players, have a file of other contents, whose name is its hash."""
    store = Store.open(home, "smoke")
    digest = hashlib.sha256(data).hexdigest()
    folder = store.weights if column == "weights" else store.learner_states
    folder.path(digest).write_bytes(data)
    with closing(sqlite3.connect(store.path)) as league, league:
        league.executescript("DROP TRIGGER IF EXISTS frozen_stay")
        league.execute(f"UPDATE players SET {column} = ? WHERE status = ?", (digest, status))


def arrays_of(home, column="weights", status="historical"):
    store = Store.open(home, "smoke")
    player = next(player for player in store.players(status) if getattr(player, column))
    folder = store.weights if column == "weights" else store.learner_states
    return folder.get(getattr(player, column), player.name)


CHANGES = {
    "nothing": lambda arrays, name: {},
    "one less": lambda arrays, name: {key: value for key, value in arrays.items() if key != name},
    "a longer one": lambda arrays, name: arrays | {name: np.zeros(arrays[name].size + 1, np.float32)},
    "a turned one": lambda arrays, name: arrays | {name: arrays[name].T.copy().reshape(1, -1)},
    "doubles": lambda arrays, name: arrays | {name: arrays[name].astype(np.float64)},
    "whole numbers": lambda arrays, name: arrays | {name: arrays[name].astype(np.int32)},
    "no numbers": lambda arrays, name: arrays | {name: np.full_like(arrays[name], np.nan)},
    "infinite ones": lambda arrays, name: arrays | {name: np.full_like(arrays[name], np.inf)},
    "an empty one": lambda arrays, name: arrays | {name: np.zeros((0,), np.float32)},
}


@pytest.mark.parametrize("change", CHANGES)
def test_unfit_weights_are_refused_in_a_sentence(cli_run, home, change):
    arrays = arrays_of(home)
    replace_weights(home, safetensors.numpy.save(CHANGES[change](arrays, sorted(arrays)[0])))
    said = cli_run("tournament", "smoke/champion", "bot:random", "--games", "2", "--home", home)
    assert said.code == 2
    assert "the weights of smoke/champion cannot be used" in said.err


@pytest.mark.parametrize("change", ["nothing", "one less", "a longer one", "doubles"])
@pytest.mark.parametrize("column", ["weights", "learner_state"])
def test_a_league_with_unfit_weights_does_not_go_on(cli_run, home, change, column):
    arrays = arrays_of(home, column, "active")
    changed = CHANGES[change](arrays, sorted(arrays)[0])
    replace_weights(home, safetensors.numpy.save(changed), column, "active")
    said = cli_run("resume", "smoke", "--generations", "5", "--home", home)
    if column == "learner_state" and not changed:
        assert said.code == 0  # nothing is kept: as if nothing had been learnt yet
    else:
        assert said.code == 2
        assert "cannot be used" in said.err


def test_changed_bytes_of_a_file_of_weights_are_refused_or_used(cli_run, home):
    draw, data = random.Random(0), bytearray(safetensors.numpy.save(arrays_of(home)))
    for _ in range(25):
        changed = bytearray(data)
        for _ in range(draw.randrange(1, 4)):
            changed[draw.randrange(len(changed) if draw.random() < 0.3 else 400)] = draw.randrange(256)
        replace_weights(home, bytes(changed))
        said = cli_run("tournament", "smoke/champion", "bot:random", "--games", "2", "--executor", "serial", "--home", home)
        assert said.code in (0, 2)
        assert said.err.startswith("error: ") or said.code == 0


@pytest.mark.parametrize("dtype", ["BF16", "F8_E4M3", "I8", "X", "F32"])
def test_types_of_numbers_that_are_not_known_are_refused(cli_run, home, dtype):
    header = json.dumps({"a": {"dtype": dtype, "shape": [2], "data_offsets": [0, 8]}}).encode()
    replace_weights(home, len(header).to_bytes(8, "little") + header + bytes(8))
    said = cli_run("tournament", "smoke/champion", "bot:random", "--games", "2", "--home", home)
    assert (said.code, said.out) == (2, "")
    assert "the weights of" in said.err
