"""Pictures as lists of marks, and a painter that turns them into pixels.

The painter uses Pillow, because pictures are made after every generation. The two pictures of a generation take 0.06 s here
and 1.8 s with matplotlib, or 0.8 % and 23 % of the processor time of a league of five minutes (`benchmarks/drawing_cost.py`).
Lengths are in pixels, and y points down. The module `svg` turns the same marks into SVG.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]
"""uint8 [height, width, 3]"""

Points: TypeAlias = tuple[tuple[float, float], ...]

INK, SOFT, FAINT = "#222222", "#777777", "#b8b8b8"

CLEAR, DIM, PALE = 0.8, 0.55, 0.15
"""Shares of a colour that `faded` keeps: for forks, for retired players, and for areas behind lines."""

FINE = 4
"""Smooth edges are painted larger by this factor and then shrunk."""


@dataclass(frozen=True)
class Text:
    """One line of text.

    Attributes:
        x: x position of the anchor.
        y: y position of the anchor.
        words: The text.
        size: Font size in pixels.
        colour: Colour as `#rrggbb`.
        anchor: Which point of the line is at (x, y): left, middle or right, then middle, baseline (s), top (a) or bottom (d).
        bold: Whether the text is bold.
        turn: Rotation about the left end in degrees, counter-clockwise.
        ground: Colour behind the text, or "" for the paper.
    """

    x: float
    y: float
    words: str
    size: float
    colour: str = INK
    anchor: str = "lm"
    bold: bool = False
    turn: float = 0.0
    ground: str = ""


@dataclass(frozen=True)
class Box:
    """A filled rectangle with sharp edges, given by its upper left corner. It is at least one pixel wide and high.

    The `note` is a tooltip of the mark in SVG; pixels do not show it. Strokes and shapes have a note, too.
    """

    x: float
    y: float
    width: float
    height: float
    colour: str
    note: str = ""


@dataclass(frozen=True)
class Stroke:
    """A line with round ends through the given points. A single point gives a dot."""

    points: Points
    width: float
    colour: str
    note: str = ""


@dataclass(frozen=True)
class Shape:
    """A filled polygon."""

    points: Points
    colour: str
    note: str = ""


Mark: TypeAlias = Text | Box | Stroke | Shape


@dataclass
class Picture:
    """Marks on white paper. Later marks are on top of earlier marks."""

    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)

    def add(self, *marks: Mark) -> None:
        """Add marks on top."""
        self.marks += marks


def pixels(picture: Picture) -> Pixels:
    """Paint a picture: uint8 [height, width, 3]."""
    image = Image.new("RGB", (round(picture.width), round(picture.height)), "white")
    draw = ImageDraw.Draw(image)
    for mark in picture.marks:
        match mark:
            case Box():
                left, top = round(mark.x), round(mark.y)
                right, bottom = max(round(mark.x + mark.width), left + 1), max(round(mark.y + mark.height), top + 1)
                draw.rectangle((left, top, right - 1, bottom - 1), fill=mark.colour)
            case Text():
                mask, x, y = _letters(mark.words, mark.size, mark.anchor, mark.bold, mark.turn)
                image.paste(mark.colour, (round(mark.x) + x, round(mark.y) + y), mask)
            case Stroke() | Shape():
                _paint_smooth(image, mark)
    return np.asarray(image)


def width(words: str, size: float, bold: bool = False) -> float:
    """The width of a line of text in pixels."""
    return _font(size, bold).getlength(words)


def fitting(words: str, size: float, room: float) -> str:
    """The text, shortened to at most `room` pixels. The beginning of a longer text is left out."""
    if width(words, size) <= room:
        return words
    start = next((start for start in range(1, len(words)) if width(f"…{words[start:]}", size) <= room), len(words))
    return f"…{words[start:]}"


def faded(colour: str, share: float) -> str:
    """A colour mixed with white, so that only the given share of the colour remains."""
    return "#" + "".join(f"{round(255 - share * (255 - part)):02x}" for part in ImageColor.getrgb(colour)[:3])


def blend(colours: Sequence[str], at: float) -> str:
    """The colour at a position between 0 and 1 on a scale of evenly spaced colours."""
    place = min(max(at, 0.0), 1.0) * (len(colours) - 1)
    below = min(int(place), len(colours) - 2)
    pair = zip(ImageColor.getrgb(colours[below])[:3], ImageColor.getrgb(colours[below + 1])[:3], strict=True)
    return "#" + "".join(f"{round(one + (other - one) * (place - below)):02x}" for one, other in pair)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21, as defined by WCAG 2.1."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in ImageColor.getrgb(colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _paint_smooth(image: Image.Image, mark: Stroke | Shape) -> None:
    thick = mark.width / 2 if isinstance(mark, Stroke) else 0.0
    xs, ys = zip(*mark.points, strict=True)
    left, top = math.floor(min(xs) - thick) - 1, math.floor(min(ys) - thick) - 1
    size = (math.ceil(max(xs) + thick) + 1 - left, math.ceil(max(ys) + thick) + 1 - top)
    # Positions are rounded to a quarter of a pixel, which is invisible. Equal marks at other places then share one mask.
    points = tuple((round(FINE * (x - left)), round(FINE * (y - top))) for x, y in mark.points)
    image.paste(mark.colour, (left, top), _mask(points, round(FINE * thick), size))


@lru_cache(maxsize=1024)
def _mask(points: tuple[tuple[int, int], ...], radius: int, size: tuple[int, int]) -> Image.Image:
    """The mask of a stroke (radius above 0) or of a shape, from points on the finer grid."""
    mask = Image.new("L", (FINE * size[0], FINE * size[1]))
    draw = ImageDraw.Draw(mask)
    if radius:
        draw.line(points, fill=255, width=2 * radius, joint="curve")
        for x, y in points if len(points) < 3 else (points[0], points[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    else:
        draw.polygon(points, fill=255)
    return mask.reduce(FINE)


@lru_cache(maxsize=4096)
def _letters(words: str, size: float, anchor: str, bold: bool, turn: float) -> tuple[Image.Image, int, int]:
    """The mask of the letters, and the position of its upper left corner relative to the anchor."""
    fine = 2 if turn else 1
    font = _font(fine * size, bold)
    left, top, right, bottom = font.getbbox(words, anchor=anchor)
    flat = Image.new("L", (max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top))))
    ImageDraw.Draw(flat).text((-left, -top), words, fill=255, font=font, anchor=anchor)
    if not turn:
        return flat, round(left), round(top)
    turned = flat.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    # Rotation keeps the centre of the mask. The vector from the centre to the anchor is rotated by the same angle.
    x, y, angle = -left - flat.width / 2, -top - flat.height / 2, math.radians(turn)
    across, down = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    return turned.reduce(fine), round(-(turned.width / 2 + across) / fine), round(-(turned.height / 2 + down) / fine)


@lru_cache(maxsize=64)
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
