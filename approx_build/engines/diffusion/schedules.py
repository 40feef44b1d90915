"""Schedules: the noise levels of sampling, from noisy to clean.

A schedule of N steps has N + 1 levels, each cleaner than the one before; the last is clean. `crash`
is Harmonai's (sample-generator, 2022), `linear` and `log` are those of v-diffusion (Crowson, 2021),
`karras` that of Karras and others (2022, equation 5), `polyexponential` k-diffusion's.

For training, `sobol` spreads levels evenly over any sequence of windows. In one dimension, Sobol's
sequence is van der Corput's: the binary digits of n, mirrored at the point (Sobol, 1967). Every
aligned run of 2^k numbers has one number in each of 2^k equal parts. The digits are shifted once at
random, so that the sequence is uniform and its zero is not special.
"""

from __future__ import annotations

from itertools import pairwise
from math import ldexp, sqrt

from approx_build.engines.diffusion.level import CLEAN, Level
from approx_build.errors import ModelError
from approx_build.numerics import portable
from approx_build.numerics.angle import angle
from approx_build.numerics.stream import Stream

Schedule = tuple[Level, ...]

LOG_SNR = 10.0
"""The log schedule goes from minus this to plus this logarithm of the ratio of powers."""

_HALF_PI = portable.PI / 2
_BITS = 53
"""Binary digits of a number of the sequence: all digits of a float64."""


def crash_time(place: float) -> float:
    """The time of «crash» at a position from 0 to 1: σ = sin²(position · π / 2)."""
    sine = float(portable.sin(place * _HALF_PI))
    sigma = sine * sine
    # Rounding must not make the first level less than pure noise.
    return 1.0 if place == 1.0 else angle(sqrt(1.0 - sigma * sigma), sigma) / _HALF_PI


def crash(steps: int) -> Schedule:
    """From pure noise; has more of the noisiest and the cleanest levels."""
    return _closed([Level.at_time(crash_time(place)) for place in _places(steps)])


def linear(steps: int) -> Schedule:
    """From pure noise; times at equal distances."""
    return _closed([Level.at_time(place) for place in _places(steps)])


def log(steps: int, log_snr: float = LOG_SNR) -> Schedule:
    """Logarithms of the ratio of powers at equal distances, from -`log_snr` to `log_snr`."""
    # Half, because the ratio of powers is the square of the ratio of strengths.
    exponents = [log_snr * (2.0 * place - 1.0) / 2.0 for place in _ramp(steps)]
    return _of_ratios([float(portable.exp(exponent)) for exponent in exponents])


def karras(steps: int, least: float, greatest: float, rho: float = 7.0) -> Schedule:
    """Ratios from `greatest` to `least` whose roots of degree `rho` are at equal distances."""
    _check_range(least, greatest)
    low, high = (float(portable.power(end, 1.0 / rho)) for end in (least, greatest))
    roots = [low + place * (high - low) for place in _ramp(steps)]
    return _of_ratios([float(portable.power(root, rho)) for root in roots])


def polyexponential(steps: int, least: float, greatest: float, rho: float = 1.0) -> Schedule:
    """Ratios from `greatest` to `least`; their logarithms fall as a power with exponent `rho`."""
    _check_range(least, greatest)
    low, high = (float(portable.log(end)) for end in (least, greatest))
    shares = [float(portable.power(place, rho)) for place in _ramp(steps)]
    return _of_ratios([float(portable.exp(low + share * (high - low))) for share in shares])


def from_level(schedule: Schedule, start: Level) -> Schedule:
    """The part of a schedule from `start`, or from its own noisiest level if that is cleaner."""
    if start.time >= schedule[0].time:
        return schedule
    return (start, *(level for level in schedule if level.time < start.time))


def _places(steps: int) -> list[float]:
    """Positions from 1 down to just above 0, at equal distances [steps]."""
    _check_steps(steps)
    return [(steps - step) / steps for step in range(steps)]


def _ramp(steps: int) -> list[float]:
    """Positions from 1 to 0, including both, at equal distances [steps]; only 1 for one step."""
    _check_steps(steps)
    return [1.0 - step / max(1, steps - 1) for step in range(steps)]


def _of_ratios(ratios: list[float]) -> Schedule:
    return _closed([Level.at_ratio(ratio) for ratio in ratios])


def _closed(levels: list[Level]) -> Schedule:
    """The levels followed by a clean one; ModelError unless they fall."""
    schedule = (*levels, CLEAN)
    if any(after.time >= now.time for now, after in pairwise(schedule)):
        raise ModelError(f"schedule: {len(levels)} steps are too many: their levels are equal")
    return schedule


def _check_steps(steps: int) -> None:
    if steps < 1:
        raise ModelError(f"steps: {steps}; must be at least 1")


def _check_range(least: float, greatest: float) -> None:
    if not 0 < least < greatest:
        raise ModelError(f"schedule from {greatest:g} to {least:g}: must fall, and end above 0")


def sobol(number: int, rng: Stream) -> float:
    """Number `number` of the sequence that `rng` shifts, at least 0 and below 1."""
    shift = int(rng.child("digital shift").words(1)[0]) >> (64 - _BITS)
    return (_mirrored(number) ^ shift) * ldexp(1.0, -_BITS)


def _mirrored(number: int) -> int:
    """The digits of a number in reverse order, as a fraction of 2^53."""
    digits = format(number % (1 << _BITS), f"0{_BITS}b")
    return int(digits[::-1], 2)
