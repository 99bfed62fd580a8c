"""Randomness of a league: named streams spawned from one seed, none of which is ever kept from one use to the next."""

from __future__ import annotations

import zlib

import numpy as np


class Seeds:
    """Streams addressed by generation, name and number; the same address gives the same stream, whenever it is asked for."""

    def __init__(self, seed: int) -> None:
        """Spawn from a league's seed."""
        self.seed = seed

    def numpy(self, generation: int, stream: str, number: int = 0) -> np.random.Generator:
        """A generator for one use."""
        return np.random.Generator(np.random.PCG64(self._sequence(generation, stream, number)))

    def integer(self, generation: int, stream: str, number: int = 0) -> int:
        """An integer in [0, 2**63) for one use."""
        return int(self._sequence(generation, stream, number).generate_state(1, np.uint64)[0] >> 1)

    @staticmethod
    def generator(seed: int) -> np.random.Generator:
        """A generator from a seed that is written down elsewhere."""
        return np.random.Generator(np.random.PCG64(seed))

    def _sequence(self, generation: int, stream: str, number: int) -> np.random.SeedSequence:
        return np.random.SeedSequence(self.seed, spawn_key=(generation, zlib.crc32(stream.encode()), number))
