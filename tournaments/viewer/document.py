"""Assembles a page as a single HTML file that contains its styles, scripts and data. The page loads nothing from the network.

Its Content-Security-Policy allows only the script and the style sheet inside the page, by their hashes, and embedded pictures.
Data is stored as compressed JSON in a block that browsers do not execute. Scripts show the data as text and never as markup.
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

POLICY = "default-src 'none'; script-src {script}; style-src {style}; img-src data:;{more} base-uri 'none'; form-action 'none'"

Packed = NewType("Packed", str)
"""Data in the form in which a page contains it: compressed JSON from `pack`."""


@cache
def asset(name: str) -> str:
    """The content of a file in `tournaments/viewer/assets`."""
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def document(
    title: str,
    body: Markup,
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
    packed: Mapping[str, Packed] | None = None,
    asks: bool = False,
) -> str:
    """Assemble a page.

    Args:
        title: The title of the window, as plain text.
        body: Markup from `render`. It must not have inline styles or handlers, because the policy forbids them.
        styles: The texts of style sheets that follow `base.css`.
        scripts: The texts of scripts that follow `unpack.js`. They share one private scope and run once, at the end.
        data: Name → JSON value that `await unpack(name)` returns to the scripts.
        packed: The same for data that is already packed.
        asks: Whether the page may ask the server that it comes from. Other pages load nothing.

    Returns:
        The page as text. The same arguments give the same text.
    """
    style = "\n".join([asset("base.css"), *styles])
    script = "\n".join(['(() => {"use strict";', asset("unpack.js"), *scripts, "})();"]) if scripts else ""
    whole = {name: pack(value) for name, value in (data or {}).items()} | dict(packed or {})
    more = " connect-src 'self';" if asks else ""
    policy = POLICY.format(script=_hash(script), style=_hash(style), more=more)
    # Styles and scripts of the project are inserted unchanged; the template escapes everything else.
    ours = {"policy": Markup(policy), "style": Markup(style), "script": Markup(script)}
    return f"{render('document.html', title=title, body=body, blocks=whole, **ours)}\n"


@cache
def templates(package: str) -> Environment:
    """The templates in the folder `templates` of a package. Every value is escaped, and a missing value is an error.

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
        name: The file name of the template.
        values: Values for the template. Every value that is not `Markup` is escaped.
    """
    return Markup(templates(__package__).get_template(name).render(values))


def pack(value: Any) -> Packed:
    """Pack a JSON value for `document`. The result can be used in several pages."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return Packed(base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode("ascii"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
