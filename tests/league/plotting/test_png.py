"""Painted pictures become files of full and of small size."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from league.plotting.png import SMALL, EncodedImage


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_png_holds_every_pixel() -> None:
    pixels = noise(20, 30)
    image = Image.open(BytesIO(EncodedImage(pixels).png))
    assert image.format == "PNG"
    assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize(("size", "small"), [((100, 256), (100, 256)), ((300, 257), (150, 129)), ((90, 1000), (23, 250))])
def test_a_thumbnail_is_reduced_by_the_smallest_whole_number_that_makes_it_fit(
    size: tuple[int, int], small: tuple[int, int]
) -> None:
    image = Image.open(BytesIO(EncodedImage(noise(*size)).thumbnail))
    assert image.format == "WEBP"
    assert (image.height, image.width) == small
    assert max(small) <= SMALL


def test_an_encoding_is_made_once() -> None:
    image = EncodedImage(noise(4, 4))
    assert image.png is image.png
