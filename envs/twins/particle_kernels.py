"""The dynamics of `envs.twins.particles`, compiled: a few passes over the copies of a CPU arena instead of sixty operations.

Every function reads NumPy arrays (views of CPU tensors) and writes into arrays that it is given. Nothing is rounded in another
way than by the operations on tensors, so both give the same bits. Axes: N copies, A agents, C pairs of points that collide, Q
pairs whose distance is measured, S features of the joint state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.compiling import Flags, Floats, Ints, compiled

Doubles = NDArray[np.float64]


@compiled
def decode(chosen: Ints, effects: Doubles, first: Ints, command: Doubles) -> None:
    """Look up the forces and the message of each action.

    Args:
        chosen: [N, A].
        effects: The table of effects, flattened.
        first: [A, 2 + M], the position of the effects of action 0.
        command: [A, 2 + M, N], output.
    """
    for a in range(command.shape[0]):
        for part in range(command.shape[1]):
            for n in range(command.shape[2]):
                command[a, part, n] = effects[first[a, part] + chosen[n, a]]


@compiled
def exponents(overlap: Doubles, margin: float, lowest: float, out: Doubles) -> None:
    """The exponents of the soft contact forces: minus the depth in margins, which is bounded below. Both arrays are [C, N]."""
    for c in range(overlap.shape[0]):
        for n in range(overlap.shape[1]):
            out[c, n] = -abs(max(overlap[c, n] / margin, lowest))


@compiled
def push(
    overlap: Doubles,
    rest: Doubles,
    distance: Doubles,
    offset: Doubles,
    contact_of: Ints,
    direction: Doubles,
    margin: float,
    stiffness: float,
    force: Doubles,
) -> None:
    """Add the contact forces to the forces of the agents.

    Args:
        overlap: [C, N].
        rest: [C, N], log(1 + exp(x)) of the `exponents` x.
        distance: [Q, N].
        offset: [Q, 2, N].
        contact_of: [T · A], the contacts of every agent in T turns.
        direction: [T · A], the sign of the force on the agent.
        margin: Distance over which a contact force sets in.
        stiffness: Stiffness of contacts.
        force: [A, 2, N], changed in place.
    """
    agents, total = force.shape[0], np.empty(force.shape[2])
    strength = np.empty(rest.shape)
    for c in range(rest.shape[0]):
        for n in range(rest.shape[1]):
            pressed = (max(overlap[c, n] / margin, 0.0) + rest[c, n]) * margin
            strength[c, n] = pressed * stiffness / distance[c, n]
    for a in range(agents):
        for axis in range(2):
            total[:] = 0.0
            for turn in range(a, contact_of.shape[0], agents):
                c, sign = contact_of[turn], direction[turn]
                for n in range(total.shape[0]):
                    total[n] += strength[c, n] * offset[c, axis, n] * sign
            for n in range(total.shape[0]):
                force[a, axis, n] = total[n] + force[a, axis, n]


@compiled
def integrate(
    force: Doubles, dt: float, kept: float, top_speed: Doubles, limited: bool, position: Doubles, velocity: Doubles
) -> None:
    """Advance positions and velocities [A, 2, N] by one step, in place; `kept` is the share of velocity that stays."""
    for a in range(force.shape[0]):
        for axis in range(2):
            for n in range(force.shape[2]):
                position[a, axis, n] += velocity[a, axis, n] * dt
                velocity[a, axis, n] = velocity[a, axis, n] * kept + force[a, axis, n] * dt
        if limited:
            top = top_speed[a]
            for n in range(force.shape[2]):
                x, y = velocity[a, 0, n], velocity[a, 1, n]
                speed = np.sqrt(x * x + y * y)
                if speed > top:
                    velocity[a, 0, n] = x / speed * top
                    velocity[a, 1, n] = y / speed * top


@compiled
def measure(
    points: Doubles, one: Ints, other: Ints, reach: Doubles, offset: Doubles, squared: Doubles, distance: Doubles,
    overlap: Doubles,
) -> None:  # fmt: skip
    """Compute the distances of all pairs, and the overlaps of those that can touch.

    Args:
        points: [points, 2, N].
        one: [Q], the first point of each pair.
        other: [Q], the second point of each pair.
        reach: [C], the distance at which a pair touches.
        offset: [Q, 2, N], output.
        squared: [Q, N], output.
        distance: [Q, N], output.
        overlap: [C, N], output.
    """
    for q in range(offset.shape[0]):
        first, second = one[q], other[q]
        for n in range(offset.shape[2]):
            x, y = points[first, 0, n] - points[second, 0, n], points[first, 1, n] - points[second, 1, n]
            offset[q, 0, n], offset[q, 1, n] = x, y
            squared[q, n] = x * x + y * y
            distance[q, n] = np.sqrt(squared[q, n])
    for c in range(overlap.shape[0]):
        for n in range(overlap.shape[1]):
            overlap[c, n] = reach[c] - distance[c, n]


@compiled
def view(world: Doubles, shown: Ints, origin: Ints, resting: Flags, state: Floats) -> None:
    """Write the joint state [N, S]: differences of the world's rows `shown` and `origin` [S]; zeros in resting copies [N]."""
    for n in range(state.shape[0]):
        for s in range(state.shape[1]):
            state[n, s] = np.float32(0.0) if resting[n] else np.float32(world[shown[s], n] - world[origin[s], n])


@compiled
def tag_reward(points: Doubles, overlap: Doubles, prey: Doubles, steep: Doubles, reward: Doubles) -> None:
    """The reward of `envs.twins.simple_tag`: points of collisions, and the penalty of prey near the edge.

    Args:
        points: [A, C], points of each collision.
        overlap: [C, N].
        prey: [prey, 2, N], positions of the last agents.
        steep: [prey, 2, N], the exponential branch of the penalty.
        reward: [A, N], output.
    """
    first = reward.shape[0] - prey.shape[0]
    for a in range(reward.shape[0]):
        for n in range(reward.shape[1]):
            reward[a, n] = 0.0
        for c in range(points.shape[1]):
            won = points[a, c]
            if won != 0.0:
                for n in range(reward.shape[1]):
                    if overlap[c, n] > 0.0:
                        reward[a, n] += won
        if a >= first:
            for n in range(reward.shape[1]):
                fined = 0.0
                for axis in range(2):
                    line = (abs(prey[a - first, axis, n]) - 0.9) * 10.0
                    fined += min(max(min(line, steep[a - first, axis, n]), 0.0), 10.0)
                reward[a, n] -= fined
