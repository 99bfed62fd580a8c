"""A finite game as a tree of arrays.

A *node* is a history of the game. An *information set* is everything that a seat knows when it has to act: its nodes look the
same to the seat. The seats remember all that they saw and did (perfect recall), so a policy over information sets is as good as
any other one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from envs.faults import GameError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CHANCE, OVER = -1, -2
"""Values of `GameTree.mover`: chance moves, and the game is over."""

LARGEST = 1_000_000
"""The largest number of nodes of a tree."""


@dataclass(frozen=True, eq=False)
class GameTree:
    """A game of A seats, V nodes, I information sets and n actions. Node 0 is the root; parents come before their children.

    Attributes:
        agents: PettingZoo's ids of the seats.
        actions: Number of actions, n.
        mover: int64 [V], the seat that acts, `CHANCE` or `OVER`.
        parent: int64 [V]; −1 for the root.
        taken: int64 [V], the action, or the number of the outcome of chance, that leads from the parent to the node.
        chance: float64 [V], the probability of the node if chance moves in its parent, else 1.
        information: int64 [V], the information set of a node where a seat acts, else −1.
        returns: float64 [V, A], what the seats win; 0 before the game is over.
        seen: int64 [V, A], what each seat observes: a row of `views`. Row 0 is the blank view of the nodes of chance.
        views: float32 [·, F], the different observations, flattened.
        legal: bool [I, n], the legal actions.
        keys: The information sets by name, as OpenSpiel calls them.
    """

    agents: tuple[str, ...]
    actions: int
    mover: Ints
    parent: Ints
    taken: Ints
    chance: Floats
    information: Ints
    returns: Floats
    seen: Ints
    views: NDArray[np.float32]
    legal: NDArray[np.bool_]
    keys: tuple[str, ...]

    @cached_property
    def depth(self) -> Ints:
        """int64 [V], the number of moves before each node."""
        depth = np.zeros(len(self.mover), np.int64)
        for node, parent in enumerate(self.parent.tolist()[1:], start=1):
            depth[node] = depth[parent] + 1
        return depth

    @cached_property
    def levels(self) -> list[Ints]:
        """The nodes at each depth; the root is at depth 0."""
        order = np.argsort(self.depth, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(self.depth[order])) + 1)

    @cached_property
    def first(self) -> Ints:
        """int64 [I], the first node of each information set."""
        found = np.zeros(len(self.legal), np.int64)
        nodes = np.flatnonzero(self.information >= 0)[::-1]
        found[self.information[nodes]] = nodes
        return found

    @property
    def owner(self) -> Ints:
        """int64 [I], the seat that acts in each information set."""
        return self.mover[self.first]

    @property
    def observations(self) -> NDArray[np.float32]:
        """float32 [I, F], what the acting seat observes."""
        return self.views[self.seen[self.first, self.owner]]


class Position(Protocol):
    """A position of a game that is written out."""

    def seat(self) -> int:
        """The seat that acts, `CHANCE` or `OVER`."""
        ...

    def children(self) -> Iterable[tuple[int, float, Callable[[], Position]]]:
        """What may happen: the action or the number of the outcome, its probability (1 for actions), and what follows."""
        ...

    def returns(self) -> Sequence[float]:
        """What the seats win; zeros before the game is over."""
        ...

    def key(self, seat: int) -> str:
        """What the seat knows, as text."""
        ...

    def view(self, seat: int) -> NDArray[np.float32]:
        """What the seat observes, float32 [F]."""
        ...


@dataclass
class _Rows:
    """The rows of a tree that is being written out."""

    name: str
    agents: Sequence[str]
    actions: int
    mover: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    chance: list[float] = field(default_factory=list)
    information: list[int] = field(default_factory=list)
    returns: list[Sequence[float]] = field(default_factory=list)
    seen: list[list[int]] = field(default_factory=list)
    sets: dict[tuple[int, str], int] = field(default_factory=dict)
    depths: list[int] = field(default_factory=list)
    legal: list[NDArray[np.bool_]] = field(default_factory=list)
    shown: list[NDArray[np.float32]] = field(default_factory=list)
    views: dict[bytes, int] = field(default_factory=dict)

    def add(self, position: Position, legal: Sequence[int], way: tuple[int, int, float, int]) -> None:
        """Add a position; `way` is its parent, what was done there, the probability of that, and the depth."""
        parent, taken, chance, depth = way
        seat = position.seat()
        self.mover.append(seat)
        self.parent.append(parent)
        self.taken.append(taken)
        self.chance.append(chance)
        self.information.append(self._known(position, seat, legal, depth) if seat >= 0 else -1)
        self.returns.append(position.returns())
        seats = range(len(self.agents))
        self.seen.append([0 if seat == CHANCE else self.number(position.view(each)) for each in seats])

    def _known(self, position: Position, seat: int, legal: Sequence[int], depth: int) -> int:
        """The information set of a position."""
        found = self.sets.setdefault((seat, position.key(seat)), len(self.sets))
        if found == len(self.legal):
            allowed = np.zeros(self.actions, np.bool_)
            allowed[legal] = True
            self.legal.append(allowed)
            self.depths.append(depth)
        elif self.depths[found] != depth:
            raise GameError(f"{self.name} has situations that a seat cannot tell apart after different numbers of moves")
        return found

    def number(self, view: NDArray[np.float32]) -> int:
        """The number of an observation."""
        found = self.views.setdefault(view.tobytes(), len(self.shown))
        if found == len(self.shown):
            self.shown.append(view)
        return found


def write_out(name: str, agents: Sequence[str], actions: int, root: Position) -> GameTree:
    """Write out a game.

    Args:
        name: The game's name.
        agents: PettingZoo's ids of the seats.
        actions: Number of actions.
        root: The position before the first move.

    Raises:
        GameError: The tree has more than `LARGEST` nodes, or an information set has nodes at different depths.
    """
    rows = _Rows(name, agents, actions)
    rows.number(np.zeros_like(root.view(0)))
    todo: list[tuple[Position, tuple[int, int, float, int]]] = [(root, (-1, 0, 1.0, 0))]
    while todo:
        position, way = todo.pop()
        node, depth = len(rows.mover), way[3]
        if node >= LARGEST:
            raise GameError(f"{name} is too large to be written out as a tree of {LARGEST} nodes")
        branches = list(position.children())
        rows.add(position, [action for action, _, _ in branches], way)
        todo += [(follow(), (node, action, likely, depth + 1)) for action, likely, follow in reversed(branches)]
    return GameTree(
        tuple(agents),
        actions,
        np.array(rows.mover, np.int64),
        np.array(rows.parent, np.int64),
        np.array(rows.taken, np.int64),
        np.array(rows.chance),
        np.array(rows.information, np.int64),
        np.array(rows.returns, np.float64),
        np.array(rows.seen, np.int64),
        np.stack(rows.shown),
        np.stack(rows.legal),
        tuple(key for _, key in rows.sets),
    )
