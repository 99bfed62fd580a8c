"""Links that follow from the positions of the seats in the game, anew in every step.

A dynamic topology is a function from positions to links. `positions` are float [..., A, D]; `present` is bool [..., A], the
seats that are in the game. It returns bool [..., A, A]: whether the row's seat hears the column's seat. What it says of a seat
and itself does not count. This module loads no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from torch import Tensor

Reach = Callable[..., "Tensor"]


@dataclass(frozen=True)
class Dynamic:
    """Marks a user's own function of positions, which otherwise would be taken for a function that makes a graph of seats.

    A function that has an attribute `dynamic` of True is marked as well.

    Example:
        >>> @Dynamic
        ... def in_front(positions, present): ...
    """

    function: Reach
    dynamic: ClassVar[bool] = True

    def __call__(self, positions: Tensor, present: Tensor, **options: Any) -> Tensor:
        """Compute the links."""
        return self.function(positions, present, **options)


def radius(positions: Tensor, present: Tensor, distance: float = 1.0) -> Tensor:
    """A seat hears all others that are at most `distance` away, in the game's units of length."""
    return _distances(positions, present) <= distance


def nearest_in_world(positions: Tensor, present: Tensor, k: int = 1) -> Tensor:
    """A seat hears the `k` others that are nearest to it, and all that are as near as the last of these."""
    away = _distances(positions, present)
    last = away.kthvalue(min(k, away.shape[-1]), dim=-1, keepdim=True).values
    return (away <= last) & away.isfinite()


def check_values(name: str, options: Mapping[str, Any]) -> None:
    """Check the options of a dynamic topology of the table.

    Raises:
        ValueError: An option has no possible value.
    """
    k, distance = options.get("k", 1), options.get("distance", 1.0)
    if not isinstance(k, int) or isinstance(k, bool) or k < 1:
        raise ValueError(f"k of the topology {name!r} must be a whole number of at least 1, not {k!r}")
    if not isinstance(distance, (int, float)) or isinstance(distance, bool) or not distance > 0:
        raise ValueError(f"distance of the topology {name!r} must be a number above 0, not {distance!r}")


def _distances(positions: Tensor, present: Tensor) -> Tensor:
    """Distances [..., A, A]; infinite from a seat to itself, and to and from seats that are not in the game."""
    away = (positions.unsqueeze(-2) - positions.unsqueeze(-3)).square().sum(-1).sqrt()
    here = present.unsqueeze(-1) & present.unsqueeze(-2)
    itself = away.new_ones(away.shape[-2:]).tril().triu().bool()
    return away.masked_fill(~here | itself, float("inf"))


DYNAMIC: Mapping[str, Reach] = {"radius": radius, "nearest_in_world": nearest_in_world}
"""The table of dynamic topologies."""
