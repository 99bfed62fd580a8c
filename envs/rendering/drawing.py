"""Pictures of a running game as plain data, for replays and the terminal.

A frame is `{"width", "height", "shapes"}`, lengths in pixels, y pointing down. The shapes are

- `{"kind": "circle", "x", "y", "r", "color"}`
- `{"kind": "rect", "x", "y", "w", "h", "color"}`, with x and y of its upper left corner
- `{"kind": "line", "x1", "y1", "x2", "y2", "width", "color"}`
- `{"kind": "text", "x", "y", "size", "text", "color"}`, with x and y of its centre

A board also has `"board"`, the rows of seat numbers from 0, with -1 for empty cells. A frame may have `"names"`, the names of
actions in this position: agent → action → name (see `envs.rendering.labels`). A frame may have `"notes"`, `{"text",
"seats"}`: texts below the picture and the seats that may know them (None for all). A shape may have a `"mark"`, its character
in a map made of characters, and a `"seat"`, the number of the seat that it represents.

Games without a drawing of their own are photographed: `{"width", "height", "png"}`, the picture in base64. Games that can only
describe themselves in characters give `{"width", "height", "text"}`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from envs.rendering import boards, cards, particles, stones
from envs.rendering.characters import characters
from envs.rendering.labels import names_here
from envs.rendering.maps import map_text
from envs.rendering.shapes import SIDE, Frame, frame


def draw(name: str, env: Any) -> Frame:
    """Draw the present state of a game.

    Args:
        name: The game's name.
        env: The stock PettingZoo environment, wrapped or not, after its reset.

    Returns:
        A frame, ready for JSON. It has no shapes if the game has no drawing and was made without the render mode `rgb_array` or
        `ansi`.
    """
    if name in DRAWINGS:
        return DRAWINGS[name](env.unwrapped)
    mode, names = getattr(env.unwrapped, "render_mode", None), names_here(env.unwrapped)
    drawn = MODES[mode](env.render()) if mode in MODES else None
    return {**(drawn or frame(SIDE, SIDE, [])), **({"names": names} if names else {})}


def has_drawing(name: str) -> bool:
    """Return whether a game has a drawing of its own, so that it need not be photographed."""
    return name in DRAWINGS


def text(name: str, drawn: Frame, seat: int | None = None) -> str | None:
    """Draw a frame with characters.

    Args:
        name: The game's name.
        drawn: The result of `draw` for this game.
        seat: Number of the observing seat: cards and goals that it does not know are omitted. None sees everything.

    Returns:
        Lines for a terminal; None if the game has no such drawing.
    """
    if "text" in drawn:
        again = characters(drawn["text"])  # the frame may come from a file of somebody else's
        return None if again is None else str(again["text"])
    if "png" in drawn:  # older replays of some games hold photographs
        return None
    return TEXTS[name](drawn, seat) if name in TEXTS else None


def _photograph(picture: Any) -> Frame | None:
    if picture is None:
        return None
    image = Image.fromarray(np.ascontiguousarray(picture, dtype=np.uint8))
    image.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    # A match has hundreds of pictures. With few colours a picture takes an eighth of the space.
    image.convert("RGB").quantize(SHADES, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, format="PNG")
    return {"width": image.width, "height": image.height, "png": base64.b64encode(file.getvalue()).decode("ascii")}


SHADES = 64
"""Number of colours of a photograph."""

MODES: dict[str, Callable[[Any], Frame | None]] = {"rgb_array": _photograph, "ansi": characters}
"""Render mode → function that makes a frame of what `render()` returned; None if there is no picture."""

WORLDS: dict[str, Callable[[Any], Frame]] = {
    "mpe2/collect_treasure_v1": particles.particles,
    "mpe2/simple_adversary_v3": partial(particles.particles, signs=particles.hidden_goal),
    "mpe2/simple_crypto_v3": partial(particles.particles, signs=particles.secret),
    "mpe2/simple_formation_v1": partial(particles.particles, ground=particles.ring),
    "mpe2/simple_line_v1": partial(particles.particles, ground=particles.row),
    "mpe2/simple_push_v3": partial(particles.particles, signs=particles.hidden_goal),
    "mpe2/simple_reference_v3": partial(particles.particles, signs=particles.told_goals),
    "mpe2/simple_speaker_listener_v4": partial(particles.particles, signs=particles.told_goals),
    "mpe2/simple_spread_v3": particles.particles,
    "mpe2/simple_tag_v3": particles.particles,
    "mpe2/simple_v3": partial(particles.particles, signs=particles.open_goal),
    "mpe2/simple_world_comm_v3": particles.particles,
}
"""Game → drawing of the particle worlds."""

DRAWINGS: dict[str, Callable[[Any], Frame]] = {
    "classic/chess_v6": stones.chess,
    "classic/connect_four_v3": boards.connect_four,
    "classic/go_v5": stones.go,
    "classic/leduc_holdem_v4": cards.leduc,
    "classic/rps_v2": boards.rps,
    "classic/texas_holdem_no_limit_v6": cards.texas,
    "classic/texas_holdem_v4": cards.texas,
    "classic/tictactoe_v3": boards.tictactoe,
    **WORLDS,
}
"""Game → function that draws its unwrapped environment."""

TEXTS: dict[str, Callable[[Frame, int | None], str]] = {
    "classic/chess_v6": stones.chess_text,
    "classic/connect_four_v3": boards.connect_four_text,
    "classic/go_v5": stones.go_text,
    "classic/leduc_holdem_v4": cards.table_text,
    "classic/rps_v2": boards.rps_text,
    "classic/texas_holdem_no_limit_v6": cards.table_text,
    "classic/texas_holdem_v4": cards.table_text,
    "classic/tictactoe_v3": boards.tictactoe_text,
    **dict.fromkeys(WORLDS, map_text),
}
"""Game → function that draws its frame with characters for an observing seat."""
