"""Observations and actions in the environment's format, as rows of numbers and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Space = Mapping[str, Any]
"""The description of a space in `policy.json`."""


def flat(space: Space, shown: Any) -> np.ndarray:
    """An observation of a space as a flat float32 array, in gymnasium's order.

    Raises:
        ValueError: The observation is not in the space.
    """
    kind = space["kind"]
    if kind == "dict":
        if not isinstance(shown, Mapping) or any(key not in shown for key, _ in space["parts"]):
            raise ValueError(f"it must be a dictionary with {', '.join(repr(key) for key, _ in space['parts'])}")
        return np.concatenate([flat(part, shown[key]) for key, part in space["parts"]])
    if kind == "tuple":
        if not isinstance(shown, (list, tuple)) or len(shown) != len(space["parts"]):
            raise ValueError(f"it must be a list of {len(space['parts'])} elements")
        return np.concatenate([flat(part, one) for part, one in zip(space["parts"], shown, strict=True)])
    numbers = np.asarray(shown, dtype=np.float64).reshape(-1)
    if numbers.size != space["size"]:
        raise ValueError(f"it must have {space['size']} number{'s' * (space['size'] != 1)}, not {numbers.size}")
    if kind == "numbers":
        return numbers.astype(np.float32)
    return np.concatenate([_one_hot(*one) for one in zip(numbers, space["first"], space["count"], strict=True)])


def _one_hot(value: float, first: int, count: int) -> np.ndarray:
    if not (float(value).is_integer() and first <= value < first + count):
        raise ValueError(f"{value:g} is none of the whole numbers from {first} to {first + count - 1}")
    return np.eye(1, count, int(value) - first, dtype=np.float32)[0]


def decoded(space: Space, choice: Any) -> Any:
    """The environment's action of a choice: the index of one of finitely many actions, or a flat array of numbers.

    Several choices are counted with the last one changing fastest.
    """
    kind = space["kind"]
    if kind == "box":
        return np.asarray(choice, dtype=space["dtype"]).reshape(space["shape"])
    if kind == "whole":
        digits = _digits(int(choice), space["count"])
        numbers = [digit + first for digit, first in zip(digits, space["first"], strict=True)]
        return numbers[0] if space["shape"] is None else np.array(numbers, dtype=space["dtype"]).reshape(space["shape"])
    keys, inside = _inside(space)
    if inside[0]["real"]:
        ends = np.cumsum([part["size"] for part in inside])
        shares: list[Any] = np.split(np.asarray(choice), ends[:-1])
    else:
        shares = list(_digits(int(choice), [part["size"] for part in inside]))
    found = [decoded(part, share) for part, share in zip(inside, shares, strict=True)]
    return tuple(found) if keys is None else dict(zip(keys, found, strict=True))


def encoded(space: Space, action: Any) -> Any:
    """The choice that an action of the environment stands for; the inverse of `decoded`.

    Raises:
        ValueError: The action has another form. Numbers outside their bounds are taken as they are.
    """
    kind = space["kind"]
    if kind in ("box", "whole"):
        numbers = np.asarray(action, dtype=np.float64).reshape(-1)
        if numbers.size != space["size" if kind == "box" else "digits"]:
            raise ValueError(f"an action has {space['size' if kind == 'box' else 'digits']} numbers, not {numbers.size}")
        if kind == "box":
            return numbers
        return _number([_digit(*one) for one in zip(numbers, space["first"], space["count"], strict=True)], space["count"])
    keys, inside = _inside(space)
    try:
        shares = [action[key] for key in keys] if keys is not None else list(action)
    except (KeyError, TypeError) as error:
        raise ValueError(f"an action is a {kind} with {len(inside)} parts") from error
    if len(shares) != len(inside):
        raise ValueError(f"an action is a {kind} with {len(inside)} parts")
    found = [encoded(part, share) for part, share in zip(inside, shares, strict=True)]
    return np.concatenate(found) if inside[0]["real"] else _number(found, [part["size"] for part in inside])


def plain(action: Any) -> Any:
    """An action without arrays, as JSON has it."""
    if isinstance(action, Mapping):
        return {key: plain(part) for key, part in action.items()}
    if isinstance(action, tuple):
        return [plain(part) for part in action]
    return action.tolist() if isinstance(action, np.ndarray) else action


def _inside(space: Space) -> tuple[list[str] | None, list[Space]]:
    """The keys of a dictionary, or None for a tuple; and the parts."""
    if space["kind"] == "dict":
        return [key for key, _ in space["parts"]], [part for _, part in space["parts"]]
    return None, list(space["parts"])


def _digit(value: float, first: int, count: int) -> int:
    if not (float(value).is_integer() and first <= value < first + count):
        raise ValueError(f"{value:g} is none of the whole numbers from {first} to {first + count - 1}")
    return int(value) - first


def _digits(number: int, counts: list[int]) -> list[int]:
    digits = []
    for count in reversed(counts):
        number, digit = divmod(number, count)
        digits.append(digit)
    return digits[::-1]


def _number(digits: list[int], counts: list[int]) -> int:
    number = 0
    for digit, count in zip(digits, counts, strict=True):
        number = number * count + digit
    return number
