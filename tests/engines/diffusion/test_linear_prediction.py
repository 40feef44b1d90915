from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion.linear_prediction import continuation
from tests.engines.diffusion.networks import noise

AT = np.arange(1400)


def test_tones_continue_as_they_are() -> None:
    tones = sum(np.sin(0.1 + number * AT * 0.21) / number for number in (1, 2, 3, 5))
    sound = np.asarray(tones, np.float64)
    told, share = continuation(sound[:1000], 100)
    np.testing.assert_allclose(told, sound[1000:1100], atol=0.05)
    assert share.min() > 0.98


def test_of_noise_nothing_is_estimated() -> None:
    told, share = continuation(noise(2000).astype(np.float64), 50)
    assert share.max() < 0.1
    assert np.abs(told).max() < 1


@pytest.mark.parametrize("by", [0.5, 0.95, -0.8])
def test_an_autoregressive_process_is_estimated_as_far_as_it_correlates(by: float) -> None:
    """Of such a process the mean falls by `by` a sample, and by² the share that is foretold."""
    sound = noise(3000).astype(np.float64)
    for at in range(1, len(sound)):
        sound[at] = by * sound[at - 1] + np.sqrt(1 - by * by) * sound[at]
    told, share = continuation(sound, 12)
    powers = by ** np.arange(1, 13)
    np.testing.assert_allclose(told[:3], sound[-1] * powers[:3], atol=0.35)
    np.testing.assert_allclose(share, powers**2, atol=0.15)


def test_the_share_falls() -> None:
    _, share = continuation(np.sin(AT * 0.3) + 0.3 * noise(1400).astype(np.float64), 200)
    assert (np.diff(share) <= 0).all()
    assert 0.5 < share[0] < 1


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_moment_is_too_short_to_tell_much(count: int) -> None:
    told, share = continuation(noise(count).astype(np.float64), 5)
    assert np.isfinite(told).all()
    assert ((share >= 0) & (share <= 1)).all()


@pytest.mark.parametrize("value", [0.0, 0.7])
def test_silence_and_a_constant_continue(value: float) -> None:
    told, _ = continuation(np.full(500, value), 20)
    np.testing.assert_allclose(told, value, atol=1e-6)
