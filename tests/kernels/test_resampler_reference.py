"""The rule of conversion: the two filters, computed as they are defined."""

import numpy as np
import pytest

from approx_build.kernels.resampler_plan import PASS, STEEP_DB, Plan, at_speed, between
from approx_build.kernels.resampler_reference import filtered, outputs
from approx_build.kernels.sinc import WindowedSinc

ERROR = 1e-12
LENGTH = 3000


def noise() -> np.ndarray:
    return np.random.Generator(np.random.Philox(6)).random(LENGTH) - 0.5


@pytest.mark.parametrize("plan", [between(1, 2), between(48000, 44100), between(4, 1)])
def test_the_steep_filter_is_a_convolution_with_its_sinc(plan: Plan) -> None:
    x = noise()
    band = 1.0 if plan.up else 0.25
    band = 44100 / 48000 if plan.taps else band
    sinc = WindowedSinc(PASS * band, band, STEEP_DB)
    made = filtered(plan, x, 0, range(1))
    step = (1 << plan.down) / (1 << plan.up)
    for n in (0, 1, 77, 300):
        at = (n + plan.filtered(plan.lead)) if plan.taps else n
        true = np.sum(sinc.at(n * step - np.arange(LENGTH)) * x)
        assert abs(made[at] - true) < ERROR


def test_pairs_of_blocks_depend_on_nothing_but_themselves() -> None:
    plan, x = between(44100, 48000), noise()
    alone = filtered(plan, x, 0, range(1, 2))
    assert np.array_equal(filtered(plan, x, 0, range(3))[alone.size : 2 * alone.size], alone)


@pytest.mark.parametrize("plan", [between(44100, 48000), at_speed(1.335), at_speed(0.3)])
def test_outputs_in_parts_are_those_of_the_whole(plan: Plan) -> None:
    places = np.array([divmod(n * plan.num, plan.den) for n in range(1000)], np.int64)
    pos, rem = places[:, 0], places[:, 1]
    whole = outputs(plan, noise(), 0, pos, rem)
    assert np.array_equal(outputs(plan, noise(), 0, pos[400:450], rem[400:450]), whole[400:450])


def test_silence_is_a_positive_zero() -> None:
    plan = between(44100, 48000)
    places = np.array([divmod(n * plan.num, plan.den) for n in range(100)], np.int64)
    made = outputs(plan, np.zeros(200), 0, places[:, 0], places[:, 1])
    assert not np.signbit(made).any()
    assert not made.any()
