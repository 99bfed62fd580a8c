"""The page about styles names every style, with what it is."""

from pathlib import Path

import pytest

from league.config.styles import STYLES

PAGE = (Path(__file__).parents[1] / "docs" / "styles.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STYLES)
def test_the_page_says_what_a_style_is(name):
    assert f"| `{name}` | {STYLES[name].about} |" in PAGE
