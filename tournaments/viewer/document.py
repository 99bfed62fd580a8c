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
from importlib.resources import files
from typing import Any, NewType

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

POLICY = "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"

Packed = NewType("Packed", str)
"""Data as a page carries it: compressed JSON. See `pack`."""


@cache
def asset(name: str) -> str:
    """A file of `tournaments/viewer/assets`."""
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def document(
    title: str,
    body: Markup,
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
    packed: Mapping[str, Packed] | None = None,
) -> str:
    """Put a page together.

    Args:
        title: Of the window, plain text.
        body: Markup, see `render`. No inline styles or handlers: the policy forbids them.
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
    policy = POLICY.format(script=_hash(script), style=_hash(style))
    # What is ours stands in the page as it is; the template escapes everything else.
    ours = {"policy": Markup(policy), "style": Markup(style), "script": Markup(script)}
    return f"{render('document.html', title=title, body=body, blocks=whole, **ours)}\n"


@cache
def templates(package: str) -> Environment:
    """The templates of a package, in its folder `templates`: every value is escaped, and a value that is missing is an error.

    Args:
        package: The package's full name.
    """
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, **values: Any) -> Markup:
    """Fill in a template of `tournaments/viewer/templates`.

    Args:
        name: The template.
        values: What it shows. Everything but `Markup` is escaped.
    """
    return Markup(templates(__package__).get_template(name).render(values))


def pack(value: Any) -> Packed:
    """Pack what JSON can say for `document`, once for all the pages that carry it."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return Packed(base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode("ascii"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
