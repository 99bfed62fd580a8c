"""Pictures as MLflow's image charts want them: whole and small, under names that say what they show and when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from uuid import NAMESPACE_URL, uuid5

from PIL import Image

from league.plotting.canvas import Pixels

SMALL = 256
"""Most pixels along the longer edge of the picture that the charts show before one is opened."""


@dataclass(frozen=True)
class Picture:
    """A painted picture, encoded when it is first asked for."""

    pixels: Pixels

    @cached_property
    def png(self) -> bytes:
        """The whole picture; packing it tighter takes twice as long and saves little."""
        return _bytes(Image.fromarray(self.pixels), "PNG", compress_level=3)

    @cached_property
    def thumbnail(self) -> bytes:
        """The small picture, as WebP: so many times smaller, in whole numbers, that it fits."""
        image = Image.fromarray(self.pixels)
        return _bytes(image.reduce(-(-max(image.size) // SMALL)), "WEBP", method=0)


def on_slider(run: str, key: str, step: int, at: int, picture: Picture) -> dict[str, bytes]:
    """The files of a picture of a series that has a slider, by their names among a run's artifacts.

    MLflow reads key, step and time off the name; its own `log_image` adds chance to it, so that an image logged again is there
    twice. Here the name follows from what it names.

    Args:
        run: MLflow's id of the run.
        key: Of the series.
        step: Place on the slider.
        at: Milliseconds since 1970.
        picture: The picture.
    """
    name = f"images/{key}+step+{step}+timestamp+{at}+{uuid5(NAMESPACE_URL, f'{run}/{key}/{step}')}"
    return {f"{name}.png": picture.png, f"{name}+compressed.webp": picture.thumbnail}


def _bytes(image: Image.Image, form: str, **options: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
