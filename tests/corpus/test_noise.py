from __future__ import annotations

import numpy as np
from scipy import stats

from approx_build.corpus.filters import white
from approx_build.numerics.stream import Stream


def noise() -> np.ndarray:
    return white(Stream.named("noise"), 2, 100_000)


def test_noise_has_its_level_and_no_mean() -> None:
    np.testing.assert_allclose(noise().std(axis=1), 1, atol=0.01)
    np.testing.assert_allclose(noise().mean(axis=1), 0, atol=0.015)
    assert np.abs(noise()).max() <= 12**0.5


def test_noise_is_nearly_gaussian() -> None:
    assert abs(stats.skew(noise()[0])) < 0.05
    assert abs(stats.kurtosis(noise()[0]) + 0.3) < 0.05


def test_noise_is_white_and_channels_are_apart() -> None:
    first, second = noise()
    assert abs(np.mean(first[1:] * first[:-1])) < 0.015
    assert abs(np.mean(first * second)) < 0.015
    power = np.abs(np.fft.rfft(first)[1:]) ** 2
    bands = power[: 4 * (power.size // 4)].reshape(4, -1).mean(axis=1)
    np.testing.assert_allclose(bands / bands.mean(), 1, atol=0.05)
