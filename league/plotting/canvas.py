"""Pictures as lists of marks, and the painting of them.

Painted with Pillow, because there are pictures after every generation. The two pictures of a generation take 0.06 s here and
1.8 s with matplotlib, or 0.8 % and 23 % of the processor time of a league of five minutes (`benchmarks/drawing_cost.py`).
Lengths are pixels, y points down. `svg` makes SVG of the same marks.
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
"""Shares of a colour that `faded` leaves: of forks, of what is over, of areas behind lines."""

FINE = 4
"""Edges are smoothed by painting so many times as large, and shrinking."""


@dataclass(frozen=True)
class Text:
    """Words in one line.

    Attributes:
        x: Of the anchor.
        y: Of the anchor.
        words: What it says.
        size: Of the letters.
        colour: As `#rrggbb`.
        anchor: Which point of the line is at (x, y): left, middle or right, then middle, baseline (s), top (a) or bottom (d).
        bold: Whether it is.
        turn: Degrees by which the line climbs; it turns about its left end.
        ground: Colour that it stands on; "" where that is the paper.
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
    """A filled rectangle with sharp edges, from its upper left corner; thinner than a pixel it is one pixel thin.

    A `note` is what somebody who points at the mark is told; pixels do not show it. Strokes and shapes have one too.
    """

    x: float
    y: float
    width: float
    height: float
    colour: str
    note: str = ""


@dataclass(frozen=True)
class Stroke:
    """A line with round ends through some points; one point is a dot."""

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
    """Marks on white paper, the later ones on top of the earlier."""

    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)

    def add(self, *marks: Mark) -> None:
        """Put marks on top."""
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
    """How long a line of words is."""
    return _font(size, bold).getlength(words)


def fitting(words: str, size: float, room: float) -> str:
    """Words that are no longer than the room for them: of longer ones the beginning is left out."""
    if width(words, size) <= room:
        return words
    start = next((start for start in range(1, len(words)) if width(f"…{words[start:]}", size) <= room), len(words))
    return f"…{words[start:]}"


def faded(colour: str, share: float) -> str:
    """A colour, mixed with so much white that its share remains."""
    return "#" + "".join(f"{round(255 - share * (255 - part)):02x}" for part in ImageColor.getrgb(colour)[:3])


def blend(colours: Sequence[str], at: float) -> str:
    """The colour at a place between 0 and 1 on an even scale of colours."""
    place = min(max(at, 0.0), 1.0) * (len(colours) - 1)
    below = min(int(place), len(colours) - 2)
    pair = zip(ImageColor.getrgb(colours[below])[:3], ImageColor.getrgb(colours[below + 1])[:3], strict=True)
    return "#" + "".join(f"{round(one + (other - one) * (place - below)):02x}" for one, other in pair)


def contrast(one: str, other: str) -> float:
    """How clearly two colours differ, from 1 to 21, as WCAG 2.1 defines it."""
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
    # Where the same mark stands at another place of the pixel grid, a quarter of a pixel is as near as one can see.
    points = tuple((round(FINE * (x - left)), round(FINE * (y - top))) for x, y in mark.points)
    image.paste(mark.colour, (left, top), _mask(points, round(FINE * thick), size))


@lru_cache(maxsize=1024)
def _mask(points: tuple[tuple[int, int], ...], radius: int, size: tuple[int, int]) -> Image.Image:
    """Where a stroke (a radius above 0) or a shape covers the paper, on fine points."""
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
    """Where the letters cover the paper, and where their upper left corner is, seen from the anchor."""
    fine = 2 if turn else 1
    font = _font(fine * size, bold)
    left, top, right, bottom = font.getbbox(words, anchor=anchor)
    flat = Image.new("L", (max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top))))
    ImageDraw.Draw(flat).text((-left, -top), words, fill=255, font=font, anchor=anchor)
    if not turn:
        return flat, round(left), round(top)
    turned = flat.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    # The middle stays in the middle; from there to the anchor it is as far as before, in another direction.
    x, y, angle = -left - flat.width / 2, -top - flat.height / 2, math.radians(turn)
    across, down = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    return turned.reduce(fine), round(-(turned.width / 2 + across) / fine), round(-(turned.height / 2 + down) / fine)


@lru_cache(maxsize=64)
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
