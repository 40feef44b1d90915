from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio import mulaw
from approx_build.families.samplernn import SampleRNN
from approx_build.families.samplernn.codec import decode, encode, levels

LINEAR = {256: SampleRNN(quantization="linear"), 250: SampleRNN(quantization="linear", codes=250)}


@pytest.mark.parametrize("codes", LINEAR)
def test_linear_codes_come_back_as_they_went(codes: int) -> None:
    every = np.arange(codes, dtype=np.uint8)
    np.testing.assert_array_equal(encode(LINEAR[codes], decode(LINEAR[codes], every)), every)


def test_linear_codes_are_the_published_ones_but_at_the_edge_of_a_code() -> None:
    """PRiSM's rule: ((x + 1) / 2) (256 - 1e-5) + 5e-6, rounded down."""
    sound = np.random.default_rng(0).uniform(-1, 1, 5000).astype(np.float32)
    published = np.floor((sound.astype(np.float64) + 1) / 2 * (256 - 1e-5) + 5e-6)
    np.testing.assert_array_equal(encode(LINEAR[256], sound), published)


def test_silence_is_the_middle_code_and_decodes_to_nothing() -> None:
    for network in (*LINEAR.values(), SampleRNN()):
        middle = network.codes // 2
        assert encode(network, np.zeros(1, np.float32))[0] == middle
        assert levels(network.codes)[middle] == 0
    assert decode(LINEAR[256], np.array([128], np.uint8))[0] == 0


def test_sound_beyond_full_scale_has_the_outermost_codes() -> None:
    for network in (LINEAR[256], SampleRNN()):
        codes = encode(network, np.array([-9, -1, 1, 9], np.float32))
        assert list(codes) == [0, 0, 255, 255]


def test_mu_law_is_that_of_the_house() -> None:
    sound = np.linspace(-1, 1, 999, dtype=np.float32)
    codes = encode(SampleRNN(codes=64), sound)
    np.testing.assert_array_equal(codes, mulaw.encode(sound, 64))
    np.testing.assert_array_equal(decode(SampleRNN(codes=64), codes), mulaw.decode(codes, 64))


def test_tiers_hear_the_published_numbers() -> None:
    np.testing.assert_array_equal(levels(256), (np.arange(256) / 128 - 1) * 2)
