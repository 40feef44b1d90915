from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc

from approx_build.engines.diffusion.schedules import _mirrored, sobol
from approx_build.numerics.stream import Stream

RNG = Stream.named("times")


@given(st.integers(0, 1 << 40), st.integers(0, 6))
def test_every_aligned_run_has_one_time_in_each_equal_part(start: int, power: int) -> None:
    size = 1 << power
    first = start // size * size
    times = [sobol(number, RNG) for number in range(first, first + size)]
    assert sorted(int(time * size) for time in times) == list(range(size))


def test_the_sequence_is_sobol_s_in_another_order() -> None:
    ours = sorted(_mirrored(number) * 2.0**-53 for number in range(64))
    theirs = qmc.Sobol(1, scramble=False).random(64)[:, 0]
    np.testing.assert_array_equal(ours, np.sort(theirs))


def test_another_stream_shifts_the_sequence() -> None:
    assert sobol(0, RNG) != sobol(0, Stream.named("others"))
    times = [sobol(number, RNG) for number in range(4096)]
    assert np.mean(times) == pytest.approx(0.5, abs=1e-3)
