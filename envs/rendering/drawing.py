"""Pictures of a running game as plain data, for replays and the terminal.

A frame is `{"width", "height", "shapes"}`, lengths in pixels, y pointing down; the shapes are

- `{"kind": "circle", "x", "y", "r", "color"}`
- `{"kind": "rect", "x", "y", "w", "h", "color"}`, x and y being its left upper corner
- `{"kind": "line", "x1", "y1", "x2", "y2", "width", "color"}`
- `{"kind": "text", "x", "y", "size", "text", "color"}`, x and y being its middle

and a board also says what stands where, as `"board"`: rows of seat numbers from 0, -1 where nothing stands. A frame may carry
`"notes"`, `{"text", "seats"}`: what is to be said below the picture, and the seats that know it, None being everybody. A shape
may carry the `"mark"` that stands for it in a map made of characters, and the number of the `"seat"` that it is. Games without
a drawing of their own are photographed: `{"width", "height", "png"}`, the picture in base64.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from envs.rendering import boards, cards, particles
from envs.rendering.maps import map_text
from envs.rendering.shapes import SIDE, Frame, frame


def draw(name: str, env: Any) -> Frame:
    """Draw a game as it stands.

    Args:
        name: The game's name.
        env: The stock PettingZoo environment, wrapped or not, after its reset.

    Returns:
        A frame, ready for JSON. Without shapes where the game has no drawing and was made without `render_mode="rgb_array"`.
    """
    if name in DRAWINGS:
        return DRAWINGS[name](env.unwrapped)
    if getattr(env.unwrapped, "render_mode", None) == "rgb_array":
        return _photograph(env.render())
    return frame(SIDE, SIDE, [])


def has_drawing(name: str) -> bool:
    """Whether a game has a drawing of its own, so that nobody needs to photograph it."""
    return name in DRAWINGS


def text(name: str, drawn: Frame, seat: int | None = None) -> str | None:
    """Draw a frame with characters.

    Args:
        name: The game's name.
        drawn: What `draw` gave for this game.
        seat: Number of the seat that looks: cards and goals that it does not know are left out. None sees everything.

    Returns:
        Some lines for a terminal; None where the game has no such drawing.
    """
    return TEXTS[name](drawn, seat) if name in TEXTS else None


def _photograph(picture: Any) -> Frame:
    image = Image.fromarray(np.ascontiguousarray(picture, dtype=np.uint8))
    image.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    # A picture of few colours takes an eighth of the room, and a match has hundreds of pictures.
    image.convert("RGB").quantize(SHADES, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, format="PNG")
    return {"width": image.width, "height": image.height, "png": base64.b64encode(file.getvalue()).decode("ascii")}


SHADES = 64
"""Colours of a photograph."""

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
"""The particle worlds."""

DRAWINGS: dict[str, Callable[[Any], Frame]] = {
    "classic/connect_four_v3": boards.connect_four,
    "classic/leduc_holdem_v4": cards.leduc,
    "classic/rps_v2": boards.rps,
    "classic/texas_holdem_no_limit_v6": cards.texas,
    "classic/texas_holdem_v4": cards.texas,
    "classic/tictactoe_v3": boards.tictactoe,
    **WORLDS,
}
"""How a game's unwrapped environment is drawn."""

TEXTS: dict[str, Callable[[Frame, int | None], str]] = {
    "classic/connect_four_v3": boards.connect_four_text,
    "classic/leduc_holdem_v4": cards.table_text,
    "classic/rps_v2": boards.rps_text,
    "classic/texas_holdem_no_limit_v6": cards.table_text,
    "classic/texas_holdem_v4": cards.table_text,
    "classic/tictactoe_v3": boards.tictactoe_text,
    **dict.fromkeys(WORLDS, map_text),
}
"""How a game's frame is drawn with characters, given who looks."""
