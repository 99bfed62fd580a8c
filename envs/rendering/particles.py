"""Drawings of particle worlds: agents and landmarks from above, the goals, and the messages of agents.

One function draws all worlds. Its arguments describe what differs: the meaning of the landmarks, and what lies on the ground.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from envs.rendering.looks import LETTERS, LOOKS, Look
from envs.rendering.shapes import (
    AMBER,
    FLOOR,
    LINES,
    SIDE,
    Frame,
    circle,
    frame,
    line,
    note,
    rect,
    words,
)

HEARERS = {"leadadversary": ("leadadversary", "adversary"), "bob": ("bob",), "eve": ("eve",)}
"""Game → who receives the messages of an agent, in games in which not everybody does."""


@dataclass(frozen=True)
class Sign:
    """The meaning of a landmark, such as an agent's goal or a secret, and the agents that know it."""

    landmark: int
    text: str
    known: tuple[int, ...]


def no_signs(world: Any) -> Sequence[Sign]:
    """No landmark has a special meaning."""
    return ()


def open_goal(world: Any) -> Sequence[Sign]:
    """The first landmark is the goal, which all agents know."""
    return (Sign(0, "goal", tuple(range(len(world.agents)))),)


def hidden_goal(world: Any) -> Sequence[Sign]:
    """One landmark is the goal, which the agents know and the adversaries do not."""
    good = tuple(seat for seat, agent in enumerate(world.agents) if not agent.adversary)
    return (Sign(world.landmarks.index(world.agents[good[0]].goal_a), "goal", good),)


def told_goals(world: Any) -> Sequence[Sign]:
    """Each speaking agent knows the goal of another agent."""
    return [
        Sign(world.landmarks.index(agent.goal_b), f"goal of {agent.goal_a.name}", (seat,))
        for seat, agent in enumerate(world.agents)
        if not agent.silent
    ]


def secret(world: Any) -> Sequence[Sign]:
    """Alice knows the secret that Bob has to reconstruct and Eve must not; only Alice and Bob have the key."""
    _, bob, alice = range(3)
    speaker = world.agents[alice]
    found = Sign(world.landmarks.index(speaker.goal_a), "secret", (alice,))
    return (found, Sign(int(np.argmax(speaker.key)), "key", (alice, bob)))


@dataclass(frozen=True)
class Camera:
    """The map from world positions to pixels; `scale` is pixels per unit of length."""

    scale: float

    def __call__(self, place: Sequence[float]) -> tuple[float, float]:
        """Return the pixel of a position. The y axis points up in the world and down in the picture."""
        return SIDE / 2 + float(place[0]) * self.scale, SIDE / 2 - float(place[1]) * self.scale


def nothing(env: Any, camera: Camera) -> list[Frame]:
    """Draw nothing on the ground."""
    return []


def ring(env: Any, camera: Camera) -> list[Frame]:
    """Draw the circle that the agents have to form."""
    x, y = camera(env.world.landmarks[0].state.p_pos)
    radius = env.scenario.TARGET_RADIUS * camera.scale
    return [circle(x, y, radius + 1, LINES), circle(x, y, radius - 1, FLOOR)]


def row(env: Any, camera: Camera) -> list[Frame]:
    """Draw the line that the agents have to form."""
    (x1, y1), (x2, y2) = (camera(landmark.state.p_pos) for landmark in env.world.landmarks)
    return [line(x1, y1, x2, y2, LINES)]


@dataclass(frozen=True)
class Thing:
    """An object in the world: its position, size and appearance; `seat` is the number of an agent, else None."""

    x: float
    y: float
    r: float
    look: Look
    seat: int | None


def particles(
    env: Any, signs: Callable[[Any], Sequence[Sign]] = no_signs, ground: Callable[[Any, Camera], list[Frame]] = nothing
) -> Frame:
    """Draw a particle world. Small objects are drawn over large ones.

    Args:
        env: The environment.
        signs: Returns the meaning of its landmarks.
        ground: Draws what lies below everything.
    """
    world = env.world
    there = [entity for entity in (*world.landmarks, *world.agents) if getattr(entity, "alive", True)]
    reach = max(1.25, *(float(np.abs(entity.state.p_pos).max()) + entity.size + 0.02 for entity in there))
    camera = Camera(SIDE / 2 / reach)
    low, high = SIDE / 2 - camera.scale, SIDE / 2 + camera.scale
    rim = ((low, low, high, low), (high, low, high, high), (high, high, low, high), (low, high, low, low))
    found, said = signs(world), list(_spoken(env))
    places = [camera(world.landmarks[sign.landmark].state.p_pos) for sign in found]
    shapes = [rect(0, 0, SIDE, SIDE, FLOOR), *(line(*ends, LINES) for ends in rim), *ground(env, camera)]
    for x, y in places:
        shapes += [circle(x, y, 15, AMBER), circle(x, y, 12, FLOOR)]
    for thing in sorted(_things(world, there, camera), key=lambda thing: -thing.r):
        shapes += _drawn(thing)
    for number, (sign, (x, y)) in enumerate(zip(found, places, strict=True)):
        shared = sum(other.landmark == sign.landmark for other in found[:number])
        shapes.append(_label(x, y + (23 + 13 * shared) * (1 if y < SIDE - 45 else -1), 11, sign.text))
    for agent, text in said:
        shapes.append(_bubble(agent, text, camera))
    notes = [note(f"{sign.text}: landmark {LETTERS[sign.landmark]}", sign.known) for sign in found]
    notes += [note(f"{agent.name} says {text}", _hearers(world, agent)) for agent, text in said]
    return frame(SIDE, SIDE, shapes, **({"notes": notes} if notes else {}))


def _things(world: Any, there: Sequence[Any], camera: Camera) -> Iterator[Thing]:
    seats = {agent.name: seat for seat, agent in enumerate(world.agents)}
    alone = not any("adversary" in agent.name for agent in world.agents)
    stems = [_stem(entity) for entity in there]
    for entity, stem in zip(there, stems, strict=True):
        number = int(entity.name[len(stem) + 1 :])
        look = LOOKS[stem](entity, number)
        if stem == "agent" and alone:
            look = replace(look, mark=str(number % 10))
        if stems.count(stem) == 1 and look.letter.isdigit():
            look = replace(look, letter="")
        yield Thing(*camera(entity.state.p_pos), entity.size * camera.scale, look, seats.get(entity.name))


def _stem(entity: Any) -> str:
    return _stem_of(entity.name)


@cache
def _stem_of(name: str) -> str:
    """Return a name without its number: `adversary_1` gives `adversary`, `landmark 1` gives `landmark`."""
    return re.split(r"[ _]", name)[0]


def _drawn(thing: Thing) -> list[Frame]:
    look, x, y = thing.look, thing.x, thing.y
    facts: Frame = {"mark": look.mark} | ({} if thing.seat is None else {"seat": thing.seat})
    if look.square:
        return [rect(x - 7, y - 7, 14, 14, look.color, **facts), words(x, y, 11, look.letter, look.ink)]
    shapes = [circle(x, y, max(thing.r, 3.0), look.color, **facts)]
    if look.letter and thing.r < 5:  # too small to be written on
        return [*shapes, _label(x + 8, y - 7, 10, look.letter)]
    return [*shapes, words(x, y, 12 if thing.r > 9 else 9, look.letter, look.ink)] if look.letter else shapes


def _bubble(agent: Any, text: str, camera: Camera) -> Frame:
    """Draw an agent's message beside it."""
    x, y = camera(agent.state.p_pos)
    beside = max(8.0, agent.size * camera.scale) + 4.2 * (len(text) + 2) + 3
    return _label(x + beside * (1 if x < SIDE / 2 else -1), y, 14, f"“{text}”")


def _label(x: float, y: float, size: int, text: str) -> Frame:
    """Place text such that it stays within the picture."""
    half = size * 0.3 * len(text)
    return words(min(max(x, half), SIDE - half), min(max(y, size / 2), SIDE - size / 2), size, text)


def _spoken(env: Any) -> Iterator[tuple[Any, str]]:
    """Return the agents that have sent a message, with the message."""
    for agent in env.world.agents:
        if not agent.silent and np.any(agent.state.c):
            loudest = int(np.argmax(agent.state.c))
            strength = f" {agent.state.c[loudest]:.2f}" if env.continuous_actions else ""
            yield agent, f"{LETTERS[loudest].upper()}{strength}"


def _hearers(world: Any, speaker: Any) -> list[int] | None:
    """Return the agents that receive another's messages, including itself; None if all do."""
    stems = HEARERS.get(_stem(speaker))
    return None if stems is None else [seat for seat, agent in enumerate(world.agents) if _stem(agent) in stems]
