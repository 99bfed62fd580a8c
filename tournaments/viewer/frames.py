"""Encodes the frames of a replay for a page: only drawable shapes, and only the changes between frames.

A replay file may come from an untrusted source. Therefore only known shapes, finite lengths, plain colours, text, and base64
images pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from envs.rendering.characters import letters

Frame = Mapping[str, Any]

Shapes = list[tuple[Any, dict[str, Any] | None]]
"""The shapes of a frame: each in its original form and in its drawn form (None if it cannot be drawn)."""

COLOUR = re.compile(r"#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|[a-zA-Z]{1,30}")
"""Colours that a frame may use; any other value is replaced by `STRANGE`."""

STRANGE = "gray"

BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")

LENGTHS: dict[str, tuple[str, ...]] = {
    "circle": ("x", "y", "r"),
    "rect": ("x", "y", "w", "h"),
    "line": ("x1", "y1", "x2", "y2", "width"),
    "text": ("x", "y", "size"),
}
"""The shapes that can be drawn, and the lengths that each must have."""

SIZES = {"r", "w", "h", "width", "size"}
"""Lengths that cannot be negative."""

FARTHEST = 1e6


def pack(frames: Iterable[Frame | None]) -> tuple[list[Any], list[str]]:
    """Encode frames as differences.

    Args:
        frames: As described in `envs.rendering.drawing`; None without a picture.

    Returns:
        The frames and the pictures, each picture once. A frame is

        * None: there is nothing to draw;
        * 0: the same as the frame before;
        * `{"size": [width, height], "notes": [[text, seats], …]}` with `"picture"`, a number, or `"shapes"`, a list;
        * `{"moved": [[number, {name: value, …}], …]}`: the frame before with changed attributes of these shapes, and with
          `"notes"` if they changed too.
    """
    packed: list[Any] = []
    pictures: dict[str, int] = {}
    before: dict[str, Any] | None = {}
    shapes: Shapes = []
    for frame in frames:
        shapes = _shapes(frame, shapes)
        now = _drawable(frame, shapes, pictures)
        packed.append(0 if now == before else _difference(before, now))
        before = now
    return packed, list(pictures)


def colours_of_seats(packed: Iterable[Any]) -> dict[int, str]:
    """Return the colour of each seat that is drawn as a shape whose colour never changes."""
    found: dict[int, str] = {}
    fickle: set[int] = set()
    for shape in _painted(packed):
        if "seat" in shape and found.setdefault(shape["seat"], shape["color"]) != shape["color"]:
            fickle.add(shape["seat"])
    return {seat: colour for seat, colour in found.items() if seat not in fickle}


def colours_in(packed: Iterable[Any]) -> set[str]:
    """Return the colours of all shapes that are not text."""
    return {shape["color"] for shape in _painted(packed) if shape["kind"] != "text"}


def _painted(packed: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield every shape of packed frames when it first appears or changes."""
    shapes: list[dict[str, Any]] = []
    for frame in packed:
        if not frame:
            continue
        shapes = list(frame.get("shapes", shapes))
        yield from frame.get("shapes", ())
        for number, change in frame.get("moved", ()):
            shapes[number] = {**shapes[number], **change}
            if "color" in change:
                yield shapes[number]


def _shapes(frame: Frame | None, before: Shapes) -> Shapes:
    """Return the shapes of a frame; those equal to the frame before are reused, because most do not change."""
    shapes, text = ((frame or {}).get(name) for name in ("shapes", "text"))
    if isinstance(text, str):
        shapes = letters(text)
    if not isinstance(shapes, list):
        return []
    return [was if was and was[0] == raw else (raw, _shape(raw)) for was, raw in zip_longest(before[: len(shapes)], shapes)]


def _drawable(frame: Frame | None, shapes: Shapes, pictures: dict[str, int]) -> dict[str, Any] | None:
    """Return what can be drawn of a frame with these shapes, or None. New pictures are added to `pictures`."""
    frame = frame or {}
    size = [_length(frame.get(name)) or 0 for name in ("width", "height")]
    if min(size) <= 0:
        return None
    png, notes = frame.get("png"), frame.get("notes")
    said = [note for note in map(_note, notes) if note] if isinstance(notes, list) else []
    if isinstance(png, str) and BASE64.fullmatch(png):
        return {"size": size, "notes": said, "picture": pictures.setdefault(png, len(pictures))}
    drawn = [shape for _, shape in shapes if shape]
    return {"size": size, "notes": said, "shapes": drawn} if drawn else None


def _shape(raw: Any) -> dict[str, Any] | None:
    """Return a shape reduced to known attributes; None if it is not a known shape."""
    kind, color, seat = (raw.get(name) for name in ("kind", "color", "seat")) if isinstance(raw, Mapping) else (None,) * 3
    if not isinstance(kind, str) or kind not in LENGTHS:
        return None
    lengths = {name: _length(raw.get(name)) for name in LENGTHS[kind]}
    if None in lengths.values():
        return None
    sound = {name: max(length, 0) if name in SIZES else length for name, length in lengths.items() if length is not None}
    paint = color if isinstance(color, str) and COLOUR.fullmatch(color) else STRANGE
    more: dict[str, Any] = {"text": str(raw.get("text", ""))} if kind == "text" else {}
    return {"kind": kind, **sound, "color": paint, **more, **({"seat": seat} if _is_seat(seat) else {})}


def _note(raw: Any) -> list[Any] | None:
    """Return a note below the picture with the seats that may know it; None if it is not a note."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("text"), str):
        return None
    seats = raw.get("seats")
    return [raw["text"], [seat for seat in seats if _is_seat(seat)] if isinstance(seats, list) else None]


def _is_seat(value: Any) -> bool:
    return type(value) is int and value >= 0


def _length(value: Any) -> float | None:
    """Return a number within bounds, rounded to hundredths of a pixel, as an integer if it is whole; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return None
    length = round(float(min(max(value, -FARTHEST), FARTHEST)), 2) + 0.0
    return int(length) if length.is_integer() else length


def _difference(before: dict[str, Any] | None, now: dict[str, Any] | None) -> Any:
    if not before or not now or before["size"] != now["size"] or "shapes" not in before or "shapes" not in now:
        return now
    if [_fixed(shape) for shape in before["shapes"]] != [_fixed(shape) for shape in now["shapes"]]:
        return now
    moved = [
        [number, {name: value for name, value in new.items() if value != old[name]}]
        for number, (old, new) in enumerate(zip(before["shapes"], now["shapes"], strict=True))
        if new != old
    ]
    return {"moved": moved, **({"notes": now["notes"]} if now["notes"] != before["notes"] else {})}


def _fixed(shape: dict[str, Any]) -> tuple[str, int | None]:
    """Return the attributes that identify a shape across frames."""
    return shape["kind"], shape.get("seat")
