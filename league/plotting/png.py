"""Painted pictures as files: PNG of full size, and a small WebP."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from PIL import Image

from league.plotting.canvas import Pixels

SMALL = 256
"""Most pixels along the longer edge of the small image."""


@dataclass(frozen=True)
class EncodedImage:
    """Pixels, encoded when an encoding is first asked for.

    Attributes:
        pixels: uint8 [height, width, 3]
    """

    pixels: Pixels

    @cached_property
    def png(self) -> bytes:
        """The whole image. A higher compression level takes twice as long and saves little."""
        return _bytes(Image.fromarray(self.pixels), "PNG", compress_level=3)

    @cached_property
    def thumbnail(self) -> bytes:
        """The small image, as WebP, reduced by the smallest whole number that makes it fit into `SMALL`."""
        image = Image.fromarray(self.pixels)
        return _bytes(image.reduce(-(-max(image.size) // SMALL)), "WEBP", method=0)


def _bytes(image: Image.Image, form: str, **options: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
