"""The first draws of `numpy.random.PCG64(seed)`, for many seeds at once.

Stock environments draw the start of a game from a generator with a seed of its own. Making one NumPy generator per copy costs
more than the game. Here the two algorithms behind it are computed over arrays: `SeedSequence` (M. O'Neill, "Developing a
seed_seq alternative", 2015), which turns a seed into 256 bits, and PCG64 (M. O'Neill, "PCG: a family of simple fast
space-efficient statistically good algorithms for random number generation", 2014, variant XSL-RR 128/64), whose n-th state can
be computed without the states before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

_POOL = 4
_MASK32 = np.uint64(0xFFFFFFFF)
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
_TWO_128 = 1 << 128


def integers_then_uniforms(
    seeds: NDArray[np.int64], bounds: Sequence[int], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Draw integers below bounds, then numbers in [0, 1), from one generator for each seed.

    NumPy takes a bounded integer from half a word, the lower half first, by multiplication (D. Lemire, "Fast random integer
    generation in an interval", 2019), and draws again in the rare case that the product would favour some numbers. Seeds for
    which that happens are left to NumPy.

    Args:
        seeds: int64 [N], each in [0, 2**32).
        bounds: Exclusive upper bound of each integer, in the order of drawing, each in [1, 2**32).
        count: Number of draws in [0, 1) after that, for each seed.

    Returns:
        int64 [N, len(bounds)] and float64 [N, count]; row n equals what `np.random.default_rng(seeds[n])` returns from
        `integers(bound)` for each bound, and then from `random(count)`.
    """
    whole = np.zeros((len(seeds), len(bounds)), np.int64)
    drawn = [place for place, bound in enumerate(bounds) if bound > 1]  # NumPy draws nothing if there is only one choice
    used = -(-len(drawn) // 2)
    words = _words(seeds, used + count)
    again = np.zeros(len(seeds), np.bool_)
    for number, place in enumerate(drawn):
        bound = bounds[place]
        product = (words[:, number // 2] >> np.uint64(32 * (number % 2)) & _MASK32) * np.uint64(bound)
        whole[:, place] = product >> np.uint64(32)
        again |= (product & _MASK32) < np.uint64((1 << 32) % bound)
    fractions = _fractions(words[:, used:])
    for row in again.nonzero()[0]:
        generator = np.random.default_rng(int(seeds[row]))
        whole[row] = [generator.integers(bound) for bound in bounds]
        fractions[row] = generator.random(count)
    return whole, fractions


def _fractions(words: Words) -> NDArray[np.float64]:
    """Convert words to numbers in [0, 1), as NumPy does."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _words(seeds: NDArray[np.int64], count: int) -> Words:
    """Return the first 64-bit words of each seed's generator, uint64 [N, count]."""
    start_high, start_low, stream_high, stream_low = _seed_words(seeds.astype(np.uint64))[:, :, None]
    one = np.uint64(1)
    step_high = (stream_high << one) | (stream_low >> np.uint64(63))
    step_low = (stream_low << one) | one
    # state n = start * power[n] + step * (sum of powers)[n]
    (power_high, power_low), (sum_high, sum_low) = _jumps(count)
    high, low = _multiply(start_high, start_low, power_high, power_low)
    more_high, more_low = _multiply(step_high, step_low, sum_high, sum_low)
    total = low + more_low
    high = high + more_high + (total < low)
    turn = high >> np.uint64(58)
    mixed = high ^ total
    return (mixed >> turn) | (mixed << ((np.uint64(64) - turn) & np.uint64(63)))


def _seed_words(seeds: Words) -> Words:
    """Compute `SeedSequence(seed).generate_state(4, uint64)`, uint64 [4, N]."""
    constants = _constants(0x43B0D7E5, 0x931E8875, _POOL * _POOL)
    pool = np.zeros((_POOL, len(seeds)), np.uint64)
    pool[0] = seeds
    pool = _hash(pool, constants[:, :_POOL])
    for source in range(_POOL):
        targets = [target for target in range(_POOL) if target != source]
        used = _POOL + source * len(targets)
        pool[targets] = _mix(pool[targets], _hash(pool[source], constants[:, used : used + len(targets)]))
    halves = _hash(np.concatenate([pool, pool]), _constants(0x8B51F9DD, 0x58F38DED, 2 * _POOL))
    return halves[::2] | (halves[1::2] << np.uint64(32))


@cache
def _constants(first: int, factor: int, count: int) -> Words:
    """Return the successive pairs of constants of the hash, uint64 [2, count, 1]."""
    chain = [first]
    for _ in range(count):
        chain.append(chain[-1] * factor & 0xFFFFFFFF)
    return np.array([chain[:-1], chain[1:]], np.uint64)[:, :, None]


def _hash(value: Words, constants: Words) -> Words:
    """Hash 32-bit numbers [k, N] with k pairs of constants [2, k, 1]."""
    add, factor = constants
    value = ((value ^ add) * factor) & _MASK32
    return value ^ (value >> np.uint64(16))


def _mix(left: Words, right: Words) -> Words:
    """Mix two 32-bit numbers into one."""
    mixed = (np.uint64(0xCA01F9DD) * left - np.uint64(0x4973F715) * right) & _MASK32
    return mixed ^ (mixed >> np.uint64(16))


@cache
def _jumps(count: int) -> tuple[tuple[Words, Words], tuple[Words, Words]]:
    """Return powers of the multiplier and the sums of the powers before them, as (high, low) words [count]."""
    powers, sums = [], []
    power, total = _MULTIPLIER, 1 + _MULTIPLIER
    for _ in range(count):
        power = power * _MULTIPLIER % _TWO_128
        total = (total + power) % _TWO_128
        powers.append(power)
        sums.append(total)
    return _split(powers), _split(sums)


def _split(numbers: list[int]) -> tuple[Words, Words]:
    """Split 128-bit numbers into (high, low) words."""
    low = (1 << 64) - 1
    return np.array([n >> 64 for n in numbers], np.uint64), np.array([n & low for n in numbers], np.uint64)


def _multiply(a_high: Words, a_low: Words, b_high: Words, b_low: Words) -> tuple[Words, Words]:
    """Multiply 128-bit numbers modulo 2**128, as (high, low) words."""
    half = np.uint64(32)
    a1, a0, b1, b0 = a_low >> half, a_low & _MASK32, b_low >> half, b_low & _MASK32
    middle = a1 * b0 + (a0 * b0 >> half)
    carry = (middle & _MASK32) + a0 * b1
    high = a1 * b1 + (middle >> half) + (carry >> half)
    return high + a_high * b_low + a_low * b_high, a_low * b_low
