"""What there is in a particle game and what its agents see of it, as data; `envs/twins/particles.py` lets it move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf

Features = tuple[tuple[int, int], ...]
"""An observation, or a part of it: for each feature the row of the world that is shown and the row that is subtracted."""


@dataclass(frozen=True)
class Physics:
    """The constants of a world; lengths in half arena widths, times in seconds, masses are 1.

    Attributes:
        dt: Time that a step takes.
        damping: Part of its velocity that an agent loses in a step.
        contact_force: Stiffness of contacts.
        contact_margin: Distance over which a contact sets in.
    """

    dt: float = 0.1
    damping: float = 0.25
    contact_force: float = 1e2
    contact_margin: float = 1e-3


@dataclass(frozen=True)
class Agent:
    """Somebody who acts.

    Attributes:
        name: Agent id.
        size: Radius.
        accel: Acceleration at full throttle.
        top_speed: Whoever would be faster is slowed down to it.
        moves: False where no action moves it.
        speaks: True where its actions choose a message too.
    """

    name: str
    size: float = 0.05
    accel: float = 5.0
    top_speed: float = inf
    moves: bool = True
    speaks: bool = False


@dataclass(frozen=True)
class Landmark:
    """Something that stays where it is.

    Attributes:
        size: Radius.
        start_within: How far from the middle it is put at most, along both axes; agents start within 1.
    """

    size: float = 0.05
    start_within: float = 1.0


@dataclass(frozen=True)
class World:
    """What there is in a game. Its *points* are numbered: agents, landmarks, then where the goals are.

    A copy is a column of numbers, a *row* for each: the points' positions, the agents' velocities, the messages, the features
    of the goals, and a zero. `positions` and its neighbours name rows for observations.

    Attributes:
        agents: Who acts.
        landmarks: What stands about.
        colliders: How many points, from the first, push each other apart: none, or at least all agents.
        goals: How many landmarks are drawn, before anything is placed and with repetition, to be goals.
        goal_features: What can be seen of a goal, such as its colour: a row for each landmark; nothing if empty.
        message_width: M, how many numbers a message has; one-hot where actions are discrete, zeros from who does not speak.
    """

    agents: tuple[Agent, ...]
    landmarks: tuple[Landmark, ...]
    colliders: int = 0
    goals: int = 0
    goal_features: tuple[tuple[float, ...], ...] = ()
    message_width: int = 0

    @property
    def entities(self) -> int:
        """How many agents and landmarks there are; the first goal is the point of this number."""
        return len(self.agents) + len(self.landmarks)

    @property
    def rows(self) -> tuple[int, ...]:
        """How many rows the points, velocities, messages, features of goals and the zero take."""
        agents = len(self.agents)
        return 2 * (self.entities + self.goals), 2 * agents, self.message_width * agents, self._goal_width * self.goals, 1

    @property
    def _goal_width(self) -> int:
        return len(self.goal_features[0]) if self.goal_features else 0

    def positions(self, points: Sequence[int], seen_by: int | None = None) -> Features:
        """Where points are, seen from an agent, or from the middle."""
        start = [sum(self.rows) - 1] * 2 if seen_by is None else [2 * seen_by, 2 * seen_by + 1]
        return tuple((2 * point + axis, start[axis]) for point in points for axis in range(2))

    def velocities(self, agents: Sequence[int]) -> Features:
        """How agents move."""
        return self._block(1, 2, agents)

    def messages(self, agents: Sequence[int]) -> Features:
        """What agents have just said."""
        return self._block(2, self.message_width, agents)

    def features_of(self, goals: Sequence[int]) -> Features:
        """The features of goals, the first goal being number 0."""
        return self._block(3, self._goal_width, goals)

    def silence(self, count: int) -> Features:
        """Numbers that are always zero."""
        return self._block(4, 1, [0]) * count

    def others(self, agent: int) -> list[int]:
        """All agents but one."""
        return [other for other in range(len(self.agents)) if other != agent]

    def contacts(self) -> list[tuple[int, int]]:
        """The pairs of points that push each other, as long as one of them can move."""
        return [(a, b) for a, b in combinations(range(self.colliders), 2) if a < len(self.agents)]

    def _block(self, block: int, width: int, numbers: Sequence[int]) -> Features:
        first, zero = sum(self.rows[:block]), sum(self.rows) - 1
        return tuple((first + width * number + place, zero) for number in numbers for place in range(width))
