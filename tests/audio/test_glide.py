import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.audio.glide import Glide, speed
from approx_build.audio.resample import varispeed
from tests.dispatch import assert_same_bits

RATE = 44100
APART_DB = -144
"""A tone at half of full scale, rounded to float32 before and after."""

DIGEST = """
from hashlib import sha256
import numpy as np
from approx_build.audio.clip import Clip
from approx_build.audio.glide import Glide
noise = np.random.Generator(np.random.Philox(1)).random((1, 20_000)) - 0.5
for points in (((0.0, -3.0), (0.2, 9.0)), ((0.1, 20.0), (0.1, -20.0), (0.4, 0.0))):
    print(sha256(Glide(points).apply(Clip(noise, 44100)).data.tobytes()).hexdigest())
"""


def tone(frequency_hz: float, length_s: float) -> Clip:
    at = np.arange(round(length_s * RATE)) / RATE
    return Clip(0.5 * np.sin(2 * np.pi * frequency_hz * at)[np.newaxis], RATE)


def expected(glide: Glide, frequency_hz: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The tone at every place of a glide, and the places in seconds of the clip."""
    steps = 2 ** (glide.at(0, size, RATE) / 12)
    places = (np.cumsum(steps) - steps) / RATE
    return 0.5 * np.sin(2 * np.pi * frequency_hz * places), places


CURVES = [
    ((0.0, -12.0), (1.0, 12.0)),
    ((0.0, 0.0), (0.5, 7.0), (0.5, -3.0), (1.0, 1.5)),
    ((0.2, 3.5), (0.3, 4.5), (0.4, 3.5)),
    ((0.0, 30.0), (0.1, -30.0)),
]


@pytest.mark.parametrize("points", CURVES)
def test_a_tone_is_where_the_speed_has_taken_it(points: tuple[tuple[float, float], ...]) -> None:
    glide, clip = Glide(points), tone(900, 1.5)
    made = glide.apply(clip).data[0]
    true, places = expected(glide, 900, made.size)
    inside = (places > 0.02) & (places < 1.4)
    inside &= 900 * 2 ** (glide.at(0, made.size, RATE) / 12) < 0.9 * RATE / 2
    assert 20 * np.log10(np.abs(made - true)[inside].max()) < APART_DB


@pytest.mark.parametrize("points", CURVES)
def test_a_glide_ends_where_the_clip_ends(points: tuple[tuple[float, float], ...]) -> None:
    glide, clip = Glide(points), tone(440, 1.3)
    made = glide.apply(clip)
    assert made.length == round(glide.length_s(clip.length_s) * RATE)
    _, places = expected(glide, 440, made.length)
    fastest = 2 ** (glide.at(made.length - 1, made.length, RATE)[0] / 12)
    assert abs(places[-1] + fastest / RATE - clip.length_s) < 2 * fastest / RATE


def test_a_length_is_that_of_the_integral_of_the_speed() -> None:
    glide = Glide(((0.5, -5.0), (1.0, 7.0), (1.0, 2.0), (1.5, 2.0), (4.0, -20.0)))
    for source_s in (0.1, 0.6, 1.2, 1.9, 3.0, 9.0):
        length_s = glide.length_s(source_s)
        middles = (np.arange(200_000) + 0.5) * length_s / 200_000
        semitones = np.interp(middles, *np.array(glide.points).T)
        assert np.mean(2 ** (semitones / 12)) * length_s == pytest.approx(source_s, abs=1e-4)


def test_a_level_curve_is_varispeed_but_for_the_last_bits() -> None:
    clip = tone(700, 0.5)
    level = Glide(((0.0, 3.0), (1.0, 3.0))).apply(clip).data[0]
    plain = varispeed(clip, speed(3)).data[0]
    assert level.size == plain.size
    assert np.abs(level - plain)[500:-500].max() < 1e-6


def test_a_passage_does_not_depend_on_how_fast_others_are() -> None:
    noise = np.random.Generator(np.random.Philox(3)).random((1, 60_000)) - 0.5
    clip = Clip(noise, RATE)
    slow = Glide(((0.0, -7.0), (0.5, -7.0), (0.5, -1.0))).apply(clip).data[0]
    fast = Glide(((0.0, -7.0), (0.5, -7.0), (0.5, 40.0))).apply(clip).data[0]
    assert np.array_equal(slow[:22_000], fast[:22_000])


def test_nothing_folds_down_from_above_when_it_speeds_up() -> None:
    glide, clip = Glide(((0.0, 0.0), (0.5, 24.0))), tone(15_000, 2.0)
    made = glide.apply(clip).data[0]
    pitch = 15_000 * 2 ** (glide.at(0, made.size, RATE) / 12)
    is_gone = (pitch > 1.02 * RATE / 2) & (np.arange(made.size) < made.size - 1000)
    assert is_gone.sum() > 10_000
    assert 20 * np.log10(np.abs(made[is_gone]).max()) < -120


def test_filters_fade_into_each_other_without_a_step() -> None:
    # A low tone goes through all filters unchanged.
    made = Glide(((0.0, 0.0), (0.5, 24.0))).apply(tone(50, 1.5)).data[0]
    assert np.abs(np.diff(made, 3))[1000:-1000].max() < 1e-3


def test_channels_are_glided_alone() -> None:
    noise = np.random.Generator(np.random.Philox(3)).random((2, 9000)) - 0.5
    glide = Glide(((0.0, -2.0), (0.1, 5.0)))
    both = glide.apply(Clip(noise, RATE)).data
    assert np.array_equal(both[1], glide.apply(Clip(noise[1:], RATE)).data[0])


def test_bits_do_not_depend_on_the_instruction_set() -> None:
    assert_same_bits(DIGEST)
