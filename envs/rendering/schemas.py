"""What the drawings in characters expect of a frame. A frame that comes from a file may be anything, and is checked here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from envs.rendering.drawing import TEXTS, WORLDS
from envs.rendering.shapes import Frame

FARTHEST = 1e6
"""The largest length and the largest number of chips."""

Length = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST)]
Extent = Annotated[float, Field(gt=0, le=FARTHEST)]
Words = Annotated[str, Field(max_length=200)]
Owner = Annotated[int, Field(ge=-1, le=1)]
Mark = Annotated[str, Field(max_length=4)]
Card = Annotated[str, Field(min_length=1, max_length=8)]


class Expected(BaseModel):
    """What is expected; there may be more."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class Board(Expected):
    """A board of two players."""

    board: Annotated[list[Annotated[list[Owner], Field(min_length=1, max_length=64)]], Field(min_length=1, max_length=64)]


class Chessboard(Expected):
    """Eight rows of letters as in Forsyth-Edwards notation, with dots for the empty squares."""

    men: Annotated[list[Annotated[str, Field(pattern=r"^[KQRBNPkqrbnp.]{8}$")]], Field(min_length=8, max_length=8)]


class Moves(Expected):
    """The choices of two players."""

    moves: Annotated[list[Words], Field(min_length=2, max_length=2)]


class Hand(Expected):
    """A player at a table of cards."""

    name: Words
    cards: Annotated[list[Card], Field(max_length=16)]
    chips: Annotated[int, Field(ge=0, le=FARTHEST)]
    folded: bool
    moves: bool
    reward: Length


class Table(Expected):
    """A table of cards."""

    players: Annotated[list[Hand], Field(min_length=1, max_length=32)]
    public: Annotated[list[Card], Field(max_length=16)]
    round: Annotated[list[Annotated[int, Field(ge=0, le=1000)]], Field(min_length=2, max_length=2)]
    over: bool


class Disc(Expected):
    """A disc, which may be shown on a map."""

    kind: Literal["circle"]
    x: Length
    y: Length
    r: Length
    mark: Mark = ""


class Rectangle(Expected):
    """A rectangle, which may be shown on a map."""

    kind: Literal["rect"]
    x: Length
    y: Length
    w: Length
    h: Length
    mark: Mark = ""


class Line(Expected):
    """A line, which may be shown on a map."""

    kind: Literal["line"]
    x1: Length
    y1: Length
    x2: Length
    y2: Length


class Text(Expected):
    """A text, which is not shown on a map."""

    kind: Literal["text"]


class Note(Expected):
    """A text below a map."""

    text: str
    seats: list[int] | None


class World(Expected):
    """A particle world."""

    width: Extent
    height: Extent
    shapes: Annotated[list[Annotated[Disc | Rectangle | Line | Text, Field(discriminator="kind")]], Field(max_length=100_000)]
    notes: list[Note] = []


EXPECTED: dict[str, type[Expected]] = {
    "classic/chess_v6": Chessboard,
    "classic/connect_four_v3": Board,
    "classic/go_v5": Board,
    "classic/leduc_holdem_v4": Table,
    "classic/rps_v2": Moves,
    "classic/texas_holdem_no_limit_v6": Table,
    "classic/texas_holdem_v4": Table,
    "classic/tictactoe_v3": Board,
    **dict.fromkeys(WORLDS, World),
}
"""Game of `envs.rendering.drawing.TEXTS` → what its drawing expects."""


def frame_fault(name: str, drawn: Frame) -> str:
    """Say what is wrong with a frame that is to be drawn in characters.

    Args:
        name: The game's name.
        drawn: The frame; plain data from JSON.

    Returns:
        Where and what; "" if the frame can be drawn, it is a photograph, or the game has no drawing in characters.
    """
    if name not in TEXTS or "png" in drawn:
        return ""
    try:
        EXPECTED[name].model_validate(drawn)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
    return ""
