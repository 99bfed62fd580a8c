"""The cards of Leduc hold'em as rlcard 1.2 deals them from a seed, for many seeds at once.

rlcard hashes the seed with SHA-512, takes eight bytes of it as the key of a Mersenne Twister, shuffles the six cards with it
(NumPy's `RandomState.shuffle`, R. Durstenfeld's algorithm of 1964), deals from the end and then draws who begins. A number up
to n is the lowest bits of the next word, drawn again where it exceeds n. All this looks at three bits a word, so it is a walk
through a table of what the cards may look like on the way.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from envs.compiling import compiled
from envs.twins.hashing import first_bytes
from envs.twins.mersenne import MOST_WORDS, Words, first_words

DEALS = 54
"""Deals are numbered ((who begins * 3 + first player's rank) * 3 + second player's) * 3 + rank on the table, ranks J, Q, K."""

_DECK = (0, 0, 1, 1, 2, 2)
_ENOUGH = 16
"""Words that nearly all shuffles make do with; seven on average."""

Places = NDArray[np.int64]


def deal(seeds: NDArray[np.int64]) -> Places:
    """Deal the cards that the stock game deals after `reset(seed=…)`.

    Args:
        seeds: int64 [N], each at least 0.

    Returns:
        int64 [N], the number of each deal, as `DEALS` says.
    """
    keys = first_bytes(seeds).view("<u4").astype(np.uint32)
    dealt = shuffled(first_words(keys, _ENOUGH))
    unfinished = np.flatnonzero(dealt >= DEALS)
    if len(unfinished):
        dealt[unfinished] = shuffled(first_words(keys[unfinished], MOST_WORDS))
    return dealt


def shuffled(words: Words) -> Places:
    """Shuffle and deal with the words that generators drew.

    Args:
        words: uint32 [count, N], in the order in which each generator drew them.

    Returns:
        int64 [N], the numbers of the deals; `DEALS` or more where the words ran out. `MOST_WORDS` never do: a shuffle draws six
        numbers, and each is refused less than four times in ten.
    """
    return _walk(words, *_ways())


@compiled
def _walk(words: Words, table: Places, start: int) -> Places:
    """Where words lead to in a table; see `_ways`."""
    ends = np.full(words.shape[1], start)
    for drawn in words:
        for lane in range(len(ends)):
            ends[lane] = table[ends[lane], drawn[lane] & 7]
    return ends


@cache
def _ways() -> tuple[Places, int]:
    """Tabulate the shuffle, int64 [place, lowest three bits of the next word] -> place, and tell where it starts.

    A place below `DEALS` is a finished deal, where it stays. Every other place is a deck of ranks, and the last of its cards
    that is still to be exchanged.
    """
    start: tuple[int, tuple[int, ...]] = (len(_DECK) - 1, _DECK)
    places, todo = {start: DEALS}, [start]
    rows = [[deal] * 8 for deal in range(DEALS)]
    for last, deck in todo:  # grows on the way
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
