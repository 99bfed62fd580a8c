"""The pages of the server: playing, and following a league that is running."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from markupsafe import Markup

from tournaments.viewer.document import asset, document, templates

FRAMES = "viewer_frames.js"
"""The script of the replay viewer that draws frames."""


@cache
def play_page() -> str:
    """The page on which people play."""
    body = templates(__package__).get_template("play.html").render()
    scripts = [_own("server.js"), asset(FRAMES), _own("play_board.js"), _own("play_thoughts.js"), _own("play.js")]
    return document("Play against a league", Markup(body), styles=[_own("play.css")], scripts=scripts, asks=True)


@cache
def live_page() -> str:
    """The page that follows a league."""
    body = templates(__package__).get_template("live.html").render()
    scripts = [_own("server.js"), _own("live.js")]
    return document("Follow a league", Markup(body), styles=[_own("play.css")], scripts=scripts, asks=True)


def _own(name: str) -> str:
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")
