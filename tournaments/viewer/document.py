"""A page that is one HTML file: styles, scripts and data inside, nothing fetched, nothing run that is not ours.

Its Content-Security-Policy allows the one script and the one style sheet that it carries, by their hashes, pictures that stand
in the page, and nothing else. Data comes as compressed JSON in a block that browsers do not run; scripts put what they find
there into the page as text, never as markup.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, NewType

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
{blocks}
<script>{script}</script>
</body>
</html>
"""

BLOCK = '<script type="text/plain" id="data-{name}">{packed}</script>'
POLICY = "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"

Packed = NewType("Packed", str)
"""Data as a page carries it: compressed JSON. See `pack`."""


@cache
def asset(name: str) -> str:
    """A file of `tournaments/viewer/assets`."""
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def document(
    title: str,
    body: str,
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
    packed: Mapping[str, Packed] | None = None,
) -> str:
    """Put a page together.

    Args:
        title: Of the window, plain text.
        body: Markup; whoever makes it escapes what is not theirs. No inline styles or handlers: the policy forbids them.
        styles: Style sheets that follow `base.css`, their text.
        scripts: Scripts that follow `unpack.js`, their text; they share one scope of their own and run once, at the end.
        data: Name → what `await unpack(name)` gives the scripts: anything that JSON can say.
        packed: The same for data that is packed already.

    Returns:
        The file's text. The same arguments give the same text.
    """
    style = "\n".join([asset("base.css"), *styles])
    script = "\n".join(['(() => {"use strict";', asset("unpack.js"), *scripts, "})();"]) if scripts else ""
    whole = {name: pack(value) for name, value in (data or {}).items()} | dict(packed or {})
    blocks = (BLOCK.format(name=escape(name), packed=content) for name, content in whole.items())
    policy = POLICY.format(script=_hash(script), style=_hash(style))
    return PAGE.format(policy=policy, title=escape(title), style=style, body=body, blocks="\n".join(blocks), script=script)


def pack(value: Any) -> Packed:
    """Pack what JSON can say for `document`, once for all the pages that carry it."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return Packed(base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode("ascii"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
