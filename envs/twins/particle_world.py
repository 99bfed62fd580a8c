"""State and observations of particle games, as data; `envs/twins/particles.py` computes their dynamics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf

Features = tuple[tuple[int, int], ...]
"""An observation or a part of it: for each feature, the row of the world that is shown and the row that is subtracted."""


@dataclass(frozen=True)
class Physics:
    """The constants of a world. Lengths are in half arena widths, times in seconds; all masses are 1.

    Attributes:
        dt: Duration of a step.
        damping: Share of its velocity that an agent loses in a step.
        contact_force: Stiffness of contacts.
        contact_margin: Distance over which a contact force sets in.
    """

    dt: float = 0.1
    damping: float = 0.25
    contact_force: float = 1e2
    contact_margin: float = 1e-3


@dataclass(frozen=True)
class Agent:
    """An agent.

    Attributes:
        name: Agent id.
        size: Radius.
        accel: Acceleration of an action at full force.
        top_speed: Maximal speed.
        moves: False if no action moves it.
        speaks: True if its actions also choose a message.
    """

    name: str
    size: float = 0.05
    accel: float = 5.0
    top_speed: float = inf
    moves: bool = True
    speaks: bool = False


@dataclass(frozen=True)
class Landmark:
    """An object with a fixed position.

    Attributes:
        size: Radius.
        start_within: Maximal distance of its initial position from the centre, along each axis; that of agents is 1.
    """

    size: float = 0.05
    start_within: float = 1.0


@dataclass(frozen=True)
class World:
    """The objects of a game. Its *points* are numbered: agents, landmarks, then the positions of the goals.

    A copy of the game is a column of numbers with one *row* for each: the points' positions, the agents' velocities, the
    messages, the features of the goals, and a zero. `positions` and the methods after it return rows for observations.

    Attributes:
        agents: The agents.
        landmarks: The landmarks.
        colliders: Number of points, from the first, that collide: none, or at least all agents.
        goals: Number of landmarks that are drawn as goals, with repetition, before anything is placed.
        goal_features: The visible features of a goal, such as its colour: a row for each landmark; empty without features.
        message_width: M, the length of a message; one-hot if actions are discrete, zeros from agents that do not speak.
    """

    agents: tuple[Agent, ...]
    landmarks: tuple[Landmark, ...]
    colliders: int = 0
    goals: int = 0
    goal_features: tuple[tuple[float, ...], ...] = ()
    message_width: int = 0

    @property
    def entities(self) -> int:
        """Number of agents and landmarks, which is also the number of the first goal's point."""
        return len(self.agents) + len(self.landmarks)

    @property
    def rows(self) -> tuple[int, ...]:
        """Number of rows for points, velocities, messages, goal features and the zero."""
        agents = len(self.agents)
        return 2 * (self.entities + self.goals), 2 * agents, self.message_width * agents, self._goal_width * self.goals, 1

    @property
    def _goal_width(self) -> int:
        return len(self.goal_features[0]) if self.goal_features else 0

    def positions(self, points: Sequence[int], seen_by: int | None = None) -> Features:
        """Rows for positions relative to an agent, or to the centre."""
        start = [sum(self.rows) - 1] * 2 if seen_by is None else [2 * seen_by, 2 * seen_by + 1]
        return tuple((2 * point + axis, start[axis]) for point in points for axis in range(2))

    def velocities(self, agents: Sequence[int]) -> Features:
        """Rows for velocities of agents."""
        return self._block(1, 2, agents)

    def messages(self, agents: Sequence[int]) -> Features:
        """Rows for the last messages of agents."""
        return self._block(2, self.message_width, agents)

    def features_of(self, goals: Sequence[int]) -> Features:
        """Rows for the features of goals, numbered from 0."""
        return self._block(3, self._goal_width, goals)

    def silence(self, count: int) -> Features:
        """Rows that are always zero."""
        return self._block(4, 1, [0]) * count

    def others(self, agent: int) -> list[int]:
        """All agents except one."""
        return [other for other in range(len(self.agents)) if other != agent]

    def contacts(self) -> list[tuple[int, int]]:
        """The pairs of points that collide and of which at least one can move."""
        return [(a, b) for a, b in combinations(range(self.colliders), 2) if a < len(self.agents)]

    def _block(self, block: int, width: int, numbers: Sequence[int]) -> Features:
        first, zero = sum(self.rows[:block]), sum(self.rows) - 1
        return tuple((first + width * number + place, zero) for number in numbers for place in range(width))
