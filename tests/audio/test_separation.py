import librosa
import numpy as np
import pytest

from approx_build.audio import separation
from approx_build.audio.separation import Separation
from approx_build.numerics.stream import Stream

TOLERANCE = 1e-6
"""Against librosa, samples of full scale 1."""

RATE = 22050
THEIRS = {"harmonic": librosa.effects.harmonic, "percussive": librosa.effects.percussive}


def tones(length):
    time = np.arange(length) / RATE
    return (0.3 * np.sin(2 * np.pi * 440 * time) + 0.2 * np.sin(2 * np.pi * 663 * time)).astype(
        np.float32
    )


def strokes(length):
    sound = (Stream.named("strokes").uniforms(length) - 0.5).astype(np.float32)
    return sound * np.exp(-(np.arange(length) % 5500) / 300).astype(np.float32)


def music(length):
    return tones(length) + strokes(length)


@pytest.mark.parametrize("part", ["harmonic", "percussive"])
@pytest.mark.parametrize("margin", [1.0, 2.0, 3.5])
def test_parts_are_librosas(part, margin):
    sound = music(3 * RATE)
    ours = Separation(margin).apply(sound, part)
    assert np.abs(ours - THEIRS[part](sound, margin=margin)).max() < TOLERANCE


def test_another_kernel_and_transform_are_librosas_too():
    ours = Separation(1.5, 17, separation.Stft(1024, 256)).apply(music(RATE), "harmonic")
    theirs = librosa.effects.harmonic(
        music(RATE), margin=1.5, kernel_size=17, n_fft=1024, hop_length=256
    )
    assert np.abs(ours - theirs).max() < TOLERANCE


@pytest.mark.parametrize("length", [2, 100, 511, 512, 1000, 2048, RATE])
def test_parts_sum_to_the_whole(length):
    sound = music(length)
    parts = [Separation().apply(sound, part) for part in ("harmonic", "percussive")]
    assert np.abs(parts[0] + parts[1] - sound).max() < TOLERANCE


def test_tones_are_harmonic_and_strokes_percussive():
    def share(sound, part):
        kept = Separation(2.0).apply(sound(RATE), part)
        return float((kept**2).sum() / (sound(RATE) ** 2).sum())

    assert share(tones, "harmonic") > 0.95 > 0.05 > share(tones, "percussive")
    assert share(strokes, "percussive") > 0.4 > 0.05 > share(strokes, "harmonic")


@pytest.mark.parametrize("part", ["harmonic", "percussive"])
@pytest.mark.parametrize("margin", [1.0, 2.0])
def test_silence_stays_silence(part, margin):
    assert (Separation(margin).apply(np.zeros(5000, np.float32), part) == 0).all()


@pytest.mark.parametrize("block", [1, 16, 40])
def test_blocks_do_not_show(block, monkeypatch):
    sound = music(RATE)
    whole = Separation().apply(sound, "harmonic")
    monkeypatch.setattr(separation, "_BLOCK", block)
    assert (Separation().apply(sound, "harmonic") == whole).all()
