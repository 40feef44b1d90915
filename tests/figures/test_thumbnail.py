import json
from io import BytesIO

import numpy as np
from PIL import Image

from approx_build.audio.clip import Clip
from approx_build.figures.thumbnail import Sketch, sketch, sketches

T = np.arange(44100)
CLIP = Clip((0.1 * np.sin(2 * np.pi * 440 * T / 44100))[None].astype(np.float32), 44100)


def test_a_sketch_survives_its_file_and_two_are_byte_equal():
    drawn = sketch(CLIP, 60, 40)
    assert Sketch.load(drawn.dump()) == drawn
    assert drawn.dump() == sketch(CLIP, 60, 40).dump()
    assert json.loads(drawn.dump())["length_s"] == 1


def test_the_brightest_level_is_the_loudest_rounded_up():
    drawn = sketch(CLIP, 60, 40)
    assert (drawn.top_db, drawn.floor_db) == (-20, -100)
    assert sketch(CLIP, 60, 40, top_db=-5).top_db == -5


def test_high_frequencies_are_on_top():
    pixels = np.asarray(Image.open(BytesIO(sketch(CLIP, 60, 400).png)))
    row = pixels[:, 30].argmax()
    assert pixels.shape == (400, 60)
    assert abs((400 - row) / 400 - np.log(440 / 50) / np.log(400)) < 0.01
    assert not pixels[:100, 5:-5].any()


def test_the_wave_is_in_hundredths():
    low, high = sketch(CLIP, 60, 40).wave
    assert set(low) == {-10}
    assert set(high) == {10}


def test_sketches_of_sounds_to_be_compared_share_one_scale():
    quiet = Clip(CLIP.data * np.float32(0.1), CLIP.rate)
    both = sketches([quiet, CLIP], 60, 40)
    assert both == [sketch(one, 60, 40, top_db=-20) for one in (quiet, CLIP)]
    assert sketch(quiet, 60, 40).top_db == -40
    assert sketches([], 60, 40) == []


def test_a_sketch_survives_being_plain_values():
    drawn = sketch(CLIP, 60, 40)
    assert Sketch.of_json(json.loads(json.dumps(drawn.as_json()))) == drawn


def test_silence_is_ground():
    drawn = sketch(Clip(np.zeros((2, 5000), np.float32), 44100), 30, 20)
    assert not np.asarray(Image.open(BytesIO(drawn.png))).any()
