from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.samplers.base import Sampler
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.engines.diffusion.schedules import Schedule
from approx_build.engines.diffusion.solver import Solver
from tests.dispatch import assert_same_bits
from tests.engines.diffusion.networks import gaussian, streams, wavy

MEAN, DEVIATION = 0.25, 0.5
STEPS = {"ddim": 200}
"""A sampler of the first order needs more than the 40 that serve the others."""
ALL = pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS)


def schedule_for(sampler: type[Sampler], steps: int) -> Schedule:
    if sampler.begins_at_noise:
        return schedules.crash(steps)
    return schedules.polyexponential(steps, 0.01, 100)


@ALL
def test_the_best_network_makes_sound_of_the_right_mean_and_variance(
    sampler: type[Sampler],
) -> None:
    solver = Solver(
        gaussian(MEAN, DEVIATION), sampler, schedule_for(sampler, STEPS.get(sampler.name, 40))
    )
    sound = solver.generate(streams(1), 1, 4000)
    assert sound.mean() == pytest.approx(MEAN, abs=0.02)
    assert sound.std() == pytest.approx(DEVIATION, rel=0.05)


@pytest.mark.parametrize("eta", [0.5, 1.0])
def test_fresh_noise_leaves_the_variance_right(eta: float) -> None:
    for sampler in SAMPLERS.values():
        if sampler.takes_eta:
            schedule = schedule_for(sampler, 80)
            solver = Solver(gaussian(MEAN, DEVIATION), sampler, schedule, eta)
            sound = solver.generate(streams(1), 1, 1000)
            assert sound.mean() == pytest.approx(MEAN, abs=0.04)
            assert sound.std() == pytest.approx(DEVIATION, rel=0.08), sampler.name


@ALL
def test_an_item_depends_on_no_other(sampler: type[Sampler]) -> None:
    solver = Solver(wavy, sampler, schedule_for(sampler, 6))
    together = solver.generate(streams(3), 2, 9)
    assert together.shape == (3, 2, 9)
    assert together.dtype == np.float32
    for index, stream in enumerate(streams(3)):
        alone = solver.generate([stream], 2, 9)
        np.testing.assert_array_equal(alone[0], together[index])


@ALL
def test_watching_changes_no_bit(sampler: type[Sampler]) -> None:
    solver, levels = Solver(wavy, sampler, schedule_for(sampler, 6)), list[Level]()
    watched = solver.generate(streams(2), 2, 9, watch=lambda step, level, x: levels.append(level))
    assert watched.tobytes() == solver.generate(streams(2), 2, 9).tobytes()
    assert tuple(levels) == solver.schedule


@pytest.mark.parametrize("name", ["dpmpp-2m-sde", "dpmpp-2s-ancestral"])
def test_more_steps_refine_the_same_sound(name: str) -> None:
    sampler = SAMPLERS[name]

    def sound(steps: int, item: str = "item") -> np.ndarray:
        solver = Solver(gaussian(0, 1), sampler, schedule_for(sampler, steps))
        return solver.generate(streams(1, item), 1, 500).ravel()

    fine = sound(60)
    alike = [np.corrcoef(sound(steps), fine)[0, 1] for steps in (8, 30)]
    assert 0.5 < alike[0] < alike[1]
    assert abs(np.corrcoef(sound(8, "other"), fine)[0, 1]) < 0.2


def test_bits_do_not_depend_on_the_instruction_set() -> None:
    assert_same_bits(
        "from hashlib import sha256\n"
        "from tests.engines.diffusion.networks import streams, wavy\n"
        "from tests.engines.diffusion.test_solver import schedule_for\n"
        "from approx_build.engines.diffusion.samplers.registry import SAMPLERS\n"
        "from approx_build.engines.diffusion.solver import Solver\n"
        "for s in SAMPLERS.values():\n"
        "    sound = Solver(wavy, s, schedule_for(s, 5)).generate(streams(2), 2, 33)\n"
        "    print(s.name, sha256(sound.tobytes()).hexdigest())"
    )
