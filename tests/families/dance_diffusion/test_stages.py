from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.engines.diffusion.outpainting import of_window
from approx_build.engines.diffusion.overlapping_windows import without_margins
from approx_build.engines.diffusion.solver import latents
from approx_build.families.base import Stage
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.dance_diffusion.stages import moments, stages
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import Stream
from tests.engines.diffusion.networks import noise, one_sound
from tests.families.dance_diffusion.networks import HEADS, TINY, WIDE, some_weights

STREAM = Stream.named("take").key
FAST = Sampling(steps=10)
SOUND = noise(1, 64, name="whole") * np.float32(0.25)


def seen(network: DanceDiffusion, sampling: Sampling, count: int = 6) -> list[Stage]:
    return network.stages(some_weights(network), STREAM, sampling, count)


def test_the_first_stage_is_the_noise_that_the_take_is_made_of() -> None:
    first = seen(TINY, FAST)[0]
    assert (first.step, first.noise_level, first.noise_share) == (0, 1.0, 1.0)
    expected = latents([of_window(Stream(STREAM), 0)], 1, 64)[0]
    np.testing.assert_array_equal(first.clip.data, expected)


@pytest.mark.parametrize("name", ["iplms", "dpmpp-2m-sde"])
@pytest.mark.parametrize("network", [TINY, HEADS, WIDE], ids=["mono", "stereo", "wide"])
def test_the_last_stage_is_what_the_take_begins_with(network: DanceDiffusion, name: str) -> None:
    sampling = Sampling.model_validate({"sampler": name, "steps": 4})
    last = seen(network, sampling)[-1]
    assert (last.step, last.noise_level, last.noise_share) == (4, 0.0, 0.0)
    take = TakeRequest(length=network.window + 7, stream=STREAM, sampling=sampling)
    clip = network.draw(some_weights(network), [take])[0]
    heard = without_margins(last.clip.data, network.window)
    np.testing.assert_array_equal(heard, clip.data[:, : heard.shape[1]])


def test_noise_gives_way_to_sound() -> None:
    shown = stages(TINY, {}, STREAM, FAST, 6, velocity=one_sound(SOUND))
    assert [stage.step for stage in shown] == [0, 2, 4, 6, 8, 10]
    shares = [stage.noise_share for stage in shown]
    assert shares == sorted(shares, reverse=True)
    away = [float(np.abs(stage.clip.data - SOUND).mean()) for stage in shown]
    assert away == sorted(away, reverse=True)
    assert away[-1] < 1e-4


def test_noise_is_left_as_it_is_and_the_finished_sound_kept_within_full_scale() -> None:
    shown = stages(TINY, {}, STREAM, FAST, 3, velocity=one_sound(SOUND * np.float32(40)))
    assert np.abs(shown[0].clip.data).max() > 1
    assert np.abs(shown[-1].clip.data).max() == 1


def test_progress_is_reported_step_by_step() -> None:
    told: list[tuple[int, int]] = []
    network, weights = TINY, some_weights(TINY)
    network.stages(weights, STREAM, FAST, 3, progress=lambda *now: told.append(now))
    assert told == [(step, 10) for step in range(1, 11)]


@given(st.integers(1, 1000), st.integers(2, 30))
def test_moments_are_spread_evenly_from_the_first_to_the_last(steps: int, count: int) -> None:
    chosen = moments(steps, count)
    assert (chosen[0], chosen[-1]) == (0, steps)
    assert len(chosen) == min(count, steps + 1)
    gaps = np.diff(chosen)
    assert gaps.max() - gaps.min() <= 1
