from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from approx_build.corpus.filters import Filters

RATE = 8000
TOLERANCE = 1e-9
DECAYED_DB = -60


@pytest.mark.parametrize(
    ("filters", "kind", "corner_hz"),
    [(Filters(lowpass_hz=700), "lowpass", 700), (Filters(highpass_hz=90), "highpass", 90)],
)
def test_magnitudes_are_butterworths(filters: Filters, kind: str, corner_hz: float) -> None:
    frequencies_hz = np.array([1.0, 50, 90, 300, 700, 2000, 4000])
    b, a = signal.butter(2, 2 * np.pi * corner_hz, kind, analog=True)
    _, expected = signal.freqs(b, a, 2 * np.pi * frequencies_hz)
    np.testing.assert_allclose(filters.gains(frequencies_hz), np.abs(expected), rtol=TOLERANCE)


def test_a_tilt_turns_about_its_pivot() -> None:
    gains = Filters(tilt=(6.0, 500.0)).gains(np.array([0.0, 250, 500, 1000, 1e9]))
    found_db = 20 * np.log10(gains)
    np.testing.assert_allclose(found_db[[0, 2, 4]], [-3, 0, 3], atol=1e-9)
    assert found_db[1] == pytest.approx(-found_db[3])
    flat = Filters(tilt=(0.0, 500.0)).gains(np.array([0.0, 250, 1e9]))
    np.testing.assert_allclose(flat, 1)


def test_filters_multiply() -> None:
    frequencies_hz = np.linspace(0, 4000, 20)
    apart = Filters(40, None, None), Filters(None, 900, None), Filters(None, None, (9, 300))
    together = Filters(40, 900, (9, 300)).gains(frequencies_hz)
    product = np.prod([one.gains(frequencies_hz) for one in apart], axis=0)
    np.testing.assert_allclose(together, product, rtol=TOLERANCE)


@pytest.mark.parametrize(
    "filters",
    [Filters(highpass_hz=20), Filters(lowpass_hz=300), Filters(tilt=(-24, 250)), Filters(30, 500)],
)
def test_a_margin_is_as_far_as_a_filter_hears(filters: Filters) -> None:
    impulse = np.zeros((1, 40_001))
    impulse[0, 20_000] = 1
    answer = np.abs(filters.filtered(impulse, RATE)[0])
    margin = filters.margin(RATE)
    beyond = max(answer[: 20_000 - margin].max(), answer[20_001 + margin :].max())
    assert 20 * np.log10(beyond / answer.max()) < DECAYED_DB


def test_filters_delay_nothing() -> None:
    impulse = np.zeros((1, 801))
    impulse[0, 400] = 1
    answer = Filters(highpass_hz=100, lowpass_hz=1500).filtered(impulse, RATE)[0]
    assert answer.argmax() == 400
    np.testing.assert_allclose(answer[401:500], answer[300:400][::-1][:99], atol=1e-3)


def test_without_filters_there_is_no_margin() -> None:
    assert Filters().margin(RATE) == 0
    np.testing.assert_array_equal(Filters().gains(np.array([0.0, 4000.0])), 1)
