from __future__ import annotations

from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.score.generators.letters import letters
from approx_build.score.generators.subject import (
    Shift,
    Tone,
    Turn,
    augmented,
    cents,
    duration,
    onsets,
    subject,
    total,
    turned,
)

NAME = subject(letters("harriet padberg"), "plain", None)
TONES = st.lists(
    st.builds(Tone, st.just("a"), st.integers(0, 23), st.integers(1, 99).map(Fraction)), min_size=1
)


def worked(tones: list[Tone]) -> tuple[list[int], list[int]]:
    return [tone.step for tone in tones], [int(tone.units) for tone in tones]


def test_the_worked_example() -> None:
    k = [7, 0, 17, 17, 8, 4, 19, 15, 0, 3, 1, 4, 17, 6]
    x = [1, 2, 4, 4, 8, 22, 44, 165, 1, 2, 4, 4, 8, 22]
    assert worked(NAME) == (k, x)
    starts = [0, 1, 3, 7, 11, 19, 41, 85, 250, 251, 253, 257, 261, 269]
    assert [int(one) for one in onsets(NAME)] == starts
    assert total(NAME) == 291
    inverted = [17, 0, 7, 7, 16, 20, 5, 9, 0, 21, 23, 20, 7, 18]
    assert worked(turned(NAME, "inversion")) == (inverted, x)
    backwards = [6, 17, 4, 1, 3, 0, 15, 19, 4, 8, 17, 17, 0, 7]
    assert worked(turned(NAME, "retrograde")) == (backwards, x[::-1])
    both = [18, 7, 20, 23, 21, 0, 9, 5, 20, 16, 7, 7, 0, 17]
    assert worked(turned(NAME, "retrograde-inversion")) == (both, x[::-1])
    assert worked(turned(NAME, "retrograde-pitch")) == (backwards, x)
    assert worked(turned(NAME, "retrograde-rhythm")) == (k, x[::-1])
    by_steps = [round(Shift(steps=14).hz(tone), 2) for tone in NAME[:4]]
    assert by_steps == [825, 696.67, 1136.67, 1136.67]


@given(TONES, st.integers(0, 23), st.sampled_from(get_args(Turn)))
def test_each_turn_undoes_itself(tones: list[Tone], axis: int, turn: Turn) -> None:
    again = turned(turned(tones, turn, axis), turn, axis)
    assert [(one.step, one.units) for one in again] == [(one.step, one.units) for one in tones]


@given(TONES, st.integers(0, 23))
def test_inversion_and_retrograde_commute(tones: list[Tone], axis: int) -> None:
    one = turned(turned(tones, "inversion", axis), "retrograde")
    assert one == turned(turned(tones, "retrograde"), "inversion", axis)
    assert one == turned(tones, "retrograde-inversion", axis)


def test_semitones_and_ratios_keep_intervals_and_steps_do_not() -> None:
    plain = [Shift().hz(tone) for tone in NAME]
    for shift in (Shift(semitones=-8.0), Shift(ratio=Fraction(3, 4))):
        ratios = [shift.hz(tone) / hz for tone, hz in zip(NAME, plain, strict=True)]
        assert max(ratios) - min(ratios) < 1e-12
    moved = [Shift(steps=5).hz(tone) / hz for tone, hz in zip(NAME, plain, strict=True)]
    assert max(moved) - min(moved) > 0.05


def test_a_note_is_so_many_semitones_from_the_source() -> None:
    assert Shift().semitones_from(440, NAME[1]) == 0
    assert Shift(steps=24).semitones_from(440, NAME[1]) == 12
    assert Shift(semitones=-8.5).semitones_from(880, NAME[1]) == -20.5
    assert Shift().semitones_from(440, NAME[0]) == pytest.approx(4.43080572)


def test_durations() -> None:
    folded = [float(duration(x, "folded")) for x in (1, 2, 4, 8, 22, 44, 165)]
    assert folded == [1.125, 1.25, 1.5, 2, 3.75, 2.5, 1.625]
    assert [duration(x, "log") for x in (1, 2, 8)] == [1, 2, 4]
    assert float(duration(165, "log")) == pytest.approx(8.366322)
    limited = subject(letters("harriet padberg"), "plain", 44)
    assert total(limited) == 291 - 165 + 44
    assert total(augmented(NAME, Fraction(1, 2))) == Fraction(291, 2)


def test_cents() -> None:
    assert cents(440, 880) == cents(880, 440) == 1200
