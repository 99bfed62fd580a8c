"""The colours and font sizes of all pictures."""

from __future__ import annotations

from functools import cache, lru_cache

from league.plotting.canvas import blend, contrast

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31")
"""Colours that colour-blind people can distinguish (Okabe and Ito, 2008)."""

SHADES = (
    "#67001f", "#b2182b", "#d6604d", "#f4a582", "#fddbc7", "#f7f7f7", "#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061",
)  # fmt: skip
"""Scale of colours from score 0 to score 1 (ColorBrewer's RdBu; Harrower and Brewer, 2003)."""

STEPS = 20
"""Number of steps of the scale. A step is five per cent."""

BLACK, WHITE = "#000000", "#ffffff"
GRID, NEVER = "#eeeeee", "#ececec"
TITLE, LARGE, SMALL = 16.5, 12.5, 11.0
"""Font sizes in pixels."""


def shade(score: float) -> str:
    """The colour of a score between 0 and 1, in steps of `1 / STEPS`."""
    return _step(round(score * STEPS))


@cache
def _step(number: int) -> str:
    return blend(SHADES, number / STEPS)


@lru_cache(maxsize=64)
def ink_on(ground: str) -> str:
    """Black or white, whichever has the higher contrast with a colour. The contrast is at least 4.5."""
    return max(BLACK, WHITE, key=lambda colour: contrast(colour, ground))
