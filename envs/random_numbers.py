"""Counter-based random numbers: the randomness of a decision is a hash of (seed, step, slot, action).

There is no generator with a state. A game therefore does not depend on the other games in the arena, nor on the device.

Reference:
    Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3", for the idea; the hash is that of SplitMix64 (Steele,
    Lea and Flood, 2014, "Fast splittable pseudorandom number generators").
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs import compiling
from envs.compiling import compiled, inlined

GOLDEN = 0x9E3779B97F4A7C15
SPLIT_1 = 0xBF58476D1CE4E5B9
SPLIT_2 = 0x94D049BB133111EB

_GOLDEN, _SPLIT_1, _SPLIT_2 = np.uint64(GOLDEN), np.uint64(SPLIT_1), np.uint64(SPLIT_2)
_ONE, _SLOT, _HALF, _UNIT = np.uint64(1), np.uint64(65_536), np.float32(0.5), np.float32(2.0**-23)


def counter_based_uniforms(seeds: Tensor, steps: Tensor | int, slots: int, n: int, first: int = 0) -> Tensor:
    """Return uniform random numbers that are a function of where they are used.

    Args:
        seeds: int64 [N], the seed of each copy's match.
        steps: int64 [N], the step within each match; or one number for all copies.
        slots: Number of slots.
        n: Numbers per slot, at most 65,536.
        first: Index of the first slot. Roles count on from one another, so that they do not share numbers.

    Returns:
        float32 [N, slots, n] in (0, 1), bit-equal on every device.

    Laws:
        On the CPU, where it is compiled, it equals `uniforms_in_tensors`.

    Reference:
        Steele, Lea and Flood (2014): the finaliser of SplitMix64.
    """
    if isinstance(steps, int):
        steps = torch.full_like(seeds, steps)
    if not compiling.serve(seeds.device):
        return uniforms_in_tensors(seeds, steps, slots, n, first)
    noise = torch.empty(len(seeds), slots, n)
    _fill(seeds.contiguous().numpy(), steps.contiguous().numpy(), first, noise.numpy())
    return noise


def uniforms_in_tensors(seeds: Tensor, steps: Tensor, slots: int, n: int, first: int = 0) -> Tensor:
    """Compute `counter_based_uniforms` with tensor operations, on any device."""
    slot = torch.arange(first, first + slots, device=seeds.device).unsqueeze(1)
    place = slot * 65_536 + torch.arange(n, device=seeds.device)
    match = _mixed(_mixed(seeds * _signed(GOLDEN)) + (steps + 1) * _signed(GOLDEN))
    bits = _mixed(match[:, None, None] + (place + 1) * _signed(GOLDEN))
    # float32 has 24 significant bits. With 23 random bits and a half, neither 0 nor 1 can occur, even after rounding.
    return (((bits >> 41) & 0x7FFFFF).to(torch.float32) + 0.5) / 2**23


def _signed(word: int) -> int:
    """Reinterpret a 64-bit word as the signed integer that torch needs."""
    return word - 2**64


def _mixed(z: Tensor) -> Tensor:
    z = (z ^ ((z >> 30) & (2**34 - 1))) * _signed(SPLIT_1)
    z = (z ^ ((z >> 27) & (2**37 - 1))) * _signed(SPLIT_2)
    return z ^ ((z >> 31) & (2**33 - 1))


@inlined
def _mix(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> np.uint64(30))) * _SPLIT_1
    z = (z ^ (z >> np.uint64(27))) * _SPLIT_2
    return z ^ (z >> np.uint64(31))


@compiled
def _fill(seeds: NDArray[np.int64], steps: NDArray[np.int64], first: int, noise: NDArray[np.float32]) -> None:
    """Compute `counter_based_uniforms` in compiled loops: seeds [N], steps [N] → noise [N, slots, n]."""
    for copy in range(noise.shape[0]):
        match = _mix(_mix(np.uint64(seeds[copy]) * _GOLDEN) + (np.uint64(steps[copy]) + _ONE) * _GOLDEN)
        for slot in range(noise.shape[1]):
            place = np.uint64(first + slot) * _SLOT
            for k in range(noise.shape[2]):
                bits = _mix(match + (place + np.uint64(k) + _ONE) * _GOLDEN) >> np.uint64(41)
                noise[copy, slot, k] = (np.float32(bits) + _HALF) * _UNIT
