from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.dance_diffusion_clips import inpaint, interpolate, vary
from approx_build.families.dance_diffusion_sampling import Sampling
from tests.diffusion.networks import gaussian, noise, one_sound, streams
from tests.families.dance_diffusions import TINY

FAST = Sampling(steps=12)
FIRST = Clip(noise(1, 64, name="first") * np.float32(0.3), 8000)
SECOND = Clip(noise(1, 90, name="second") * np.float32(0.3), 8000)
NORMAL = gaussian(0, 0.3)


def test_variations_are_as_long_as_a_window_and_each_its_own() -> None:
    varied = vary(TINY, NORMAL, [FIRST, FIRST, SECOND], 0.4, FAST, streams(3))
    assert {(clip.length, clip.rate) for clip in varied} == {(64, 8000)}
    assert not np.array_equal(varied[0].data, varied[1].data)
    alone = vary(TINY, NORMAL, [SECOND], 0.4, FAST, streams(3)[2:])[0]
    np.testing.assert_array_equal(alone.data, varied[2].data)


def test_at_level_0_a_clip_stays_as_it_is() -> None:
    varied = vary(TINY, NORMAL, [SECOND], 0.0, FAST, streams(1))[0]
    np.testing.assert_array_equal(varied.data, SECOND.data[:, :64])


def test_in_betweens_begin_at_one_clip_and_end_at_the_other() -> None:
    sampling = Sampling(steps=100)
    found = interpolate(TINY, NORMAL, FIRST, SECOND, [0.0, 0.5, 1.0], sampling)
    np.testing.assert_allclose(found[0].data, FIRST.data, atol=0.02)
    np.testing.assert_allclose(found[2].data, SECOND.data[:, :64], atol=0.02)


def test_missing_ranges_are_made_anew_and_the_rest_is_kept() -> None:
    whole = one_sound(FIRST.data)
    known = FIRST.data.copy()
    known[:, 10:20] = 0
    known[:, 60:] = 0
    found = inpaint(TINY, whole, Clip(known, 8000), [(10, 20), (60, 64)], FAST, streams(2))
    assert len(found) == 2
    for clip in found:
        np.testing.assert_allclose(clip.data, FIRST.data, atol=1e-4)
        np.testing.assert_array_equal(clip.data[:, 20:60], FIRST.data[:, 20:60])


@pytest.mark.parametrize("noise_level", [-0.1, 1.1, float("nan")])
def test_a_noise_level_outside_is_refused(noise_level: float) -> None:
    with pytest.raises(ModelError, match=r"noise level: .*; must be from 0 to 1"):
        vary(TINY, NORMAL, [FIRST], noise_level, FAST, streams(1))


def test_a_clip_shorter_than_a_window_is_refused_by_its_number() -> None:
    short = Clip(FIRST.data[:, :63], 8000)
    with pytest.raises(ModelError, match="clip 2: 63 samples; the network needs 64"):
        vary(TINY, NORMAL, [FIRST, short], 0.4, FAST, streams(2))


def test_clips_of_different_rates_or_channels_do_not_meet() -> None:
    with pytest.raises(ModelError, match="clips of 8000 and 16000 Hz; convert one of them"):
        interpolate(TINY, NORMAL, FIRST, Clip(SECOND.data, 16000), [0.5], FAST)
    stereo = Clip(np.tile(SECOND.data, (2, 1)), 8000)
    with pytest.raises(ModelError, match="clips of 1 and 2 channels; they must have as many"):
        interpolate(TINY, NORMAL, FIRST, stereo, [0.5], FAST)


def test_clips_the_network_cannot_hear_are_refused() -> None:
    other = Clip(FIRST.data, 16000)
    with pytest.raises(ModelError, match="first clip: 16000 Hz; the network hears 8000 Hz"):
        interpolate(TINY, NORMAL, other, other, [0.5], FAST)


@pytest.mark.parametrize("missing", [(-1, 5), (5, 5), (60, 65)])
def test_a_range_outside_the_window_is_refused(missing: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match="not inside the window of 64 samples"):
        inpaint(TINY, NORMAL, FIRST, [missing], FAST, streams(1))
