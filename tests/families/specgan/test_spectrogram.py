"""Spectrograms of clips: covered ends, exact inverse, levels and moments."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.specgan.spectrogram import (
    LEAST_DEVIATION,
    LEAST_MAGNITUDE,
    Frames,
    magnitudes,
    moments,
)

SHAPES = [
    Frames(256, 128, 4096),
    Frames(64, 16, 1024),
    Frames(32, 4, 256),
    Frames(4096, 2048, 32768),
]


@pytest.mark.parametrize("frames", SHAPES, ids=str)
def test_the_nearest_sound_of_the_spectra_of_a_sound_is_the_sound(frames: Frames) -> None:
    sound = np.random.default_rng(0).standard_normal(frames.length)
    spectra = frames.spectra(sound)
    assert spectra.shape == (frames.count, frames.window // 2 + 1)
    np.testing.assert_allclose(frames.sound(spectra), sound, atol=1e-12)


@pytest.mark.parametrize("frames", SHAPES, ids=str)
def test_frames_are_centred_on_the_middles_of_hops_and_silent_outside(frames: Frames) -> None:
    """Against NumPy's transform of frames that are cut by hand."""
    sound = np.random.default_rng(1).standard_normal(frames.length)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frames.window) / frames.window)
    found = frames.spectra(sound)
    for number in (0, 1, frames.count - 1):
        start = number * frames.hop + frames.hop // 2 - frames.window // 2
        at = np.arange(start, start + frames.window)
        inside = (at >= 0) & (at < frames.length)
        frame = np.where(inside, sound[np.clip(at, 0, frames.length - 1)], 0)
        np.testing.assert_allclose(found[number], np.fft.rfft(frame * window), atol=1e-10)


@pytest.mark.parametrize("frames", SHAPES, ids=str)
def test_a_sound_is_found_by_least_squares(frames: Frames) -> None:
    """The spectra of the found sound are nearer to given ones than those of any other."""
    numbers = np.random.default_rng(2)
    size = frames.count, frames.window // 2 + 1
    given = numbers.standard_normal(size) + 1j * numbers.standard_normal(size)
    # The parts at 0 and at half the rate are real in spectra of real frames.
    given[:, [0, -1]] = given[:, [0, -1]].real
    found = frames.sound(given)

    def distance(sound: np.ndarray) -> float:
        squares = np.abs(frames.spectra(sound) - given) ** 2
        return float(2 * squares.sum() - squares[:, [0, -1]].sum())

    least = distance(found)
    for _ in range(4):
        other = found + 0.01 * numbers.standard_normal(frames.length)
        assert distance(other) > least


def test_both_ends_of_a_clip_are_covered_by_windows() -> None:
    """A wrong spectrum is not blown up at the ends: each sample has a fair share of a window."""
    for frames in SHAPES:
        loud = frames.sound(np.ones((frames.count, frames.window // 2 + 1), np.complex128))
        assert np.isfinite(loud).all()
        assert np.abs(loud).max() < 10 * frames.window


def test_levels_are_logarithms_of_magnitudes_without_the_bin_at_half_the_rate() -> None:
    frames = SHAPES[0]
    sound = np.random.default_rng(3).standard_normal(frames.length)
    expected = np.log(np.abs(frames.spectra(sound)[:, :-1]) + LEAST_MAGNITUDE)
    np.testing.assert_allclose(frames.levels(sound), expected, atol=1e-12)
    assert (frames.levels(np.zeros(frames.length)) == np.log(LEAST_MAGNITUDE)).all()


def test_moments_normalise_levels_and_magnitudes_undo_that() -> None:
    levels = np.random.default_rng(4).normal(-3, 2, (1000, 5))
    mean, deviation = moments(levels)
    normalised = (levels - mean) / (3 * deviation)
    assert np.abs(normalised.mean(axis=0)).max() < 1e-12
    np.testing.assert_allclose(normalised.std(axis=0), 1 / 3)
    np.testing.assert_allclose(magnitudes(normalised, mean, deviation), np.exp(levels))


def test_levels_that_are_all_equal_have_the_least_deviation() -> None:
    mean, deviation = moments(np.full((7, 3), -2.5, np.float32))
    assert (mean == -2.5).all()
    assert (deviation == LEAST_DEVIATION).all()
