"""Pictures as SVG. The colours can follow the light or dark theme of the page.

Every colour of this project's palette becomes a class, so a style sheet can set it for the light and for the dark theme.
Without a style sheet the original colour is shown. Other colours are written as they are. Text on a palette colour has its own
class, `on-` followed by the colour's class, because a text colour that is readable in the light theme may not be in the dark.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from markupsafe import Markup, escape

from league.plotting.canvas import CLEAR, DIM, FAINT, INK, PALE, SOFT, Box, Mark, Picture, Shape, Stroke, Text, faded
from league.plotting.palette import GRID, NEVER, PALETTE, STEPS, shade

ANCHORS = {"l": "start", "m": "middle", "r": "end"}
DROPS = {"m": 0.35, "s": 0.0, "a": 0.8, "d": -0.2}
"""Distance from the anchor down to the baseline, in font sizes, if the anchor is the middle, baseline, top or bottom."""


@cache
def tones() -> dict[str, tuple[str, str, float]]:
    """Colour in lower case → its class, the palette colour, and the share of that colour (1 is unfaded)."""
    heat = {shade(step / STEPS): f"heat-{step}" for step in range(STEPS + 1)}
    plain = {"#ffffff": "paper", FAINT: "faint", GRID: "grid", NEVER: "never"}
    mixed = {INK: "ink", SOFT: "soft", **{colour: f"series-{number + 1}" for number, colour in enumerate(PALETTE)}}
    return {
        **{colour.lower(): (name, colour, 1.0) for colour, name in (heat | plain | mixed).items()},
        **{faded(colour, share): (name, colour, share) for colour, name in mixed.items() for share in (CLEAR, DIM, PALE)},
    }


def svg(picture: Picture, name: str, title: str, description: str, kind: str = "") -> Markup:
    """Turn a picture into SVG markup for a page.

    Args:
        picture: The picture.
        name: Its id in the page; letters, digits and dashes.
        title: The title, for screen readers.
        description: The description of the content, for screen readers.
        kind: Additional classes for the style sheet.

    Laws:
        Every text is escaped. The same picture gives the same markup.
    """
    broad, tall = _number(picture.width), _number(picture.height)
    lines = [
        f'<svg class="{escape(f"picture {kind}".strip())}" viewBox="0 0 {broad} {tall}" width="{broad}" height="{tall}"'
        f' role="img" aria-labelledby="{name}-title {name}-about" font-family="DejaVu Sans, Verdana, sans-serif">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-about">{escape(description)}</desc>',
        '<g fill="currentColor">',
        *map(_element, picture.marks),
        "</g></svg>",
    ]
    return Markup("\n".join(lines))


def _element(mark: Mark) -> str:
    match mark:
        case Text():
            return f"<text {' '.join(_text(mark))}>{escape(mark.words)}</text>"
        case Box():
            place = f'x="{_number(mark.x)}" y="{_number(mark.y)}" width="{_number(mark.width)}" height="{_number(mark.height)}"'
            return _closed("rect", place, mark)
        case Stroke(points=((x, y),)):
            return _closed("circle", f'cx="{_number(x)}" cy="{_number(y)}" r="{_number(mark.width / 2)}"', mark)
        case Stroke():
            ends = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
            return _closed("polyline", f'points="{_points(mark)}" stroke-width="{_number(mark.width)}" {ends}', mark)
        case Shape():
            return _closed("polygon", f'points="{_points(mark)}"', mark)


def _text(mark: Text) -> Iterator[str]:
    x, y = _number(mark.x), mark.y
    drop = DROPS[mark.anchor[1]] * mark.size
    tone = f'class="on-{_class(mark.ground)}" color="{escape(mark.colour)}"' if _class(mark.ground) else _tone(mark.colour)
    yield f'{tone} x="{x}" y="{_number(y + drop)}" font-size="{_number(mark.size)}"'
    if mark.anchor[0] != "l":
        yield f'text-anchor="{ANCHORS[mark.anchor[0]]}"'
    if mark.bold:
        yield 'font-weight="bold"'
    if mark.turn:
        yield f'transform="rotate({_number(-mark.turn)} {x} {_number(y)})"'


def _closed(tag: str, place: str, mark: Box | Stroke | Shape) -> str:
    start = f"<{tag} {_tone(mark.colour)} {place}"
    return f"{start}><title>{escape(mark.note)}</title></{tag}>" if mark.note else f"{start}/>"


def _tone(colour: str) -> str:
    if colour.lower() not in tones():
        return f'color="{escape(colour)}"'
    name, whole, share = tones()[colour.lower()]
    return f'class="{name}" color="{whole}"' + (f' opacity="{share:g}"' if share < 1.0 else "")


def _class(colour: str) -> str:
    return tones()[colour.lower()][0] if colour.lower() in tones() else ""


def _points(mark: Stroke | Shape) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in mark.points)


def _number(value: float) -> str:
    """A length, rounded to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")
