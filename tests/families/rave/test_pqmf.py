"""The bank of filters: its sizes, where bands lie, and how little a round trip loses."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.rave import pqmf
from approx_build.families.rave.parameters import PQMF_TAPS
from approx_build.kernels.program_reference import convolve

LEAST_DB = 59.0
"""How far the error of a round trip is below the sound, at least."""


def bands_of(sound: np.ndarray, bands: int) -> np.ndarray:
    zeros = np.zeros(bands, np.float32)
    return pqmf.flipped(convolve(pqmf.folded(sound, bands), pqmf.analysis(bands), zeros))


def sound_of(rows: np.ndarray) -> np.ndarray:
    zeros = np.zeros(rows.shape[1], np.float32)
    return convolve(pqmf.flipped(rows), pqmf.synthesis(rows.shape[1]), zeros).reshape(-1)


def noise(length: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, length).astype(np.float32)


@pytest.mark.parametrize(("bands", "taps"), [(16, 377), (8, 189), (4, 95)])
def test_filters_have_the_published_lengths(bands: int, taps: int) -> None:
    found = pqmf.filters(bands)
    assert found.shape == (bands, PQMF_TAPS[bands])
    used = np.flatnonzero(np.abs(found).max(axis=0))
    assert used[-1] - used[0] + 1 == taps
    assert used[0] == (PQMF_TAPS[bands] - taps) // 2


@pytest.mark.parametrize("bands", [4, 8, 16])
def test_a_round_trip_loses_less_than_a_thousandth_and_has_no_delay(bands: int) -> None:
    sound = noise(8192)
    back = sound_of(bands_of(sound, bands))
    inside = slice(PQMF_TAPS[bands], -PQMF_TAPS[bands])
    missed = (back - sound)[inside]
    assert -10 * np.log10((missed**2).mean() / (sound[inside] ** 2).mean()) > LEAST_DB


@pytest.mark.parametrize("bands", [4, 16])
def test_analysis_and_synthesis_equal_their_direct_forms(bands: int) -> None:
    sound, size = noise(64 * bands), PQMF_TAPS[bands]
    padded = np.pad(sound.astype(np.float64), (size // 2, size))
    direct = np.stack(
        [
            padded[start : start + size] @ pqmf.filters(bands).T
            for start in range(0, 64 * bands, bands)
        ]
    )
    rows = convolve(pqmf.folded(sound, bands), pqmf.analysis(bands), np.zeros(bands, np.float32))
    np.testing.assert_allclose(rows, direct, atol=1e-5)
    total = np.zeros(64 * bands + 2 * size)
    for row, numbers in enumerate(rows):
        start = row * bands - size // 2 + size
        total[start : start + size] += bands * (numbers.astype(np.float64) @ pqmf.filters(bands))
    expected = total[size : size + 64 * bands]
    found = convolve(rows, pqmf.synthesis(bands), np.zeros(bands, np.float32)).reshape(-1)
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("band", [0, 5, 15])
def test_a_sine_in_the_middle_of_a_band_is_in_no_other(band: int) -> None:
    angle = np.pi * (band + 0.5) / 16
    rows = bands_of(np.sin(angle * np.arange(16384)).astype(np.float32), 16)[40:-40]
    power = (rows.astype(np.float64) ** 2).sum(axis=0)
    assert power[band] / power.sum() > 0.999


def test_flipping_negates_every_second_row_of_every_second_band_and_undoes_itself() -> None:
    rows = np.ones((4, 4), np.float32)
    flipped = pqmf.flipped(rows)
    assert flipped.tolist() == [[1, -1, 1, -1], [1, 1, 1, 1]] * 2
    np.testing.assert_array_equal(pqmf.flipped(flipped), rows)


def test_frequencies_keep_their_order_within_every_band() -> None:
    """Without the turning round, odd bands would go down where the sound goes up."""
    for band in (4, 5):
        found = []
        for place in (0.3, 0.7):
            angle = np.pi * (band + place) / 16
            rows = bands_of(np.sin(angle * np.arange(16384)).astype(np.float32), 16)[40:-40]
            found.append(np.abs(np.fft.rfft(rows[:, band])).argmax())
        assert found[0] < found[1]
