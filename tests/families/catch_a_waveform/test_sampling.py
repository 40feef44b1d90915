"""Controls of takes, and those that need a sound."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.families.catch_a_waveform.sampling import Sampling
from tests.families.catch_a_waveform.networks import network

NET = network()


def faults(way: str | None, **sampling: float) -> list[str]:
    return [words for _, words in NET.length_faults(NET.sampling(sampling), 1.0, way)]


def test_a_kept_low_band_needs_a_variation_and_a_border_below_half_the_rate() -> None:
    assert faults(None) == faults("vary", keep_below_hz=1500) == []
    assert faults(None, keep_below_hz=500) == [
        "keeps the low band of a given sound: it needs `vary`"
    ]
    assert (
        "must be below 2000 Hz, half the rate of the network"
        in faults("vary", keep_below_hz=2000)[0]
    )


def test_amplitudes_have_bounds() -> None:
    assert Sampling().amplitude == 1
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Sampling(amplitude=-1)
