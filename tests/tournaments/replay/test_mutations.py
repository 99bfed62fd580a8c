"""Files of unknown origin: a replay is refused in a sentence, or nothing about it fails."""

import gzip
import json
import random
import resource
import zlib
from pathlib import Path

import pytest

from envs.rendering.drawing import TEXTS, text
from envs.rendering.schemas import EXPECTED, frame_fault
from tests.tournaments.replay.mutations import GAMES, mutations, recordings, try_readers
from tournaments.human.replay_text import lines
from tournaments.replay import limits
from tournaments.replay.format import ReplayError, load

EACH = 60
"""Mutations of every recorded match."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return recordings(tmp_path_factory.mktemp("recorded"))


def contents(path):
    return json.loads(gzip.decompress(path.read_bytes()))


def written(path, data):
    path.write_bytes(gzip.compress(json.dumps(data).encode(), 1))
    return path


@pytest.mark.parametrize("number", range(len(GAMES)), ids=[setup.name for setup in GAMES])
def test_a_changed_replay_is_refused_in_a_sentence_or_read_by_every_reader(recorded, tmp_path, number):
    changing = mutations(contents(recorded[number]), random.Random(number))
    read = [try_readers(written(tmp_path / "changed.replay.json.gz", next(changing))) for _ in range(EACH)]
    assert not all(read)


@pytest.mark.parametrize("number", range(len(GAMES)), ids=[setup.name for setup in GAMES])
def test_a_replay_as_it_was_recorded_is_read_by_every_reader(recorded, number):
    assert try_readers(recorded[number])


def test_a_changed_byte_is_refused_or_read(recorded, tmp_path):
    draw, data = random.Random(0), bytearray(recorded[0].read_bytes())
    path = tmp_path / "changed.replay.json.gz"
    for _ in range(100):
        changed = bytearray(data)
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        try_readers(path)


def test_every_drawing_in_characters_says_what_it_expects():
    assert EXPECTED.keys() == TEXTS.keys()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data["steps"][0]["decisions"][0].update(seat=9), "decisions: there is no seat 9 among 2"),
        (lambda data: data["steps"][0]["decisions"][0].update(seat=-1), "there is no seat -1 among 2"),
        (lambda data: data["steps"][0]["decisions"][0].update(action=-1), "there is no action -1"),
        (lambda data: data["steps"][0]["decisions"][0].update(probabilities=[0.5]), "a legal action has no probability"),
        (lambda data: data["steps"][0]["decisions"][0].update(probabilities=[7.0] * 9), "not between 0 and 1"),
        (lambda data: data["steps"][0]["decisions"][0].update(value=1e300), "a number is above"),
        (lambda data: data["steps"][0]["rewards"].append(0.0), "another number of seats than 2"),
        (lambda data: data["seats"][0].update(team=5), "seats belong to others"),
        (lambda data: data.update(seats=[], returns=[]), "it has 0 seats"),
        (lambda data: data.update(generation=2**70), "there is no generation"),
        (
            lambda data: data.update(channels=[{"speaker": 0, "listener": 7, "weight": 1.0}]),
            "there is no seat 7 among 2",
        ),
        (lambda data: data.update(labels={"nobody": ["x"]}), "names actions of a role that no seat has"),
        (lambda data: data["opening"]["frame"]["board"][0].insert(0, -9), "the first picture"),
        (lambda data: data["steps"][1]["view"]["frame"].pop("board"), "the picture after step 1"),
    ],
)
def test_parts_that_do_not_fit_together_are_found_when_a_file_is_loaded(recorded, tmp_path, change, said):
    data = contents(recorded[0])
    change(data)
    with pytest.raises(ReplayError, match=said):
        load(written(tmp_path / "changed.replay.json.gz", data))


@pytest.mark.parametrize("piece", [b"{},", b"[],", b"0,", b'{"x":0},', b'"",'])
def test_a_file_that_would_take_much_memory_is_refused_while_it_is_read(recorded, tmp_path, piece):
    text = json.dumps(contents(recorded[0])).encode()
    head, tail = text.split(b'"width"', 1)
    path = tmp_path / "bomb.replay.json.gz"
    pack = zlib.compressobj(9, wbits=31)
    many = piece * (2**18 // len(piece))
    with path.open("wb") as file:
        file.write(pack.compress(head + b'"bomb":['))
        for _ in range(1200):
            file.write(pack.compress(many))
        file.write(pack.compress(b'0],"width"' + tail) + pack.flush())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ReplayError, match="more than can be read"):
        load(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2 * limits.LARGEST / 1024


EMPTY = gzip.compress(b"{}", mtime=0)


@pytest.mark.parametrize("data", [b"", b"\x1f\x8b", EMPTY[:-4], EMPTY + b"more", b"plain"])
def test_what_is_not_one_compressed_file_is_refused(tmp_path, data):
    path = tmp_path / "one.replay.json.gz"
    path.write_bytes(data)
    with pytest.raises(ReplayError):
        load(path)


def test_a_device_is_not_read():
    with pytest.raises(ReplayError, match="no plain file"):
        load(Path("/dev/zero"))


def test_every_step_of_a_recorded_match_is_shown(recorded):
    replay = load(recorded[0])
    assert all(lines(replay, step) for step in range(len(replay.steps) + 1))


def test_a_photograph_of_a_game_that_is_drawn_today_is_shown_without_characters():
    older = {"width": 4, "height": 4, "png": "iVBORw0KGgo="}
    assert frame_fault("classic/chess_v6", older) == ""
    assert text("classic/chess_v6", older) is None
