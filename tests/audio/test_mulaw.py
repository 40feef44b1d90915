from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.audio.mulaw import amplitudes, decode, encode, silence


def formula(x: np.ndarray, codes: int) -> np.ndarray:
    """ibab's encoder, as published."""
    mu = codes - 1
    magnitude = np.log1p(mu * np.minimum(np.abs(x), 1)) / np.log1p(mu)
    return ((np.sign(x) * magnitude + 1) / 2 * mu + 0.5).astype(np.int64)


def test_silence_is_the_middle_code_and_decodes_to_almost_nothing() -> None:
    assert encode(0.0) == 128 == silence()
    assert decode(128) == pytest.approx(8.62e-5, rel=1e-3)
    assert decode(127) == -decode(128)


def test_encode_is_the_published_formula() -> None:
    samples = np.linspace(-1.2, 1.2, 100_001)
    wrong = encode(samples) != formula(samples, 256)
    assert np.abs(encode(samples) - formula(samples, 256)).max() <= 1
    assert wrong.mean() < 1e-4  # only where a logarithm's last bit decides


def test_decode_is_the_published_formula() -> None:
    signal = 2 * (np.arange(256) / 255) - 1
    expected = np.sign(signal) / 255 * (256 ** np.abs(signal) - 1)
    np.testing.assert_allclose(decode(np.arange(256)), expected, rtol=1e-6)


@pytest.mark.parametrize("codes", [2, 16, 256])
def test_every_code_decodes_to_a_sample_of_that_code(codes: int) -> None:
    everything = np.arange(codes)
    assert (encode(decode(everything, codes), codes) == everything).all()


@given(st.floats(-4, 4), st.floats(-4, 4))
def test_louder_samples_never_have_lower_codes(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0 <= encode(low) <= encode(high) <= 255


@given(st.floats(-1, 1))
def test_decoding_an_encoded_sample_gives_it_back_within_half_a_code(sample: float) -> None:
    code = int(encode(sample))
    table = amplitudes().astype(np.float64)
    step = max(
        abs(table[code] - table[max(0, code - 1)]), abs(table[min(255, code + 1)] - table[code])
    )
    assert abs(float(decode(code)) - sample) <= step


def test_shapes_are_kept_and_full_scale_is_the_last_code() -> None:
    assert encode(np.zeros((2, 3))).shape == (2, 3)
    assert encode([-1.0, 1.0, 5.0]).tolist() == [0, 255, 255]
    assert decode(np.zeros((2, 3), dtype=int)).dtype == np.float32
