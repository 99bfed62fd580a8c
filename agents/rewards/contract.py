"""The interface of a term of the reward: what a function of the user gets and returns.

A function gets tensors with a row for each decision, of stock games and of twins alike: what the seat itself saw and did, and
the facts of its `infos` that the configuration names. Both kinds of arenas give the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["task", "step", "potential", "curiosity"]
"""What a term is computed from: the game's own reward, decisions, a potential of places, or intrinsic rewards."""


@dataclass(frozen=True)
class Place:
    """Where B seats of a role are. The input of a potential.

    Attributes:
        role: Name of the role.
        observation: float32 [B, F], flattened.
        facts: Name → float32 [B], what the infos say of the seat; 0 where they say nothing.
    """

    role: str
    observation: Tensor
    facts: Mapping[str, Tensor]


@dataclass(frozen=True)
class Step:
    """B decisions of seats of a role, and what followed them. The input of a term or of a constraint.

    Attributes:
        role: Name of the role.
        observation: float32 [B, F], before the decision, flattened.
        action: int64 [B] of discrete roles; float32 [B, n] of continuous ones, within their bounds.
        reward: float32 [B], the game's own reward until the seat's next decision.
        facts: Name → float32 [B], what the infos say of the seat right after the decision; 0 where they say nothing.
        terminated: bool [B], the seat's life ended before its next decision.
        truncated: bool [B], the seat was cut off before its next decision.
    """

    role: str
    observation: Tensor
    action: Tensor
    reward: Tensor
    facts: Mapping[str, Tensor]
    terminated: Tensor
    truncated: Tensor


@dataclass(frozen=True)
class TermSpec:
    """The declaration of a term.

    Attributes:
        name: Its name in configurations.
        kind: What it is computed from.
        about: A short description.
        asks: What the configuration has to name: the fact of the infos, or the function, from which it is computed.
    """

    name: str
    kind: Kind
    about: str
    asks: bool = False


@dataclass(frozen=True)
class Term:
    """A term of the reward that a group of players learns from.

    Attributes:
        name: Its name, with which its weight is stored.
        kind: What it is computed from.
        function: `module:callable` of the user, from `Place` or `Step` to numbers [B]; "" for a function of this project.
        facts: Names of the facts that the function sees.
    """

    name: str
    kind: Kind
    term: str
    function: str = ""
    facts: tuple[str, ...] = field(default=())


WEIGHT = "reward_"
"""Prefix of the names of weights among a player's hyper-parameters."""
