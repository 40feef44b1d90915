from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Denoiser, Sound
from approx_build.engines.diffusion.samplers.deterministic import Ddim, Heun
from approx_build.engines.diffusion.sampling import sample
from approx_build.errors import ModelError
from tests.engines.diffusion.networks import noise, wavy


def test_progress_is_reported_after_each_step() -> None:
    told: list[tuple[int, int]] = []
    x = noise(1, 1, 8)
    sample(Ddim(Denoiser(wavy)), x, schedules.crash(3), lambda *now: told.append(now))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_who_watches_sees_the_beginning_and_what_each_step_reached() -> None:
    seen: list[tuple[int, float, Sound]] = []
    x, schedule = noise(1, 1, 8), schedules.crash(3)
    sampler = Ddim(Denoiser(wavy))
    made = sample(
        sampler, x, schedule, watch=lambda step, at, now: seen.append((step, at.time, now))
    )
    assert [step for step, _, _ in seen] == [0, 1, 2, 3]
    assert [time for _, time, _ in seen] == [level.time for level in schedule]
    np.testing.assert_array_equal(seen[0][2], x)
    np.testing.assert_array_equal(seen[-1][2], made)
    np.testing.assert_array_equal(seen[1][2], sampler.step(x, schedule[0], schedule[1]))


def test_who_watches_can_change_nothing() -> None:
    def meddle(step: int, level: Level, x: Sound) -> None:
        x[:] = 0

    with pytest.raises(ValueError, match="read-only"):
        sample(Ddim(Denoiser(wavy)), noise(1, 1, 8), schedules.crash(3), watch=meddle)


def test_the_given_sound_is_not_changed() -> None:
    x = noise(1, 1, 8)
    before = x.copy()
    sample(Ddim(Denoiser(wavy)), x, schedules.crash(3))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_a_number_is_reported_with_its_step_and_item(wrong: float) -> None:
    def broken(x: Sound, time: float) -> Sound:
        predicted = np.zeros_like(x)
        predicted[1, 0, 3] = wrong if time < 0.5 else 0.0
        return predicted

    with pytest.raises(ModelError, match=r"step 3 of 4, at noise level 0\.3333: item 2 of 3 is"):
        sample(Ddim(Denoiser(broken)), noise(3, 1, 8), schedules.crash(4))


def test_a_sampler_that_cannot_begin_at_noise_alone_reports_it() -> None:
    with pytest.raises(ModelError, match="heun cannot begin with pure noise; use a log, karras"):
        sample(Heun(Denoiser(wavy)), noise(1, 1, 8), schedules.crash(4))


def test_a_sampler_that_cannot_go_backwards_reports_it() -> None:
    backwards = schedules.karras(4, 0.01, 80)[::-1]
    with pytest.raises(ModelError, match="heun with eta 0 cannot go from sound to noise"):
        sample(Heun(Denoiser(wavy)), noise(1, 1, 8), backwards)
    noisy = Ddim(Denoiser(wavy), lambda now, after: noise(1, 1, 8), eta=0.5)
    with pytest.raises(ModelError, match=r"ddim with eta 0\.5 cannot go from sound to noise"):
        sample(noisy, noise(1, 1, 8), backwards)
