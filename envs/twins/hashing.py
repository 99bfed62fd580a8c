"""SHA-512 of numbers in decimal digits, for many numbers at once.

The standard is FIPS 180-4 (2015), section 6.4. A number of up to nineteen digits fits into one block. Python's `hashlib` takes
one message at a time, and most of its time is the overhead of the call; here numbers are hashed side by side.
"""

from __future__ import annotations

from functools import cache
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from envs.compiling import compiled

Words = NDArray[np.uint64]

_ROUNDS, _LANES = 80, 64


def first_bytes(numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Hash numbers.

    Args:
        numbers: int64 [N], each at least 0.

    Returns:
        uint8 [N, 8]; row n is `hashlib.sha512(str(numbers[n]).encode()).digest()[:8]`.
    """
    return _first_words(np.ascontiguousarray(numbers), *_constants()).astype(">u8").view(np.uint8).reshape(-1, 8)


@compiled
def _turned(word: np.uint64, bits: int) -> np.uint64:
    """Rotate to the right."""
    return (word >> np.uint64(bits)) | (word << np.uint64(64 - bits))


@compiled
def _first_words(numbers: NDArray[np.int64], start: Words, constants: Words) -> Words:
    """Return the first eight bytes of each hash as a number.

    Args:
        numbers: [N].
        start: [8], the initial hash value.
        constants: [80], one for each round.
    """
    first = np.empty(len(numbers), np.uint64)
    message = np.empty((_ROUNDS, _LANES), np.uint64)
    state = np.empty((8, _LANES), np.uint64)
    for begin in range(0, len(numbers), _LANES):
        lanes = min(_LANES, len(numbers) - begin)
        for lane in range(lanes):
            _write(message[:, lane], numbers[begin + lane])
        for place in range(16, _ROUNDS):
            near, far = message[place - 15], message[place - 2]
            for lane in range(_LANES):
                low = _turned(near[lane], 1) ^ _turned(near[lane], 8) ^ (near[lane] >> np.uint64(7))
                high = _turned(far[lane], 19) ^ _turned(far[lane], 61) ^ (far[lane] >> np.uint64(6))
                message[place, lane] = message[place - 16, lane] + low + message[place - 7, lane] + high
        for row in range(8):
            state[row] = start[row]
        for step in range(_ROUNDS):
            # The standard shifts all eight words by one position. Here the rows are renamed instead: the last comes first.
            a, b, c, d = state[-step & 7], state[1 - step & 7], state[2 - step & 7], state[3 - step & 7]
            e, f, g, h = state[4 - step & 7], state[5 - step & 7], state[6 - step & 7], state[7 - step & 7]
            for lane in range(_LANES):
                chosen = (e[lane] & f[lane]) ^ (~e[lane] & g[lane])
                most = (a[lane] & b[lane]) ^ (a[lane] & c[lane]) ^ (b[lane] & c[lane])
                more = h[lane] + chosen + constants[step] + message[step, lane]
                more += _turned(e[lane], 14) ^ _turned(e[lane], 18) ^ _turned(e[lane], 41)
                d[lane] += more
                h[lane] = more + most + (_turned(a[lane], 28) ^ _turned(a[lane], 34) ^ _turned(a[lane], 39))
        for lane in range(lanes):
            first[begin + lane] = start[0] + state[0, lane]
    return first


@compiled
def _write(block: Words, number: int) -> None:
    """Write a number's digits, a one bit and the message length into the first sixteen words."""
    block[:16] = 0
    digits, rest = 1, number // 10
    while rest > 0:
        digits, rest = digits + 1, rest // 10
    rest = number
    for place in range(digits - 1, -1, -1):
        block[place >> 3] |= np.uint64(48 + rest % 10) << np.uint64(56 - 8 * (place & 7))
        rest //= 10
    block[digits >> 3] |= np.uint64(0x80) << np.uint64(56 - 8 * (digits & 7))
    block[15] = 8 * digits


@cache
def _constants() -> tuple[Words, Words]:
    """Return the first 64 fractional bits of the square roots of 8 primes, and of the cube roots of 80 primes."""
    primes = [n for n in range(2, 410) if all(n % divisor for divisor in range(2, isqrt(n) + 1))]
    mask = (1 << 64) - 1
    squares = [isqrt(prime << 128) & mask for prime in primes[:8]]
    return np.array(squares, np.uint64), np.array([_cube_root(prime << 192) & mask for prime in primes], np.uint64)


def _cube_root(number: int) -> int:
    """Return the largest integer whose cube is at most this number, by Newton's method from above."""
    guess = 1 << -(-number.bit_length() // 3)
    while (better := (2 * guess + number // guess**2) // 3) < guess:
        guess = better
    return guess
