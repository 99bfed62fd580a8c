"""Appearance of agents and landmarks in the drawings of particle worlds, by their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from envs.rendering.shapes import AMBER, BLUE, DARK, GREEN, PAPER, RED, ROSE, SKY

LETTERS = "abcdefghijklmnopqrstuvwxyz"
HUES = (AMBER, BLUE, GREEN, ROSE, RED, SKY)
"""Colours of the kinds of treasure."""


@dataclass(frozen=True)
class Look:
    """The appearance of an object.

    Attributes:
        color: Its colour.
        mark: Its character in the terminal's map.
        letter: The letter on it in the picture.
        ink: The letter's colour.
        square: True draws a square for one letter, False a disc of the object's size.
    """

    color: str
    mark: str
    letter: str = ""
    ink: str = PAPER
    square: bool = False


def _landmark(entity: Any, number: int) -> Look:
    letter = LETTERS[number % len(LETTERS)]
    return Look(DARK, "#") if entity.collide else Look(DARK, letter, letter, square=True)


def _treasure(entity: Any, number: int) -> Look:
    return Look(HUES[entity.type], LETTERS[entity.type])


def _deposit(entity: Any, number: int) -> Look:
    letter = LETTERS[entity.d_i].upper()
    return Look(HUES[entity.d_i], letter, letter, _ink(HUES[entity.d_i]))


def _collector(entity: Any, number: int) -> Look:
    color = "#d8d3c8" if entity.holding is None else HUES[entity.holding]
    return Look(color, str(number % 10), str(number % 10), _ink(color))


def _ink(color: str) -> str:
    """Return the colour of letters on this colour."""
    return PAPER if color in (BLUE, GREEN, RED) else DARK


LOOKS: dict[str, Callable[[Any, int], Look]] = {
    "adversary": lambda entity, number: Look(RED, "X", str(number)),
    "leadadversary": lambda entity, number: Look("#7d1f10", "L", "L"),
    "eve": lambda entity, number: Look(RED, "E", "E"),
    "alice": lambda entity, number: Look(BLUE, "A", "A"),
    "bob": lambda entity, number: Look(GREEN, "B", "B"),
    "speaker": lambda entity, number: Look(GREEN, "S", "S"),
    "listener": lambda entity, number: Look(BLUE, "L", "L"),
    "agent": lambda entity, number: Look(BLUE, "o", str(number)),
    "landmark": _landmark,
    "food": lambda entity, number: Look(AMBER, "*"),
    "forest": lambda entity, number: Look("#cfe0bf", "%"),
    "treasure": _treasure,
    "deposit": _deposit,
    "collector": _collector,
}
"""Name without number → function from the number to the appearance."""
