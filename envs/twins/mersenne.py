"""The first numbers of Mersenne Twisters, for many keys at once.

MT19937 (M. Matsumoto and T. Nishimura, "Mersenne Twister", 1998, with the array seeding of 2002) is the generator of Python's
`random` and NumPy's `RandomState`. Nearly all the time is spent on initialising 624 words from a key, each computed from the
word before. That chain is sequential for one key, but independent between keys, so here keys are initialised side by side.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from envs.compiling import compiled

Words = NDArray[np.uint32]

MOST_WORDS = 227
"""Maximal number of words. These depend on the initial state only; later ones would need words that were drawn before."""

_SIZE, _FAR, _LANES = 624, 397, 64


def first_words(keys: Words, count: int) -> Words:
    """Draw the first words of many generators.

    Args:
        keys: uint32 [N, 2], the keys; a second word of zero counts as missing, as in Python.
        count: Number of words per key, 1 to `MOST_WORDS`.

    Returns:
        uint32 [count, N]; column n equals successive `getrandbits(32)` of `random.Random(keys[n, 0] + 2**32 * keys[n, 1])`.
    """
    if not 1 <= count <= MOST_WORDS:
        raise ValueError(f"count is {count}; 1 to {MOST_WORDS} words can be drawn")
    return _first_words(keys, _start(), count)


@compiled
def _first_words(keys: Words, start: Words, count: int) -> Words:
    """Compute `first_words`, `_LANES` keys at a time; start [624] is the state before the key is mixed in."""
    words = np.empty((count, len(keys)), np.uint32)
    state = np.empty((_SIZE, _LANES), np.uint32)
    added = np.empty((2, _LANES), np.uint32)
    last = np.empty(_LANES, np.uint32)
    for begin in range(0, len(keys), _LANES):
        lanes = min(_LANES, len(keys) - begin)
        for lane in range(_LANES):  # unused lanes repeat the last key
            low, high = keys[begin + min(lane, lanes - 1)]
            added[0, lane] = low
            added[1, lane] = low if high == 0 else high + 1
            last[lane] = start[0]
        for place in range(1, _SIZE):
            for lane in range(_LANES):
                mixed = (last[lane] ^ (last[lane] >> 30)) * 1664525
                last[lane] = (start[place] ^ mixed) + added[(place - 1) & 1, lane]
                state[place, lane] = last[lane]
        for lane in range(_LANES):
            last[lane] = (state[1, lane] ^ ((last[lane] ^ (last[lane] >> 30)) * 1664525)) + added[1, lane]
            state[1, lane] = last[lane]
        for step in range(2, _SIZE + 1):
            place = step if step < _SIZE else 1
            for lane in range(_LANES):
                last[lane] = (state[place, lane] ^ ((last[lane] ^ (last[lane] >> 30)) * 1566083941)) - place
                state[place, lane] = last[lane]
        state[0] = 0x80000000
        for place in range(count):
            for lane in range(lanes):
                mixed = (state[place, lane] & 0x80000000) | (state[place + 1, lane] & 0x7FFFFFFF)
                word = state[place + _FAR, lane] ^ (mixed >> 1) ^ ((mixed & 1) * 0x9908B0DF)
                word ^= word >> 11
                word ^= (word << 7) & 0x9D2C5680
                word ^= (word << 15) & 0xEFC60000
                words[place, begin + lane] = word ^ (word >> 18)
    return words


@cache
def _start() -> Words:
    """Return the state before a key is mixed in: the words of the seed 19650218."""
    words = [19650218]
    for place in range(1, _SIZE):
        words.append((1812433253 * (words[-1] ^ (words[-1] >> 30)) + place) & 0xFFFFFFFF)
    return np.array(words, np.uint32)
