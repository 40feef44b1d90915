import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.audio.clip import Clip
from approx_build.audio.resample import conversion, resample, varispeed
from approx_build.errors import AudioError
from tests.dispatch import output_of

TOLERANCE_HZ = 0.05

DIGEST = """
from hashlib import sha256
import numpy as np
from approx_build.audio.resample import converted
noise = np.random.Generator(np.random.Philox(1)).random(200_000)
for source, target in ((44100, 22050), (1.0, 1.335)):
    print(sha256(converted(noise, source, target).tobytes()).hexdigest())
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


def test_the_clips_own_rate_changes_nothing_and_is_no_conversion():
    clip = tone(440, 8000, 100)
    assert resample(clip, 8000) is clip
    assert conversion(clip, 8000) is None


def test_a_conversion_says_what_it_did():
    assert str(conversion(tone(440, 22050, 10), 44100)) == "22050 -> 44100 Hz (soxr VHQ)"


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


def test_soxr_keeps_to_its_plain_code():
    with_vectors = output_of(DIGEST, [], {"SOXR_USE_SIMD": "1"})
    assert with_vectors == output_of(DIGEST, [], {"SOXR_USE_SIMD": "0"})
