"""Names and values that MLflow takes.

Settings, hyper-parameters and metrics may be called anything. MLflow refuses a whole batch for one name that it does not take.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

LONGEST_NAME, LONGEST_PARAM, LONGEST_TAG, LONGEST_EXPERIMENT = 250, 6000, 8000, 500
"""Characters that MLflow takes."""

REFUSED = re.compile(r"[^/\w.\- :]")
"""A character that MLflow does not take in the name of a param, a metric or a tag."""

MARK = 8
"""Characters of a hash that tell two names apart."""


def renamed(names: Iterable[str]) -> dict[str, str]:
    """Names as MLflow takes them.

    Args:
        names: Names, in any order.

    Returns:
        Name → new name. A name that MLflow takes is itself. No two names become one: those that would get a hash at their ends.
    """
    names = set(names)
    cleaned = {name: _cleaned(name) for name in names}
    shared = Counter(cleaned.values())
    return {name: new if new == name or shared[new] == 1 else _marked(new, name) for name, new in cleaned.items()}


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, which can be stored."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "�")
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def identifier(name: str, most: int) -> str:
    """A name of at most so many characters. Two long ones stay two."""
    return name if len(name) <= most else _marked(name, name, most)


def _cleaned(name: str) -> str:
    parts = ["_" if part in ("", ".", "..") else part for part in REFUSED.sub("_", name).split("/")]
    text = "/".join(parts)
    if len(text) > LONGEST_NAME:
        text = text[:LONGEST_NAME].rstrip("/.")
    return f"_{text[1:]}" if text.startswith("..") else text


def _marked(new: str, name: str, most: int = LONGEST_NAME) -> str:
    mark = sha256(name.encode("utf-8", "replace")).hexdigest()[:MARK]
    return f"{new[: most - MARK - 1].rstrip('/.')}-{mark}"
