"""Conversion between rates: every kernel gives the bits of the reference, in parts of any size."""

import numpy as np
import pytest

from approx_build.kernels import compiled, resampler
from approx_build.kernels import resampler_reference as reference
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.resampler import converted, placed
from approx_build.kernels.resampler_plan import PARTS, Plan, at_speed, between, gliding

COMPILED = [kernel for kernel in compiled.available() if kernel is not Kernel.REFERENCE]
RATES = [(11025, 44100), (44100, 11025), (48000, 44100), (96000, 44100), (44100, 44101)]
SPEEDS = [1.335, 0.749, 1.9, 0.45, 0.0625, 7.7, 16.0, 2 ** (1 / 12), 1 / 3, 0.5, 1.5]
PLANS = [*(between(*rates) for rates in RATES), *(at_speed(speed) for speed in SPEEDS)]
LENGTH = 9001


def noise(length: int = LENGTH) -> np.ndarray:
    return np.random.Generator(np.random.Philox(4)).random(length) - 0.5


def speed_of(plan: Plan) -> float:
    return plan.num / plan.den * (1 << plan.down) / (1 << plan.up)


def count_of(plan: Plan, length: int = LENGTH) -> int:
    return round(length / speed_of(plan))


def by_reference(plan: Plan, samples: np.ndarray, count: int) -> np.ndarray:
    places = np.array([divmod(n * plan.num, plan.den) for n in range(count)], np.int64)
    return reference.outputs(plan, samples, 0, places[:, 0], places[:, 1])


@pytest.fixture(params=COMPILED)
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.VARIABLE, str(request.param))


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{speed_of(plan):.4f}")
def test_every_kernel_gives_the_bits_of_the_reference(plan: Plan) -> None:
    made = converted(plan, noise(), count_of(plan))
    assert made.tobytes() == by_reference(plan, noise(), count_of(plan)).tobytes()


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("size", [1, 777, 5000])
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{speed_of(plan):.4f}")
def test_parts_of_any_size_have_the_bits_of_the_whole(plan: Plan, size: int) -> None:
    count = count_of(plan)
    whole = converted(plan, noise(), count)
    for first in range(0, count, max(size, count // 20)):
        some = min(size, count - first)
        low, high = plan.source(first, some)
        low, high = max(low, 0), min(max(low, high, 0), LENGTH)
        part = converted(plan, noise()[low:high], some, first, low)
        assert part.tobytes() == whole[first : first + some].tobytes()


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("length", [0, 1, 2, 100, 3001])
@pytest.mark.parametrize("plan", PLANS[::2], ids=lambda plan: f"{speed_of(plan):.4f}")
def test_sounds_of_any_length_have_the_bits_of_the_reference(plan: Plan, length: int) -> None:
    count = count_of(plan, length) + 3
    made = converted(plan, noise(length), count)
    assert made.tobytes() == by_reference(plan, noise(length), count).tobytes()


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("lanes", [2, 4, 8])
def test_the_number_of_lanes_changes_no_bit(lanes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = between(48000, 44100)
    usual = converted(plan, noise(), 8000)
    most = resampler._lanes(plan, Kernel(str(resampler.fft.choose())))
    monkeypatch.setattr(resampler, "_lanes", lambda *_: min(lanes, most))
    assert converted(plan, noise(), 8000).tobytes() == usual.tobytes()


@pytest.mark.parametrize("kernel", compiled.available())
@pytest.mark.parametrize("highest", [1.0, 1.5, 4.0, 16.0])
def test_outputs_at_the_places_of_a_speed_are_those_of_that_speed(
    kernel: str, highest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(compiled.VARIABLE, str(kernel))
    plan = gliding(highest)
    step = int(highest * PARTS) * np.arange(500, dtype=object)
    whole = np.array([at // PARTS for at in step], np.int64)
    part = np.array([at % PARTS for at in step], np.int64)
    made = placed(plan, noise(), whole, part)
    assert made.tobytes() == converted(plan, noise(), 500).tobytes()


@pytest.mark.usefixtures("kernel")
def test_samples_may_be_integers_and_lie_apart() -> None:
    plan = between(44100, 48000)
    numbers = np.arange(2000) % 77
    made = converted(plan, numbers, 1000)
    assert made.dtype == np.float64
    assert made.tobytes() == converted(plan, numbers.astype(np.float64), 1000).tobytes()
    apart = np.stack([noise(2000), noise(2000)], axis=1)[:, 0]
    assert converted(plan, apart, 900).tobytes() == converted(plan, noise(2000), 900).tobytes()


@pytest.mark.usefixtures("kernel")
def test_silence_is_a_positive_zero_and_an_empty_sound_is_silent() -> None:
    plan = between(44100, 48000)
    for sound in (np.zeros(500), np.zeros(0)):
        made = converted(plan, sound, 400)
        assert not made.any()
        assert not np.signbit(made).any()
