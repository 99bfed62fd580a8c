"""The randomness of a league: named streams that are derived from one seed. No stream is kept from one use to the next."""

from __future__ import annotations

import zlib

import numpy as np


class Seeds:
    """Random streams, addressed by generation, name and number. The same address always gives the same stream."""

    def __init__(self, seed: int) -> None:
        """Derive all streams from a league's seed."""
        self.seed = seed

    def numpy(self, generation: int, stream: str, number: int = 0) -> np.random.Generator:
        """A generator for one use."""
        return np.random.Generator(np.random.PCG64(self._sequence(generation, stream, number)))

    def integer(self, generation: int, stream: str, number: int = 0) -> int:
        """An integer in [0, 2**63) for one use."""
        return int(self._sequence(generation, stream, number).generate_state(1, np.uint64)[0] >> 1)

    @staticmethod
    def generator(seed: int) -> np.random.Generator:
        """A generator from a seed that was stored elsewhere."""
        return np.random.Generator(np.random.PCG64(seed))

    def _sequence(self, generation: int, stream: str, number: int) -> np.random.SeedSequence:
        return np.random.SeedSequence(self.seed, spawn_key=(generation, zlib.crc32(stream.encode()), number))
