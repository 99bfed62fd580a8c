"""Pixels as image files: a PNG of full size, and a small WebP."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from PIL import Image

from league.plotting.canvas import Pixels

SMALL = 256
"""Maximum length of the longer edge of the small image, in pixels."""


@dataclass(frozen=True)
class EncodedImage:
    """Pixels that are encoded at the first request.

    Attributes:
        pixels: uint8 [height, width, 3]
    """

    pixels: Pixels

    @cached_property
    def png(self) -> bytes:
        """The image of full size as PNG. A higher compression level would take twice as long and save little."""
        return _bytes(Image.fromarray(self.pixels), "PNG", compress_level=3)

    @cached_property
    def thumbnail(self) -> bytes:
        """The small image as WebP. It is reduced by the smallest whole number that makes it fit into `SMALL`."""
        image = Image.fromarray(self.pixels)
        return _bytes(image.reduce(-(-max(image.size) // SMALL)), "WEBP", method=0)


def _bytes(image: Image.Image, form: str, **options: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
