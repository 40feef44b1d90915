from io import BytesIO

import numpy as np
from PIL import Image

from approx_build.figures.png import colour_png, colours, indexed_png

RNG = np.random.default_rng(0)


def test_an_indexed_picture_reads_back():
    pixels = RNG.integers(0, 64, (31, 47), dtype=np.uint8)
    picture = Image.open(BytesIO(indexed_png(pixels, colours(64))))
    assert picture.mode == "P"
    assert np.array_equal(np.asarray(picture), pixels)
    assert np.array_equal(np.asarray(picture.convert("RGB")), colours(64)[pixels])


def test_a_coloured_picture_reads_back():
    pixels = RNG.integers(0, 256, (31, 47, 3), dtype=np.uint8)
    picture = Image.open(BytesIO(colour_png(pixels)))
    picture.verify()
    assert np.array_equal(np.asarray(Image.open(BytesIO(colour_png(pixels)))), pixels)


def test_pictures_hold_nothing_but_pixels():
    data = indexed_png(np.zeros((2, 2), np.uint8), colours(2))
    assert Image.open(BytesIO(data)).info == {}
    assert b"tEXt" not in data
    assert b"tIME" not in data
