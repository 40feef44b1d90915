import re

from approx_build.figures.thumbnail import Sketch
from approx_build.figures.vector import (
    HEIGHT,
    WIDTH,
    loss_picture,
    loudness_path,
    wave_path,
    wave_peak,
)


def numbers(path):
    return [float(text) for text in re.findall(r"-?[\d.]+", path)]


def test_a_waveform_fills_its_height_and_is_closed():
    path = wave_path(Sketch(1, 50, 4000, -20, ((-10, -50, 0), (20, 40, 0)), b""))
    assert path.startswith("M0 -40L1 -80L2 ")
    assert path.endswith("Z")
    assert max(map(abs, numbers(path)[1::2])) == 101


def test_a_loudness_curve_stays_inside_its_picture():
    assert loudness_path([-30, None]) == "M0 100V50H500V100H1000V100Z"
    assert loudness_path([3, -90]) == "M0 100V0H500V100H1000V100Z"


def test_a_waveform_is_scaled_to_its_loudest_sample():
    assert wave_peak(Sketch(1, 50, 4000, -20, ((-10, -50, 0), (20, 40, 0)), b"")) == 0.5
    assert wave_peak(Sketch(1, 50, 4000, -20, ((0,), (0,)), b"")) == 0.01


def test_loss_curves_stay_inside_their_frame():
    curve = tuple((step, 5.5 * 0.99**step) for step in range(5000))
    drawn = loss_picture({"training": curve, "held out": curve[::100]})
    assert [name for name, _ in drawn.paths] == ["training", "held out"]
    for _, path in drawn.paths:
        places = numbers(path)
        assert len(places) <= 1300
        assert 0 <= min(places[0::2]) <= max(places[0::2]) <= WIDTH
        assert 0 <= min(places[1::2]) <= max(places[1::2]) <= HEIGHT
    assert [mark.text for mark in drawn.steps] == ["0", "1 000", "2 000", "3 000", "4 000"]
    assert all(0 <= mark.percent <= 100 for mark in (*drawn.steps, *drawn.losses))


def test_curves_of_one_point_or_none():
    assert loss_picture({}) is None
    assert loss_picture({"training": ()}) is None
    assert loss_picture({"training": ((0, 5.5),)}).paths == (("training", "M0.0 150.0"),)
