"""Reading a compressed file of unknown origin: it is refused before it takes much memory."""

from __future__ import annotations

import stat
import zlib
from pathlib import Path

LARGEST = 192 * 2**20
"""The most bytes of JSON."""

MEMORY = 1100 * 2**20
"""The most bytes of memory that reading the JSON may take, by the estimate below. With Python and PyTorch it is under 2 GB."""

BRACE, VALUE = 350, 75
"""Bytes that an object, and any other value, take at most while they are read. Measured on files of nothing but empty objects,
nothing but empty lists, and nothing but numbers."""

PIECE = 2**20
"""Bytes that are decompressed at once."""


class TooLarge(ValueError):
    """A file holds more than can be read; the message is the end of a sentence."""


def decompressed(path: Path) -> bytes:
    """Read a gzipped JSON text.

    Args:
        path: The file.

    Raises:
        TooLarge: It holds more than `LARGEST` bytes, or would take more than `MEMORY`.
        OSError: It cannot be read, or is no plain file.
        zlib.error: It is not compressed by gzip.
        EOFError: It ends early.
    """
    try:
        kind = path.stat().st_mode
    except ValueError as error:  # a NUL in it
        raise OSError("its name is not that of a file") from error
    if not stat.S_ISREG(kind):  # a pipe or a device may have no end
        raise OSError("it is no plain file")
    with path.open("rb") as file:
        unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        pieces: list[bytes] = []
        size, memory = 0, 0
        while not unpack.eof:
            packed = unpack.unconsumed_tail or file.read(PIECE)
            if not packed:
                raise EOFError("it ends early")
            piece = unpack.decompress(packed, PIECE)
            pieces.append(piece)
            size += len(piece)
            memory += BRACE * piece.count(b"{") + VALUE * (piece.count(b",") + piece.count(b"[")) + 3 * len(piece)
            if size > LARGEST or memory > MEMORY:
                raise TooLarge(f"holds more than can be read, at least {size >> 20} megabytes that would take {memory >> 20}")
        if unpack.unused_data or file.read(1):
            raise OSError("something follows its end")
    return b"".join(pieces)
