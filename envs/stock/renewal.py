"""Whether environments of a game may be reset instead of being made anew.

Some environments carry something from one game into the next: a generator that is not seeded again, a list that is not emptied.
Their matches would not replay. Therefore a match begins in a new environment, unless environments are slow to make and an
examination finds that a used one, once reset, plays exactly as a new one does.
"""

from __future__ import annotations

from contextlib import closing
from time import perf_counter

import torch
from torch import Tensor

from envs.arena import RESTS, Arena, Timestep
from envs.conformance.compare import random_actions
from envs.description import EnvironmentSpec
from envs.faults import GameError
from envs.shelf import SHELF, key
from envs.stock.arena import StockArena

USED, COMPARED = {11: 200}, {13: 50, 14: 50}
"""The games that use an environment up, and those in which it is compared with a new one: the seed and the most steps of each.

The second comparison begins in the middle of a game, if it is a long one."""


WORTH = 200
"""How many environments could be made in the time that the examination takes at most; if it takes longer, nothing is kept."""


def may_be_kept(spec: EnvironmentSpec) -> bool:
    """Return whether environments of a game are slow to make and start like new when they are reset.

    The examination takes a few games, once per process and setup. It is broken off where it costs more than it could save.
    """
    setup = key(spec.setup)
    if not SHELF.slow.get(setup, False):
        return False
    if setup not in SHELF.resets:
        SHELF.resets[setup] = resets_like_new(spec)
    return SHELF.resets[setup]


def resets_like_new(spec: EnvironmentSpec) -> bool:
    """Return whether a used environment plays the same games as new ones, to the bit, in random play without an error."""
    try:
        return _same_games(spec)
    except GameError:
        return False


class _TooLongError(Exception):
    """The examination takes longer than it is worth."""


def _same_games(spec: EnvironmentSpec) -> bool:
    begun = perf_counter()
    with closing(StockArena(spec, 1)) as used, closing(StockArena(spec, 1, fresh=True)) as new:
        now = perf_counter()
        last = now + WORTH * (now - begun) / 2
        try:
            for seed, steps in USED.items():
                _play(used, seed, steps, last)
            return all(
                _equal(_play(used, seed, steps, last), _play(new, seed, steps, last)) for seed, steps in COMPARED.items()
            )
        except _TooLongError:
            return False


def _play(arena: Arena, seed: int, steps: int, last: float) -> list[Tensor]:
    """Play a game with random actions that follow from the seed, and return everything that was shown.

    Raises:
        _TooLongError: It was not over at the time `last`.
    """
    generator, rests = torch.Generator().manual_seed(seed), torch.tensor([RESTS])
    now = arena.restart(torch.tensor([seed]))
    story = _shown(now)
    for _ in range(steps):
        if perf_counter() > last:
            raise _TooLongError
        now = arena.step(random_actions(arena.game, now, generator), rests)
        story += _shown(now)
        if bool(now.over[0]):
            break
    return story


def _shown(now: Timestep) -> list[Tensor]:
    legal = [mask for mask in now.legal if mask is not None]
    told = [fact.nan_to_num(-1.0) for fact in (now.positions, now.success) if fact is not None]
    return [*now.observation, *legal, now.acting, now.states.kept, now.reward, now.terminated, now.truncated, now.over, *told]


def _equal(one: list[Tensor], other: list[Tensor]) -> bool:
    return len(one) == len(other) and all(map(torch.equal, one, other))
