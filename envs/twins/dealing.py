"""The cards of Leduc hold'em as rlcard 1.2 deals them from a seed, for many seeds at once.

rlcard hashes the seed with SHA-512, uses eight bytes of the hash as the key of a Mersenne Twister, shuffles the six cards with
it (NumPy's `RandomState.shuffle`, the algorithm of R. Durstenfeld, 1964), deals from the end and then draws the first player. A
random number up to n is the lowest bits of the next word, drawn again if it exceeds n. All of this uses at most three bits of a
word. The shuffle is therefore a walk through a table of the possible intermediate decks.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from envs.compiling import compiled
from envs.twins.hashing import first_bytes
from envs.twins.mersenne import MOST_WORDS, Words, first_words

DEALS = 54
"""Number of different deals.

A deal's number is ((first player * 3 + rank of player 0) * 3 + rank of player 1) * 3 + rank on the table; ranks are J, Q, K.
"""

_DECK = (0, 0, 1, 1, 2, 2)
_ENOUGH = 16
"""Number of words that suffice for nearly all shuffles; the mean is seven."""

Places = NDArray[np.int64]


def deal(seeds: NDArray[np.int64]) -> Places:
    """Deal the cards that the stock game deals after `reset(seed=…)`.

    Args:
        seeds: int64 [N], each at least 0.

    Returns:
        int64 [N], the number of each deal, see `DEALS`.
    """
    keys = first_bytes(seeds).view("<u4").astype(np.uint32)
    dealt = shuffled(first_words(keys, _ENOUGH))
    unfinished = np.flatnonzero(dealt >= DEALS)
    if len(unfinished):
        dealt[unfinished] = shuffled(first_words(keys[unfinished], MOST_WORDS))
    return dealt


def shuffled(words: Words) -> Places:
    """Shuffle and deal with given words of the generators.

    Args:
        words: uint32 [count, N], in the order in which each generator draws them.

    Returns:
        int64 [N], the numbers of the deals; `DEALS` or more if the words did not suffice. `MOST_WORDS` practically always
        suffice: a shuffle draws six numbers, and each is rejected with a probability below 0.4.
    """
    return _walk(words, *_ways())


@compiled
def _walk(words: Words, table: Places, start: int) -> Places:
    """Follow words through a table of states; see `_ways`."""
    ends = np.full(words.shape[1], start)
    for drawn in words:
        for lane in range(len(ends)):
            ends[lane] = table[ends[lane], drawn[lane] & 7]
    return ends


@cache
def _ways() -> tuple[Places, int]:
    """Make the table of the shuffle, int64 [state, lowest three bits of the next word] → state, and return the initial state.

    A state below `DEALS` is a finished deal and is never left. Every other state is a deck of ranks with the last card that has
    still to be exchanged.
    """
    start: tuple[int, tuple[int, ...]] = (len(_DECK) - 1, _DECK)
    places, todo = {start: DEALS}, [start]
    rows = [[deal] * 8 for deal in range(DEALS)]
    for last, deck in todo:  # the loop appends to it
        row = []
        for bits in range(8):
            if last == 0:
                row.append((((bits & 1) * 3 + deck[5]) * 3 + deck[4]) * 3 + deck[3])
                continue
            drawn = bits & ((1 << last.bit_length()) - 1)
            following = (last - 1, _exchanged(deck, drawn, last)) if drawn <= last else (last, deck)
            if following not in places:
                places[following] = DEALS + len(places)
                todo.append(following)
            row.append(places[following])
        rows.append(row)
    return np.array(rows), DEALS


def _exchanged(deck: tuple[int, ...], one: int, other: int) -> tuple[int, ...]:
    """Exchange two cards."""
    cards = list(deck)
    cards[one], cards[other] = cards[other], cards[one]
    return tuple(cards)
