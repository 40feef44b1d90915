import os
from hashlib import sha256

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.audio.clip import Clip
from approx_build.audio.resample import converted, resample, resample_range, varispeed
from approx_build.errors import AudioError
from tests.dispatch import assert_same_bits

TOLERANCE_HZ = 0.05
SOXR_APART_DB = -84
"""Pink noise, against soxr: its pass band droops where ours is flat."""

DIGEST = """
from hashlib import sha256
import numpy as np
from approx_build.audio.clip import Clip
from approx_build.audio.resample import resample, varispeed
noise = np.random.Generator(np.random.Philox(1)).random((1, 20_000)) - 0.5
for rate in (22050, 48000, 8000):
    print(sha256(resample(Clip(noise, 44100), rate).data.tobytes()).hexdigest())
for speed in (1.335, 0.749, 2.0):
    print(sha256(varispeed(Clip(noise, 44100), speed).data.tobytes()).hexdigest())
"""


def tone(frequency_hz, rate, length):
    time = np.arange(length) / rate
    return Clip(0.5 * np.sin(2 * np.pi * frequency_hz * time)[np.newaxis], rate)


def frequency(clip):
    """The frequency in Hz of a tone, by a parabola through its peak in the spectrum."""
    samples = clip.data[0] * np.hanning(clip.length)
    size = np.log(np.abs(np.fft.rfft(samples)) + 1e-30)
    peak = int(size.argmax())
    a, b, c = size[peak - 1 : peak + 2]
    return (peak + 0.5 * (a - c) / (a - 2 * b + c)) * clip.rate / clip.length


@pytest.mark.parametrize(("source", "target"), [(22050, 44100), (44100, 22050), (11025, 48000)])
def test_a_tone_keeps_its_frequency_and_level(source, target):
    result = resample(tone(440, source, source), target)
    assert abs(frequency(result) - 440) < TOLERANCE_HZ
    assert abs(np.abs(result.data[0, target // 4 : target // 2]).max() - 0.5) < 1e-4


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3000), st.sampled_from([8000, 11025, 22050, 44100, 48000, 96000]))
def test_length_is_exact(length, target):
    result = resample(Clip(np.ones((2, length)), 16000), target)
    assert result.data.shape == (2, round(length * target / 16000))
    assert result.rate == target


def test_a_tone_above_the_new_nyquist_frequency_is_gone():
    result = resample(tone(12000, 44100, 44100), 22050)
    assert np.abs(result.data[0, 1000:-1000]).max() < 1e-7


def test_the_clips_own_rate_changes_nothing():
    clip = tone(440, 8000, 100)
    assert resample(clip, 8000) is clip


def test_channels_are_converted_alone():
    one, two = tone(440, 8000, 900), tone(300, 8000, 900)
    both = resample(Clip(np.concatenate([one.data, two.data]), 8000), 11025)
    assert (both.data[0] == resample(one, 11025).data[0]).all()
    assert (both.data[1] == resample(two, 11025).data[0]).all()


@pytest.mark.parametrize("rate", [0, -44100, 999, 768_001])
def test_a_rate_that_does_not_exist_is_refused(rate):
    with pytest.raises(AudioError, match=f"no sound is kept at {rate} Hz"):
        resample(tone(440, 8000, 10), rate)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3000), st.floats(1 / 16, 16))
def test_varispeed_length_is_exact(length, ratio):
    result = varispeed(Clip(np.ones((1, length)), 8000), ratio)
    assert result.length == round(length / ratio)
    assert result.rate == 8000


@pytest.mark.parametrize("ratio", [0.5, 0.84, 1.0, 1.26, 2.0])
def test_varispeed_moves_the_frequency_with_the_speed(ratio):
    result = varispeed(tone(440, 22050, 22050), ratio)
    assert abs(frequency(result) - 440 * ratio) < TOLERANCE_HZ * 2


@pytest.mark.parametrize("ratio", [0.0, -1.0, 17.0, float("nan")])
def test_a_speed_beyond_four_octaves_is_refused(ratio):
    with pytest.raises(AudioError, match="not between 1/16 and 16"):
        varispeed(tone(440, 8000, 10), ratio)


RANGES = [(0, 9000), (1, 500), (4410, 4411), (8820, 30_000), (20_000, 44_100), (44_099, 44_100)]


@pytest.mark.parametrize(("source", "rate"), [(44100, 48000), (48000, 44100), (96000, 8000)])
@pytest.mark.parametrize(("start", "stop"), RANGES)
def test_a_range_has_the_bits_of_the_whole_and_reads_little_more(source, rate, start, stop):
    noise = np.random.Generator(np.random.Philox(5)).random((2, 44_100)).astype(np.float32)
    read = []

    def reading(first, last):
        read.append((first, last))
        return Clip(noise[:, first:last], source)

    made = resample_range(reading, noise.shape[1], source, rate, start, stop)
    period = source // np.gcd(source, rate)
    origin = int(start % period)
    whole = resample(Clip(noise[:, origin:], source), rate)
    first = (start - origin) * rate // source
    assert made.length == round((stop - start) * rate / source)
    inside = min(made.length, whole.length - first)
    assert np.array_equal(made.data[:, :inside], whole.data[:, first : first + inside])
    assert read[0][0] >= 0
    assert read[0][1] <= noise.shape[1]
    assert read[0][1] - read[0][0] < stop - start + 60_000


@pytest.mark.parametrize(("source", "target"), [(44100, 48000), (44100, 22050), (11025, 44100)])
def test_it_agrees_with_soxr(monkeypatch, source, target):
    monkeypatch.setitem(os.environ, "SOXR_USE_SIMD", "0")
    noise = np.random.Generator(np.random.Philox(9)).random(30_000) - 0.5
    pink = np.cumsum(noise) * 0.02
    pink -= np.linspace(pink[0], pink[-1], pink.size)
    theirs = soxr.resample(pink, source, target, quality="VHQ")
    ours = converted(pink, source, target)
    inner = slice(2000, min(ours.size, theirs.size) - 2000)
    apart = np.sqrt(np.mean((ours[inner] - theirs[inner]) ** 2) / np.mean(theirs[inner] ** 2))
    assert 20 * np.log10(apart) < SOXR_APART_DB


def test_float64_stays_float64_and_float32_is_rounded_once():
    noise = np.random.Generator(np.random.Philox(2)).random(3000).astype(np.float32)
    wide = converted(noise.astype(np.float64), 44100, 48000)
    assert wide.dtype == np.float64
    assert np.array_equal(converted(noise, 44100, 48000), wide.astype(np.float32))


def test_bits_do_not_depend_on_the_instruction_set():
    assert_same_bits(DIGEST)


def test_silence_stays_silence_without_a_sign():
    made = resample(Clip(np.zeros((1, 5000)), 44100), 48000).data
    assert sha256(made.tobytes()).digest() == sha256(bytes(made.nbytes)).digest()
