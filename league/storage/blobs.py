"""Weights on disk, named by the SHA-256 of their bytes. They are written once and checked at every load."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from agents.models.names import todays_name
from league.errors import LeagueError, disk_has_room
from league.storage.links import plain_files

FILE = re.compile(r"[0-9a-f]{64}\.safetensors")
UNFINISHED = re.compile(r"\.[0-9a-f]{64}\.safetensors\.\d+")
"""Names of the files of arrays, and of those that `write_durably` has not finished. Files of other names are not ours."""

LARGEST = 2**30
"""Bytes of the largest file of arrays."""


class Blobs:
    """A folder of `<sha256>.safetensors` files."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which may not exist yet."""
        self.folder = folder

    def put(self, arrays: Mapping[str, np.ndarray]) -> str:
        """Write named arrays (temporary file, fsync, rename) and return their hash.

        Raises:
            LeagueError: The disk is full, or the arrays are too large.
        """
        data = _encoded(arrays)
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if len(data) > LARGEST:
            raise LeagueError(f"arrays of {len(data) >> 20} megabytes cannot be stored; at most {LARGEST >> 20} are read back")
        if not path.exists():
            write_durably(path, data)
        return digest

    def get(self, digest: str, owner: str) -> dict[str, np.ndarray]:
        """Read named arrays and check them against their hash. Arrays of earlier versions get their present names.

        Raises:
            LeagueError: The file is missing, truncated or changed. The message names `owner`.
        """
        path = self.path(digest)
        if not path.is_file():
            raise LeagueError(f"the weights of {owner} are missing: there is no {path}")
        if path.stat().st_size > LARGEST:
            raise LeagueError(f"the weights of {owner} are refused: {path} has more than {LARGEST >> 20} megabytes")
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise LeagueError(
                f"the weights of {owner} are refused: the content of {path} does not match its hash (truncated or changed)"
            )
        return _decoded(data, path, owner)

    def keep_only(self, digests: Collection[str]) -> None:
        """Delete every file of arrays that is not named in `digests`; other files, and what a link leads to, stay."""
        for path in plain_files(self.folder, FILE):
            if path.stem not in digests:
                path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete what a killed process left half-written."""
        for path in plain_files(self.folder, UNFINISHED):
            path.unlink(missing_ok=True)

    def path(self, digest: str) -> Path:
        """The path of the arrays with a hash, whether or not the file exists."""
        return self.folder / f"{digest}.safetensors"


def read_weights(path: Path, owner: str) -> dict[str, np.ndarray]:
    """Read named arrays from a file of any name. Arrays of earlier versions get their present names.

    Raises:
        LeagueError: The file is missing, too large, or no file of arrays. The message names `owner`.
    """
    if not path.is_file():
        raise LeagueError(f"the weights of {owner} are missing: there is no file {path}")
    if path.stat().st_size > LARGEST:
        raise LeagueError(f"the weights of {owner} are refused: {path} has more than {LARGEST >> 20} megabytes")
    return _decoded(path.read_bytes(), path, owner)


def digest_of(arrays: Mapping[str, np.ndarray]) -> str:
    """The hash under which arrays are stored."""
    return hashlib.sha256(_encoded(arrays)).hexdigest()


def _encoded(arrays: Mapping[str, np.ndarray]) -> bytes:
    return safetensors.numpy.save({name: np.ascontiguousarray(value) for name, value in sorted(arrays.items())})


def _decoded(data: bytes, path: Path, owner: str) -> dict[str, np.ndarray]:
    try:
        return {todays_name(name): value for name, value in safetensors.numpy.load(data).items()}
    except (SafetensorError, ValueError, KeyError, TypeError) as error:  # what is no file of arrays, or of unknown types
        raise LeagueError(f"the weights of {owner} are refused: {path} is no safetensors file") from error


def write_durably(path: Path, data: bytes) -> None:
    """Write a file atomically and durably: after a crash it exists completely or not at all.

    Raises:
        LeagueError: The disk is full. No partial file remains.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with disk_has_room(f"{path} could not be written; the last committed generation is not affected"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.unlink(missing_ok=True)  # a link of this name would lead elsewhere
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
