"""Numbers and lists as text for people. The docstring of each function shows examples of its output."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, one: str, many: str = "") -> str:
    """`1 game`, `20 games`, `1,250 games`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def percent(share: float) -> str:
    """`55 %`."""
    return f"{100 * share:.0f} %"


def rounded(value: float) -> str:
    """A number of any size with three significant digits: `0.00152`, `1.6e-05`, `12,300`, `−0.5`."""
    size = f"{abs(value):,.0f}" if abs(value) >= 1000 else f"{abs(value):.3g}"
    return f"−{size}" if value < 0 else size


def points(elo: float) -> str:
    """Elo points as a whole number: `847`, `−35`."""
    whole = round(elo)
    return f"−{-whole}" if whole < 0 else str(whole)


def signed(value: float) -> str:
    """A whole number with its sign: `+12`, `−3`, `0`."""
    whole = round(value)
    return f"+{whole}" if whole > 0 else f"−{-whole}" if whole else "0"


def duration(seconds: float) -> str:
    """`45 seconds`, `12 minutes`, `3.5 hours`."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def generations(first: int, last: int) -> str:
    """`generation 3`, `generations 3 to 5`."""
    return f"generation {first}" if first == last else f"generations {first} to {last}"
