"""The shapes of pictures as plain data, and their common colours.

The colours differ in lightness as well as in hue, so that they can be told apart with colour blindness. Every picture has a
background of its own, so that it looks the same on light and on dark pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Frame = dict[str, Any]

SIDE = 320
"""Maximal length in pixels of a picture's longer side."""

FLOOR, LINES, DARK, PAPER = "#f4f1ea", "#b8b2a7", "#3c3c3c", "#ffffff"
RED, AMBER, BLUE, GREEN, SKY, ROSE = "#c8452f", "#e0a526", "#1f6fb2", "#1b8a6b", "#7cc0ea", "#c97fb0"


def frame(width: int, height: int, shapes: list[Frame], **more: Any) -> Frame:
    """Make a picture."""
    return {"width": width, "height": height, "shapes": shapes, **more}


def circle(x: float, y: float, r: float, color: str, **more: Any) -> Frame:
    """Make a disc around (x, y)."""
    return {"kind": "circle", "x": round(x, 1), "y": round(y, 1), "r": round(r, 1), "color": color, **more}


def rect(x: float, y: float, w: float, h: float, color: str, **more: Any) -> Frame:
    """Make a rectangle from its upper left corner."""
    return {"kind": "rect", "x": round(x, 1), "y": round(y, 1), "w": round(w, 1), "h": round(h, 1), "color": color, **more}


def line(x1: float, y1: float, x2: float, y2: float, color: str, width: int = 2) -> Frame:
    """Make a straight line."""
    ends = {"x1": round(x1, 1), "y1": round(y1, 1), "x2": round(x2, 1), "y2": round(y2, 1)}
    return {"kind": "line", **ends, "width": width, "color": color}


def words(x: float, y: float, size: int, text: str, color: str = DARK) -> Frame:
    """Make a line of text centred at (x, y)."""
    return {"kind": "text", "x": round(x, 1), "y": round(y, 1), "size": size, "text": text, "color": color}


def note(text: str, seats: Sequence[int] | None = None) -> Frame:
    """Make a text below a picture, for these seats only; None is for all."""
    return {"text": text, "seats": None if seats is None else list(seats)}
