"""Plans of conversions: which filters, and what they do to sines, sweeps, impulses, many tones."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest

from approx_build.kernels.resampler import converted
from approx_build.kernels.resampler_plan import PARTS, Plan, at_speed, between, gliding

RATES = [
    *((11025, 44100), (44100, 11025), (44100, 22050), (48000, 44100), (44100, 48000)),
    *((96000, 44100), (192000, 8000), (44100, 44101)),
]
SPEEDS = [1.335, 0.749, 1.9, 0.45, 0.4999, 0.0625, 7.7, 16.0, 2 ** (1 / 12)]
PLANS = [*(between(*rates) for rates in RATES), *(at_speed(speed) for speed in SPEEDS)]
RIPPLE_DB = 5e-8
SILENT_DB = -167.0

every_plan = pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{speed_of(plan):.4f}")


def ratio_of(plan: Plan) -> Fraction:
    """Samples of the source for each output."""
    return Fraction(plan.num << plan.down, plan.den << plan.up)


def speed_of(plan: Plan) -> float:
    return float(ratio_of(plan))


@pytest.mark.parametrize("exponent", [1, 2, 3])
def test_powers_of_two_need_no_short_filter(exponent: int) -> None:
    up, down = between(1000, 1000 << exponent), between(1000 << exponent, 1000)
    assert (up.up, up.down, up.taps) == (exponent, 0, 0)
    assert (down.up, down.down, down.taps) == (0, exponent, 0)


def test_ratios_of_whole_numbers_have_a_row_for_each_phase_and_others_a_cubic() -> None:
    assert between(44100, 48000).degree == 0
    assert len(between(44100, 48000).rows) == 80
    assert between(44100, 44101).degree == 3
    assert at_speed(1.335).degree == 3
    assert at_speed(1.335).den == PARTS


def test_a_speed_that_is_a_ratio_of_small_whole_numbers_has_the_plan_of_that_ratio() -> None:
    assert at_speed(2.0) is between(2, 1)
    assert at_speed(0.75) is between(3, 4)


def test_a_common_factor_of_rates_changes_nothing() -> None:
    assert between(44100, 48000) is between(147, 160)


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_step_between_outputs_is_exactly_the_speed(speed: float) -> None:
    assert ratio_of(at_speed(speed)) == Fraction(speed)


@every_plan
def test_what_outputs_depend_on_covers_both_filters(plan: Plan) -> None:
    start, stop = plan.source(100, 50)
    reach = 130 * max(1.0, speed_of(plan))
    assert start <= 100 * speed_of(plan) - reach
    assert stop >= 149 * speed_of(plan) + reach


def test_a_gliding_plan_is_for_any_places_and_never_for_slower_sound_than_plain() -> None:
    assert gliding(0.3).up == gliding(1.0).up == 1
    assert gliding(16.0).degree == 3


def test_the_largest_decimation_has_a_plan() -> None:
    assert between(768_000, 1000).size == 1 << 20


def sine(frequency: float, length: int) -> np.ndarray:
    """A sine of so many radians a sample."""
    return np.sin(frequency * np.arange(length))


def measured(made: np.ndarray, frequency: float) -> tuple[float, float]:
    """The level of a sine in the middle, dB, and of what is left without it, dB of full scale."""
    at = np.arange(made.size, dtype=np.float64)
    middle = slice(made.size // 4, made.size - made.size // 4)
    waves = np.stack([np.sin(frequency * at), np.cos(frequency * at)], axis=1)[middle]
    found, *_ = np.linalg.lstsq(waves, made[middle], rcond=None)
    rest = np.sqrt(2 * np.mean((made[middle] - waves @ found) ** 2)) + 1e-16
    return 20 * np.log10(np.hypot(*found)), 20 * np.log10(rest)


@every_plan
@pytest.mark.parametrize("share", [0.01, 0.3, 0.77, 0.912])
def test_the_pass_band_is_flat_and_sines_are_clean(plan: Plan, share: float) -> None:
    speed = speed_of(plan)
    length = max(20_000, int(20_000 * speed))
    frequency = share * np.pi * min(1.0, 1 / speed)
    made = converted(plan, sine(frequency, length), int(length / speed))
    level, rest = measured(made, frequency * speed)
    assert abs(level) < RIPPLE_DB
    assert rest < SILENT_DB


@every_plan
@pytest.mark.parametrize("share", [0.93, 0.97, 0.999])
def test_near_the_nyquist_frequency_nothing_is_added(plan: Plan, share: float) -> None:
    speed = speed_of(plan)
    length = max(20_000, int(20_000 * speed))
    frequency = share * np.pi * min(1.0, 1 / speed)
    made = converted(plan, sine(frequency, length), int(length / speed))
    assert measured(made, frequency * speed)[1] < SILENT_DB


@pytest.mark.parametrize("share", [1.001, 1.2, 1.9])
@pytest.mark.parametrize("plan", [plan for plan in PLANS if speed_of(plan) > 1.05])
def test_what_is_above_the_new_nyquist_frequency_is_silent(plan: Plan, share: float) -> None:
    speed = speed_of(plan)
    frequency = min(share / speed, 0.999) * np.pi
    length = int(20_000 * speed)
    made = converted(plan, sine(frequency, length), int(length / speed))
    middle = made[made.size // 4 : -(made.size // 4)]
    assert 20 * np.log10(np.abs(middle).max() + 1e-16) < SILENT_DB


@every_plan
def test_an_impulse_stays_in_its_place_and_is_symmetric(plan: Plan) -> None:
    # An output that lies on a sample, at least 64 of either from the beginning; else the first one.
    ratio = ratio_of(plan)
    output = ratio.denominator * ceil(64 / min(ratio.numerator, ratio.denominator))
    output = 0 if output > 100_000 else output
    sample = int(output * ratio)
    sound = np.zeros(sample + 8192)
    sound[sample] = 1
    made = converted(plan, sound, output + 30)
    assert np.argmax(made) == output
    if output:
        before, after = made[output - 20 : output][::-1], made[output + 1 : output + 21]
        assert np.abs(before - after).max() < 1e-12


def test_an_impulse_at_the_very_beginning_is_as_large_as_one_inside() -> None:
    plan = between(48000, 44100)
    first, inside = np.zeros(4000), np.zeros(4000)
    first[0] = inside[1600] = 1
    early, late = converted(plan, first, 100), converted(plan, inside, 1570)
    assert np.abs(early - late[1470:1570]).max() < 1e-15


def test_many_tones_keep_their_levels_and_nothing_is_added() -> None:
    plan = between(44100, 48000)
    frequencies = np.pi * np.linspace(0.02, 0.9, 31)
    made = converted(plan, sum(sine(f, 40_000) for f in frequencies) / 31, 40_000)
    at = np.arange(made.size) * (44100 / 48000)
    true = sum(np.sin(f * at) for f in frequencies) / 31
    assert 20 * np.log10(np.abs(made - true)[2000:30_000].max()) < SILENT_DB


def test_a_sweep_is_what_it_would_have_been_at_the_other_rate() -> None:
    plan, length = between(48000, 44100), 60_000
    rise = 0.85 * np.pi / (2 * length)
    at = np.arange(length, dtype=np.float64)
    made = converted(plan, np.sin(rise * at * at), 50_000)
    there = np.arange(50_000) * (48000 / 44100)
    apart = made - np.sin(rise * there * there)
    assert 20 * np.log10(np.abs(apart[2000:48_000]).max()) < SILENT_DB
