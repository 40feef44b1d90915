"""Inversion: distances fall, tones are found at once, equal spectrograms are equal sounds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from approx_build.families.specgan.inversion import first_spectra, inverted
from approx_build.families.specgan.spectrogram import Doubles, Frames
from approx_build.kernels import compiled

RATE = 16000
FRAMES = [Frames(256, 128, 8192), Frames(256, 64, 4096), Frames(64, 8, 1024)]


def strokes(length: int, seed: int = 0) -> Doubles:
    """Decaying tones and noise with an attack."""
    at, numbers = np.arange(length), np.random.default_rng(seed)
    tones = sum(np.sin(2 * np.pi * hz / RATE * at) for hz in (440, 1234, 3100))
    sound = (tones + numbers.standard_normal(length)) * np.exp(-at / (length / 4))
    sound[: length // 16] = 0
    return np.asarray(0.2 * sound)


def tone(length: int) -> Doubles:
    return np.sin(2 * np.pi * 1017 / RATE * np.arange(length))


def wanted(frames: Frames, sound: Doubles) -> Doubles:
    return np.abs(frames.spectra(sound)[:, :-1])


def distance(frames: Frames, sound: Doubles, magnitudes: Doubles) -> float:
    """The squared distance that Griffin and Lim lower: over all bins of a whole circle."""
    found = np.abs(frames.spectra(sound))
    squares = np.square(found - np.pad(magnitudes, ((0, 0), (0, 1))))
    return float(2 * squares.sum() - squares[:, [0, -1]].sum())


@pytest.mark.parametrize("frames", FRAMES, ids=str)
@pytest.mark.parametrize("kind", ["strokes", "of no sound"])
def test_no_iteration_increases_the_spectral_distance(frames: Frames, kind: str) -> None:
    magnitudes = wanted(frames, strokes(frames.length))
    if kind == "of no sound":
        magnitudes = np.random.default_rng(1).exponential(1, magnitudes.shape)
    distances = [
        distance(frames, inverted(frames, magnitudes, count), magnitudes)
        for count in (0, 1, 2, 3, 5, 9, 30)
    ]
    assert all(after <= before for before, after in itertools.pairwise(distances))
    assert distances[-1] < 0.9 * distances[0]


def test_griffin_and_lim_find_most_of_a_spectrogram() -> None:
    frames = FRAMES[0]
    magnitudes = wanted(frames, strokes(frames.length))
    found = distance(frames, inverted(frames, magnitudes, 32), magnitudes)
    assert found < 0.02 * 2 * np.square(magnitudes).sum()


@pytest.mark.parametrize("frames", FRAMES[:2], ids=str)
def test_the_first_phases_of_a_tone_are_those_of_a_tone(frames: Frames) -> None:
    """Random phases are off by about a quarter of the energy."""
    magnitudes = wanted(frames, tone(frames.length))
    sound = inverted(frames, magnitudes, 0)
    assert distance(frames, sound, magnitudes) < 0.01 * 2 * np.square(magnitudes).sum()


def test_first_spectra_have_the_given_magnitudes() -> None:
    frames = FRAMES[2]
    magnitudes = np.random.default_rng(5).exponential(1, (frames.count, frames.window // 2 + 1))
    np.testing.assert_allclose(np.abs(first_spectra(frames, magnitudes)), magnitudes, rtol=1e-12)


def test_equal_spectrograms_are_equal_sounds_and_silence_is_silence() -> None:
    frames = FRAMES[2]
    magnitudes = wanted(frames, strokes(frames.length))
    first, second = (inverted(frames, magnitudes, 4) for _ in range(2))
    assert (first == second).all()
    assert not inverted(frames, np.zeros_like(magnitudes), 4).any()
    flat = inverted(frames, np.ones_like(magnitudes), 4)
    assert np.isfinite(flat).all(), "a frame without a peak has phases, too"


def test_every_kernel_inverts_to_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = FRAMES[1]
    magnitudes = wanted(frames, strokes(frames.length))
    found = []
    for kernel in compiled.available():
        monkeypatch.setenv(compiled.VARIABLE, kernel)
        found.append(inverted(frames, magnitudes, 3).tobytes())
    assert len(set(found)) == 1


def test_peaks_that_rounding_flattens_have_a_top() -> None:
    frames = FRAMES[2]
    near = np.full((frames.count, frames.window // 2), 1.0)
    near[:, ::2] = np.nextafter(1.0, 0)
    with np.errstate(all="raise"):
        assert np.isfinite(inverted(frames, near, 2)).all()
