from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from approx_build.score.generators.subject import Shift
from approx_build.score.generators.voice import Voice, ratio
from approx_build.yaml_source import strictly


def voice(**fields: Any) -> Voice:
    return strictly(Voice, fields)


@pytest.mark.parametrize(
    ("written", "read"),
    [("3/2", Fraction(3, 2)), ("1.5", Fraction(3, 2)), (0.75, Fraction(3, 4)), (2, Fraction(2))],
)
def test_ratios(written: object, read: Fraction) -> None:
    assert ratio(written) == read


@pytest.mark.parametrize("written", ["3/0", "a", "-1", True, None, [3, 2], "0", "100/1", ""])
def test_what_is_no_ratio_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"needs a ratio such as 3/2|must lie from 1/64 to 64"):
        ratio(written)


def test_a_voice_has_one_transposition_and_one_entry() -> None:
    assert voice().shift is None
    assert voice(ratio="3/4").shift == Shift(ratio=Fraction(3, 4))
    assert voice(semitones=-8).shift == Shift(semitones=-8.0)
    assert voice(steps=14).shift == Shift(steps=14)
    with pytest.raises(ValidationError, match="has semitones and steps"):
        voice(semitones=1, steps=2)
    with pytest.raises(ValidationError, match="has entry and after_note"):
        voice(entry=1, after_note=2)
