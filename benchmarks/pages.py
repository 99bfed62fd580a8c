"""Writes generated sections into pages of `docs/` whose other text is written by hand."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def write_section(page: str, section: str, text: str) -> None:
    """Replace what stands between `<!-- generated: SECTION -->` and `<!-- end: SECTION -->`."""
    begin, end = f"<!-- generated: {section} -->", f"<!-- end: {section} -->"
    path = DOCS / page
    before = path.read_text("utf-8")
    after, places = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{text}\n{end}", before, flags=re.DOTALL
    )
    if places != 1:
        raise SystemExit(f"{path} must have one part between {begin!r} and {end!r}")
    path.write_text(after, "utf-8")
