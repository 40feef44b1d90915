import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.audio.spectrogram import spectrogram, waveform
from tests.dispatch import assert_same_bits

RATE = 44100


def tone(hz, length_s=2.0, level=1.0, rate=RATE):
    t = np.arange(round(length_s * rate)) / rate
    return Clip((level * np.sin(2 * np.pi * hz * t))[None].astype(np.float32), rate)


def hz_of(seen, row):
    return seen.low_hz * (seen.high_hz / seen.low_hz) ** ((row + 0.5) / len(seen.levels))


@pytest.mark.parametrize("hz", [60, 220, 440, 1000, 5000, 15000])
def test_a_tone_is_a_line_at_its_frequency_and_level(hz):
    seen = spectrogram(tone(hz, level=0.1), 100, 300)
    middle = seen.levels[:, 50]
    assert hz_of(seen, middle.argmax()) == pytest.approx(hz, rel=0.1 if hz < 200 else 0.025)
    assert middle.max() == pytest.approx(-20, abs=1.5)
    assert middle.min() < -100


def test_a_click_is_in_its_own_column():
    data = np.zeros((2, 10 * RATE), np.float32)
    data[0, 7 * RATE] = 1
    loudest = spectrogram(Clip(data, RATE), 500, 100).levels.max(axis=0)
    assert loudest.argmax() in (349, 350, 351)
    assert max(loudest[:340].max(), loudest[360:].max()) < -199


def test_one_stroke_in_ten_minutes_stays_visible():
    data = np.zeros((1, 600 * 8000), np.float32)
    data[0, 4_000_000:4_000_100] = 0.5
    seen = spectrogram(Clip(data, 8000), 300, 50)
    assert seen.levels[:, 250].max() > -60
    assert seen.high_hz == 4000


def test_channels_do_not_cancel():
    one = tone(440)
    both = Clip(np.concatenate((one.data, -one.data)), RATE)
    assert np.allclose(spectrogram(both, 10, 50).levels, spectrogram(one, 10, 50).levels, atol=1e-3)


def test_a_file_gives_the_picture_of_its_clip(tmp_path):
    clip = tone(440)
    wav.write_float(tmp_path / "a.wav", clip)
    seen = spectrogram(wav.ClipFile.at(tmp_path / "a.wav"), 50, 40)
    assert np.array_equal(seen.levels, spectrogram(clip, 50, 40).levels)
    assert seen.length_s == 2


@pytest.mark.parametrize("length", [1, 5, 300, 5000])
def test_the_shortest_sounds_have_pictures(length):
    clip = Clip(np.full((1, length), 0.5, np.float32), RATE)
    assert spectrogram(clip, 64, 20).levels.shape == (20, 64)
    assert np.isfinite(spectrogram(clip, 64, 20).levels).all()
    assert np.allclose(waveform(clip, 64), 0.5)


def test_a_waveform_keeps_the_extremes_of_each_column():
    data = np.zeros((2, 1000), np.float32)
    data[0, 105], data[1, 109], data[1, 999] = 0.5, -0.75, 1
    low, high = waveform(Clip(data, RATE), 100)
    assert (low[10], high[10]) == (-0.75, 0.5)
    assert high[99] == 1
    assert np.count_nonzero(low) == 1
    assert np.count_nonzero(high) == 2


def test_the_bits_do_not_change_with_the_instruction_set():
    assert_same_bits(
        """
import hashlib
import numpy as np
from approx_build.audio.clip import Clip
from approx_build.audio.spectrogram import spectrogram, waveform
from approx_build.numerics.stream import Stream
clip = Clip(np.array(Stream.named("x").uniforms(60000) - 0.5, np.float32).reshape(2, -1), 22050)
print(hashlib.sha256(spectrogram(clip, 70, 60).levels.tobytes()).hexdigest())
print(hashlib.sha256(waveform(clip, 70).tobytes()).hexdigest())
"""
    )
