"""The randomness of a decision: an integer hash of (ticket seed, step, slot, action), not a draw from a generator.

So a match does not depend on which other matches share the arena, nor on the device.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs import compiling
from envs.compiling import compiled, inlined
from envs.game import Game

GOLDEN = 0x9E3779B97F4A7C15
SPLIT_1 = 0xBF58476D1CE4E5B9
SPLIT_2 = 0x94D049BB133111EB

_GOLDEN, _SPLIT_1, _SPLIT_2 = np.uint64(GOLDEN), np.uint64(SPLIT_1), np.uint64(SPLIT_2)
_ONE, _SLOT, _HALF, _UNIT = np.uint64(1), np.uint64(65_536), np.float32(0.5), np.float32(2.0**-23)


def decision_uniforms(game: Game, seeds: Tensor, steps: Tensor | int) -> tuple[Tensor, ...]:
    """The noise of one step: per role float32 [N, slots, n]; see `counter_based_uniforms`."""
    noise, first = [], 0
    for index, role in enumerate(game.roles):
        noise.append(counter_based_uniforms(seeds, steps, game.slots(index), role.actions.size, first))
        first += game.slots(index)
    return tuple(noise)


def counter_based_uniforms(seeds: Tensor, steps: Tensor | int, slots: int, n: int, first: int = 0) -> Tensor:
    """Uniform numbers that are a function of where they are used.

    Args:
        seeds: int64 [N], the seed of each copy's match.
        steps: int64 [N], the step within each match; or one number for all.
        slots: Number of slots.
        n: Numbers per slot, at most 65,536.
        first: Counts the slots from here, so that roles do not share numbers.

    Returns:
        float32 [N, slots, n] in (0, 1), bit-equal on every device.

    Laws:
        On the CPU, where it is compiled, it equals `uniforms_in_tensors`.

    Reference:
        Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators": the finaliser of SplitMix64.
    """
    if isinstance(steps, int):
        steps = torch.full_like(seeds, steps)
    if not compiling.serve(seeds.device):
        return uniforms_in_tensors(seeds, steps, slots, n, first)
    noise = torch.empty(len(seeds), slots, n)
    _fill(seeds.contiguous().numpy(), steps.contiguous().numpy(), first, noise.numpy())
    return noise


def uniforms_in_tensors(seeds: Tensor, steps: Tensor, slots: int, n: int, first: int = 0) -> Tensor:
    """The formula of `counter_based_uniforms` in tensors, for any device."""
    slot = torch.arange(first, first + slots, device=seeds.device).unsqueeze(1)
    place = slot * 65_536 + torch.arange(n, device=seeds.device)
    match = _mixed(_mixed(seeds * _signed(GOLDEN)) + (steps + 1) * _signed(GOLDEN))
    bits = _mixed(match[:, None, None] + (place + 1) * _signed(GOLDEN))
    # 23 bits and a half: the largest float32 below 1 that this can give is still below 1.
    return (((bits >> 41) & 0x7FFFFF).to(torch.float32) + 0.5) / 2**23


def _signed(word: int) -> int:
    """64 bits as torch takes them."""
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
    """The formula of `counter_based_uniforms`, compiled: seeds, steps [N] → noise [N, slots, n]."""
    for copy in range(noise.shape[0]):
        match = _mix(_mix(np.uint64(seeds[copy]) * _GOLDEN) + (np.uint64(steps[copy]) + _ONE) * _GOLDEN)
        for slot in range(noise.shape[1]):
            place = np.uint64(first + slot) * _SLOT
            for k in range(noise.shape[2]):
                bits = _mix(match + (place + np.uint64(k) + _ONE) * _GOLDEN) >> np.uint64(41)
                noise[copy, slot, k] = (np.float32(bits) + _HALF) * _UNIT
