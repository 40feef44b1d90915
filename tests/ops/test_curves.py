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
from approx_build.ops.salad import Salad
from approx_build.ops.scatter import Scatter
from approx_build.ops.separation import Harmonic, Percussive, Separated
from approx_build.ops.stretch import Stretch
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


def test_grains_of_a_pulse_become_longer() -> None:
    op = Pulse(rate_hz=2, length_s=4, grain_s=((0, 0.05), (4, 0.25)), window="none")
    sound = op.apply([ONES], STREAM).data[0]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (sound != 0).astype(int), [0]])))
    sizes = (edges[1::2] - edges[::2]).tolist()
    assert sizes == [round((0.05 + 0.05 * n / 2) * RATE) for n in range(8)]


def test_grains_of_a_salad_become_shorter() -> None:
    op = Salad(
        max_grain_s=((0, 1.0), (8, 0.02)),
        min_grain_s=((0, 0.8), (8, 0.01)),
        length_s=8,
        repitch_semitones=0,
    )
    clips = [Clip(np.ones((1, 4 * RATE), np.float32), RATE)]
    sizes = [op.grain(clips, STREAM, step, 0, at_s).size for step, at_s in enumerate([0, 4, 8])]
    for size, low, high in zip(sizes, (0.8, 0.405, 0.01), (1.5, 0.765, 0.03), strict=True):
        assert round(low * RATE) - 1 <= size <= round(high * RATE) + 1
    assert op.grain(clips, STREAM, 0, 0) == Salad(
        max_grain_s=1.0, min_grain_s=0.8, repitch_semitones=0
    ).grain(clips, STREAM, 0, 0)


@pytest.mark.parametrize("part", [Harmonic, Percussive])
def test_a_margin_that_jumps_is_each_of_its_values_in_turn(part: type[Separated]) -> None:
    clip, turn_s = music(length_s=2), 1.0
    moving = part(margin=((0, 1), (turn_s, 1), (turn_s, 8))).apply([clip], STREAM).data
    for value, span in ((1, slice(0, RATE - 2048)), (8, slice(RATE + 2048, None))):
        steady = part(margin=value).apply([clip], STREAM).data
        assert np.array_equal(moving[:, span], steady[:, span])


def test_a_stretch_that_moves_puts_strokes_where_the_curve_says() -> None:
    data = np.zeros(2 * RATE, np.float32)
    strokes = [0.3, 0.8, 1.3, 1.7]
    for at_s in strokes:
        data[round(at_s * RATE) :][:40] = 0.5 * 0.9 ** np.arange(40)
    op = Stretch(factor=((0, 1.0), (2, 3.0)))
    assert op.length([2.0]) == 4.0
    sound = np.abs(op.apply([Clip(data[np.newaxis], RATE)], STREAM).data[0])
    assert sound.size == 4 * RATE
    for at_s in strokes:
        # The factor is 1 + t, so t seconds of the clip last t + t² / 2.
        place = round((at_s + at_s**2 / 2) * RATE)
        near = sound[place - 200 : place + 200]
        assert abs(int(near.argmax()) - 200) < 80
        assert near.max() > 0.4


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
        OPS.get(cls.model_fields["op"].default).model_validate({**cls.example, name: points})
    assert {error["loc"][0] for error in caught.value.errors()} == {name}
