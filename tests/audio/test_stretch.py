import numpy as np
import pytest

from approx_build.audio import stretch as module
from approx_build.audio.clip import Clip
from approx_build.audio.stretch import frame_size, stretch
from approx_build.numerics.stream import Stream

RATE = 22050
TOLERANCE_HZ = 0.2
LEVEL_DB = 0.5


def tones(frequencies_hz, length_s=1.0, phase=0.0):
    at = np.arange(round(length_s * RATE)) / RATE
    sound = sum(np.sin(2 * np.pi * f * at + phase) for f in frequencies_hz)
    return 0.5 * sound[np.newaxis] / len(frequencies_hz)


def stroke(at, length):
    noise = Stream.named("stroke").uniforms(length) - 0.5
    sound = np.zeros(length)
    sound[at:] = noise[at:] * np.exp(-np.arange(length - at) / 300)
    return sound[np.newaxis]


def stretched(sound, factor, **options):
    return stretch(Clip(sound, RATE), round(sound.shape[1] * factor), **options).data


def peaks(sound, count):
    """The `count` strongest frequencies in Hz, rising."""
    size = np.abs(np.fft.rfft(sound * np.hanning(sound.size), 1 << 19))
    found = []
    for _ in range(count):
        peak = int(size.argmax())
        found.append(peak * RATE / (1 << 19))
        size[max(0, peak - 1000) : peak + 1000] = 0
    return sorted(found)


def level_db(sound):
    return 10 * np.log10((sound**2).mean())


@pytest.mark.parametrize("factor", [0.4, 0.77, 1.3, 2.0, 6.0])
def test_tones_keep_their_frequencies_and_level(factor):
    source = tones([220.0, 331.0, 990.0])
    result = stretched(source, factor)
    assert result.shape == (1, round(RATE * factor))
    middle = result[0, 1000:-1000]
    assert np.abs(np.subtract(peaks(middle, 3), [220, 331, 990])).max() < TOLERANCE_HZ / min(
        factor, 1
    )
    assert abs(level_db(middle) - level_db(source)) < LEVEL_DB


def test_a_stretched_tone_does_not_waver():
    result = stretched(tones([440.0]), 3.0)[0, 3000:-3000]
    loudness = np.sqrt((result[: len(result) // 441 * 441].reshape(-1, 441) ** 2).mean(axis=1))
    assert loudness.max() / loudness.min() < 1.05


@pytest.mark.parametrize("factor", [0.6, 1.5, 4.0])
def test_a_stroke_stays_sharp_and_keeps_its_place(factor):
    source = stroke(10_000, RATE)
    result = stretched(source, factor)
    onset = round(10_000 * factor)
    shift = np.abs(np.arange(-150, 151))[
        np.argmax(
            [
                (result[0, onset + d : onset + d + 500] * source[0, 10_000:10_500]).sum()
                for d in range(-150, 151)
            ]
        )
    ]
    assert shift <= 3 * abs(factor - 1) + 1
    assert np.abs(result[0, : onset - 500]).max() < 0.02 * np.abs(result).max()
    assert abs(np.abs(result).max() - np.abs(source).max()) < 0.01


def test_strokes_smear_when_asked():
    sharp = stretched(stroke(10_000, RATE), 2.0)
    smeared = stretched(stroke(10_000, RATE), 2.0, keeps_attacks=False)
    before = slice(19_000, 19_500)
    assert np.abs(smeared[0, before]).max() > 10 * np.abs(sharp[0, before]).max()


def test_channels_keep_their_phases_to_each_other():
    source = np.concatenate([tones([440.0]), tones([440.0], phase=1.0)])
    result = stretched(source, 1.7)[:, 3000:-3000].astype(float)
    at = np.arange(result.shape[1]) / RATE
    phases = np.angle((result * np.exp(-2j * np.pi * 440 * at)).sum(axis=1))
    assert abs((phases[1] - phases[0] + np.pi) % (2 * np.pi) - np.pi - 1.0) < 0.02


def test_the_same_length_is_the_same_clip():
    clip = Clip(tones([440.0]), RATE)
    assert stretch(clip, clip.length) is clip


@pytest.mark.parametrize("length", [2, 50, 1000])
@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_short_sounds_stay_finite(length, factor):
    result = stretched(np.ones((1, length)), factor)
    assert np.isfinite(result).all()
    assert np.abs(result).max() < 2


def test_silence_stays_silence():
    assert (stretched(np.zeros((2, 5000)), 1.5) == 0).all()


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_batches_do_not_show(batch, monkeypatch):
    source = tones([220.0, 331.0]) + stroke(7000, RATE)
    whole = stretched(source, 1.5)
    monkeypatch.setattr(module, "_BATCH", batch)
    assert (stretched(source, 1.5) == whole).all()


@pytest.mark.parametrize(("rate", "size"), [(1000, 128), (8000, 1024), (44100, 4096)])
def test_frames_last_about_a_tenth_of_a_second(rate, size):
    assert frame_size(rate) == size
