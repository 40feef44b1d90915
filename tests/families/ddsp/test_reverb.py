"""Reverberation in blocks is the convolution."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.ddsp.reverb import Reverb


@pytest.mark.parametrize("taps", [1, 7, 64, 65, 200])
def test_blocks_give_the_whole_convolution_and_the_first_tap_is_not_used(taps: int) -> None:
    rng = np.random.default_rng(taps)
    impulse, sound = (rng.standard_normal(n).astype(np.float32) for n in (taps, 64 * 6))
    reverb = Reverb(impulse, 64)
    found = np.concatenate([reverb.add(block) for block in sound.reshape(-1, 64)])
    without = np.concatenate([[0], impulse[1:]]).astype(np.float64)
    expected = sound + np.convolve(sound.astype(np.float64), without)[: len(sound)]
    np.testing.assert_allclose(found, expected, atol=2e-5)
    assert impulse[0] != 0, "what it was given is left as it is"


def test_a_silent_room_gives_back_the_sound() -> None:
    sound = np.linspace(-1, 1, 64, dtype=np.float32)
    np.testing.assert_array_equal(Reverb(np.zeros(90, np.float32), 64).add(sound), sound)
