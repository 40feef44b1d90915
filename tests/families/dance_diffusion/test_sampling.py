from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.families.dance_diffusion.sampling import SamplerName, Sampling, ScheduleName
from tests.engines.diffusion.networks import noise, wavy


def test_all_samplers_can_be_named() -> None:
    assert tuple(SAMPLERS) == get_args(SamplerName)


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_has_a_schedule_that_suits_it(name: str) -> None:
    solver = Sampling.model_validate({"sampler": name, "steps": 5}).solver(wavy)
    assert solver.sampler is SAMPLERS[name]
    assert solver.steps == 5
    assert solver.sampler.begins_at_noise or solver.schedule[0].alpha > 0


def test_schedules_are_those_named() -> None:
    found = {
        name: Sampling(sampler="ddim", steps=4, schedule=name).levels()
        for name in get_args(ScheduleName)
    }
    assert found == {
        "crash": schedules.crash(4),
        "linear": schedules.linear(4),
        "log": schedules.log(4),
        "karras": schedules.karras(4, 0.01, 100, 7),
        "polyexponential": schedules.polyexponential(4, 0.01, 100, 1),
    }


def test_the_ends_and_the_spread_of_levels_can_be_chosen() -> None:
    sampling = Sampling(schedule="karras", steps=4, least_ratio=0.1, greatest_ratio=10, rho=3)
    assert sampling.levels() == schedules.karras(4, 0.1, 10, 3)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"sampler": "heun", "schedule": "crash"}, "crash begins at pure noise, which sampler"),
        (
            {"sampler": "heun", "eta": 0.5},
            "these accept eta: ddim, dpmpp-2s-ancestral, dpmpp-2m-sde",
        ),
        ({"sampler": "euler"}, "Input should be 'ddim', 'iplms'"),
        ({"steps": 0}, "greater than or equal to 1"),
        ({"eta": 1.5}, "less than or equal to 1"),
        ({"rho": float("nan")}, "finite"),
        ({"temperature": 1}, "Extra inputs"),
    ],
)
def test_impossible_controls_are_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Sampling.model_validate(wrong)


def test_no_fresh_noise_may_be_asked_of_any_sampler() -> None:
    for name in SAMPLERS:
        solver = Sampling.model_validate({"sampler": name, "eta": 0, "steps": 2}).solver(wavy)
        solver.run(noise(1, 1, 4), [])
