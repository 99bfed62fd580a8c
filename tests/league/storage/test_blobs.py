"""Weights on disk: there whole or not at all, and never taken for what they are not."""

import errno
import hashlib
import os

import numpy as np
import pytest

from league.errors import LeagueError
from league.storage.blobs import LARGEST, Blobs, write_durably

ARRAYS = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array([1.5], dtype=np.float64)}


@pytest.fixture
def blobs(tmp_path):
    return Blobs(tmp_path / "weights")


def test_arrays_come_back_as_they_were(blobs):
    back = blobs.get(blobs.put(ARRAYS), "main-01")
    assert {name: value.dtype for name, value in back.items()} == {name: value.dtype for name, value in ARRAYS.items()}
    assert all(np.array_equal(back[name], value) for name, value in ARRAYS.items())


def test_a_file_is_named_by_the_sha256_of_its_bytes(blobs):
    digest = blobs.put(ARRAYS)
    assert hashlib.sha256(blobs.path(digest).read_bytes()).hexdigest() == digest


def test_the_order_of_the_arrays_and_how_they_lie_in_memory_change_nothing(blobs):
    turned = {name: np.asfortranarray(value) for name, value in reversed(ARRAYS.items())}
    assert blobs.put(turned) == blobs.put(ARRAYS)


def test_pieces_that_earlier_versions_wrote_are_read_under_todays_names(blobs):
    old = ("ear.seat.0.bias", "mean.mouth.seat.0.bias", "square.spread.seat", "actor.seat.0.bias", "steps")
    back = blobs.get(blobs.put(dict.fromkeys(old, ARRAYS["a"])), "main-01")
    assert set(back) == {
        "encoder.seat.0.bias",
        "mean.message_head.seat.0.bias",
        "square.log_std.seat",
        "actor.seat.0.bias",
        "steps",
    }


def test_what_is_there_is_not_written_again(blobs):
    path = blobs.path(blobs.put(ARRAYS))
    before = path.stat().st_mtime_ns
    blobs.put(ARRAYS)
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("kept", [0, 7, 40, -1])
def test_a_truncated_file_is_refused_and_its_owner_named(blobs, kept):
    digest = blobs.put(ARRAYS)
    data = blobs.path(digest).read_bytes()
    blobs.path(digest).write_bytes(data[:kept])
    with pytest.raises(LeagueError, match=f"the weights of main-01 are refused: .*{digest}"):
        blobs.get(digest, "main-01")


def test_a_file_with_one_bit_changed_is_refused(blobs):
    digest = blobs.put(ARRAYS)
    data = bytearray(blobs.path(digest).read_bytes())
    data[-1] ^= 1
    blobs.path(digest).write_bytes(data)
    with pytest.raises(LeagueError, match="truncated or changed"):
        blobs.get(digest, "main-01")


def test_a_file_that_is_gone_is_named(blobs):
    with pytest.raises(LeagueError, match=r"the weights of main-01 are missing: there is no .*0000\.safetensors"):
        blobs.get("0" * 64, "main-01")


def test_a_file_of_another_kind_is_refused_even_under_its_own_hash(blobs):
    data = b"not weights"
    digest = hashlib.sha256(data).hexdigest()
    write_durably(blobs.path(digest), data)
    with pytest.raises(LeagueError, match="is no safetensors file"):
        blobs.get(digest, "main-01")


def test_what_nobody_names_is_deleted_when_asked(blobs):
    kept, gone = blobs.put(ARRAYS), blobs.put({"a": ARRAYS["a"]})
    blobs.keep_only({kept})
    assert blobs.path(kept).exists()
    assert not blobs.path(gone).exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing(blobs, monkeypatch, code):
    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LeagueError, match=r"the disk is full: .* the last committed generation is not affected"):
        blobs.put(ARRAYS)
    assert list(blobs.folder.iterdir()) == []


def test_another_fault_of_the_disk_is_not_called_full(blobs, monkeypatch):
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="broken"):
        blobs.put(ARRAYS)
    assert list(blobs.folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["a hole", "a pipe"])
def test_what_is_no_file_of_arrays_or_too_large_is_not_read(blobs, kind):
    digest = blobs.put(ARRAYS)
    path = blobs.path(digest)
    if kind == "a hole":
        os.truncate(path, LARGEST + 1)
    else:
        path.unlink()
        os.mkfifo(path)
    with pytest.raises(LeagueError, match="has more than" if kind == "a hole" else "are missing"):
        blobs.get(digest, "main-01")
