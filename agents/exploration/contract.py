"""The interface of a way to explore: its declaration, its input, and what it does.

This module loads neither torch nor numba, so commands that only read can know the hyper-parameters of all ways to explore.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from agents.learners.contract import HyperSpec, OptionSpec, OptionValue

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from agents.acting.rollout import Experience, Explore
    from agents.learners.decisions import Decisions
    from agents.models.stack import Stack


@dataclass(frozen=True)
class ExplorationInput:
    """What a way to explore gets at the begin of a training.

    Attributes:
        stack: The learning players; not to be changed.
        states: Per player, the named arrays that this way to explore kept, see `Exploring.states`; empty for new players.
        owner: int64 [C, K], the player that holds each team and learns from it, or `agents.acting.routing.EMPTY`.
        hyper: The hyper-parameters that it declares, [P] each.
        gamma: Discount per decision, [P].
        options: Its options by name, complete.
        generator: The only source of randomness.
    """

    stack: Stack
    states: Sequence[Mapping[str, np.ndarray]]
    owner: Tensor
    hyper: Mapping[str, Tensor]
    gamma: Tensor
    options: Mapping[str, OptionValue]
    generator: torch.Generator


class Exploring(Protocol):
    """A way to explore at work. It may learn; what it has learnt is part of the players."""

    def way(self) -> Explore | None:
        """What changes the actions of learning players in the next collection; None if it leaves them as they are."""
        ...

    def pay(self, rows: Sequence[Decisions], experience: Experience) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Judge a collection, and learn from it.

        Args:
            rows: The decisions of the learning players, per role.
            experience: The collection.

        Returns:
            The intrinsic reward of each step, float32 [T, C, A], 0 where there is none; and metrics, [P] each.
        """
        ...

    def states(self) -> Sequence[Mapping[str, np.ndarray]]:
        """Per player, the named arrays that it keeps."""
        ...


Begin = Callable[[ExplorationInput], Exploring]
"""Begins to explore."""


@dataclass(frozen=True)
class ExplorationSpec:
    """The declaration of a way to explore.

    Attributes:
        name: Its name in configurations: a name of the table, `module:callable`, or `path/to/file.py:callable`.
        code: The location of its code, `module:callable`. It is loaded when training begins.
        about: A short description, which the report shows.
        hyper: Its hyper-parameters. Each player has its own, and evolution may change them.
        options: Its options, which evolution does not change.
        metrics: Names of the metrics of `agents.learners.table` that it reports.
        acts: Whether it changes actions. Then it needs players that act by the values of discrete actions, as those of dqn.
        pays: Whether it pays an intrinsic reward.
    """

    name: str
    code: str
    about: str = ""
    hyper: tuple[HyperSpec, ...] = ()
    options: tuple[OptionSpec, ...] = ()
    metrics: tuple[str, ...] = ()
    acts: bool = False
    pays: bool = True


@dataclass(frozen=True)
class Exploration:
    """A user's own way to explore: its code together with its declaration. The decorator `exploration` makes it."""

    begin: Begin
    hyper: tuple[HyperSpec, ...] = ()
    options: tuple[OptionSpec, ...] = ()
    acts: bool = False
    pays: bool = True

    def __call__(self, given: ExplorationInput) -> Exploring:
        """Begin to explore."""
        return self.begin(given)


def exploration(
    *,
    hyper: Sequence[HyperSpec] = (),
    options: Sequence[OptionSpec] = (),
    acts: bool = False,
    pays: bool = True,
) -> Callable[[Begin], Exploration]:
    """Declare a function to be a way to explore, as a decorator.

    Args:
        hyper: Its hyper-parameters.
        options: Its options.
        acts: Whether it changes actions.
        pays: Whether it pays an intrinsic reward.
    """
    return lambda begin: Exploration(begin, tuple(hyper), tuple(options), acts, pays)


@dataclass(frozen=True)
class Chosen:
    """A way to explore that a group of players uses.

    Attributes:
        name: Its name.
        options: Its options that differ from their defaults.
    """

    name: str
    options: Mapping[str, OptionValue] = field(default_factory=dict)
