"""Numbers that move in operations: rates, densities and lengths of grains over a result."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.ops.base import OPS
from approx_build.ops.curves import at, extremes
from approx_build.ops.hold import Hold
from approx_build.ops.pulse import Pulse
from approx_build.ops.scatter import Scatter
from approx_build.score.lengths import takes_breakpoints
from tests.ops.cases import RATE, STREAM, case, music

ONES = Clip(np.ones((1, 4 * RATE), np.float32), RATE)
RISING = ((0.0, 2.0), (4.0, 10.0))
CURVED = [(cls, name) for cls in OPS for name in cls.model_fields if takes_breakpoints(cls, name)]


def step(number: int) -> float:
    """When `number` steps have passed at 2 Hz that rise by 2 Hz a second: 2t + t² = number."""
    return sqrt(1 + number) - 1


def test_values_lie_on_straight_lines_and_are_level_outside() -> None:
    curve = ((1.0, 2.0), (3.0, 10.0), (3.0, 4.0))
    assert [at(curve, s) for s in (0, 1, 2, 3, 9)] == [2, 2, 6, 4, 4]
    assert (at(7.0, 3), extremes(curve), extremes(7.0)) == (7.0, (2, 10), (7, 7))


def test_pulses_come_faster_at_a_rising_rate() -> None:
    sound = Pulse(rate_hz=RISING, length_s=3.9, grain_s=0.01, window="none").apply([ONES], STREAM)
    data = sound.data[0]
    found = np.flatnonzero((data != 0) & (np.concatenate([[0], data[:-1]]) == 0)).tolist()
    assert found == [round(step(n) * RATE) for n in range(len(found))]
    assert len(found) == 24


def test_held_grains_become_shorter_at_a_rising_rate() -> None:
    ramp = Clip(np.arange(1, 4 * RATE + 1, dtype=np.float32)[np.newaxis] / 65536, RATE)
    sound = Hold(rate_hz=RISING, length_s=3, window="none").apply([ramp], STREAM).data[0]
    starts = np.flatnonzero(sound == ramp.data[0, 0]).tolist()
    assert starts == [round(step(n) * RATE) for n in range(15)]


def test_a_cloud_thickens_with_its_density() -> None:
    op = Scatter(density_hz=((0, 20), (8, 180)), grain_s=0.002, length_s=8, window="none")
    sound = op.apply([Clip(np.ones((1, 16), np.float32), RATE)], STREAM).data[0]
    # 20 t + 10 t² grains are expected after t seconds: four standard deviations either way.
    for start, stop in ((0, 4), (4, 8)):
        expected = 20 * (stop - start) + 10 * (stop**2 - start**2)
        count = np.abs(sound[start * RATE : stop * RATE]).sum() / 16
        assert abs(count - expected) < 4 * sqrt(expected)


def test_grains_become_longer() -> None:
    op = Scatter(density_hz=3, grain_s=((0, 0.01), (20, 0.1)), length_s=20, window="none")
    sound = op.apply([ONES], STREAM).data[0]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (sound != 0).astype(int), [0]])))
    for first, last in edges.reshape(-1, 2):
        # Two grains may overlap, so a sound may be longer than one.
        assert last - first >= round((0.01 + 0.09 * first / RATE / 20) * RATE) - 1


@pytest.mark.parametrize(("cls", "name"), CURVED, ids=[f"{c.__name__}.{n}" for c, n in CURVED])
def test_a_level_curve_is_close_to_its_number(cls: type, name: str) -> None:
    number = getattr(case(cls), name) or 5.0
    op = case(cls).model_copy(update={name: number})
    level = op.model_copy(update={name: ((0.0, number), (1.0, number))})
    one, other = (each.apply([music()], STREAM).data for each in (op, level))
    assert one.shape == other.shape
    # `hold` with a number repeats one grain; with a curve each begins on its nearest sample.
    if cls is not Hold:
        assert np.allclose(one, other, atol=2e-3)


@pytest.mark.parametrize(("cls", "name"), CURVED, ids=[f"{c.__name__}.{n}" for c, n in CURVED])
@pytest.mark.parametrize("points", [[[2, 1], [1, 1]], [], [[0, 1, 2]], [[0, 9999]]])
def test_curves_that_make_no_sense_are_refused(cls: type, name: str, points: list[object]) -> None:
    with pytest.raises(ValidationError) as caught:
        OPS.get(cls.model_fields["op"].default).model_validate(
            {**cls.example, name: points, "length_s": 1} if name != "semitones" else {name: points}
        )
    assert {error["loc"][0] for error in caught.value.errors()} == {name}
