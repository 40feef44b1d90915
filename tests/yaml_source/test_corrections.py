"""What is meant by numbers with units, commas and words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.yaml_source.corrections import (
    Advice,
    number_advice,
    plain,
    truth_advice,
    typed,
    with_points,
)


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("length_s", "3s", "3"),
        ("length_s", "3,5 sec", "3.5"),
        ("length_s", "250 ms", "0.25"),
        ("length_s", "2 min", "120"),
        ("fade_ms", "0.005 s", "5"),
        ("gain_db", "−6 dB", "-6"),
        ("peak_dbfs_below", "-3dBFS", "-3"),
        ("rate_hz", "0,44 kHz", "440"),
        ("semitones", "50 ct", "0.5"),
        ("pan", "hard right", "1"),
        ("pan", "L30", "-0.3"),
        ("pan", "Mitte", "0"),
        ("count", "“two”", "2"),
        ("factor", "2x", "2"),
        ("count", ",5", "0.5"),
    ],
)
def test_a_number_that_is_certain_can_be_written_in_place(
    field: str, value: str, right: str
) -> None:
    advice = number_advice("needs a number", field, value)
    assert isinstance(advice, Advice)
    assert advice.right == right
    assert advice == f"needs a number; write {right}"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("pan", "60%", "needs; write 0.6"),
        ("rate", "44,100", "needs; write 44100 or 44.100"),
        ("rate", "44 100", "needs; write 44100"),
        ("gain_db", "50%", "needs; in dB, half the amplitude is -6"),
        ("gain_db", "quiet", "needs"),
        ("length_s", "60%", "needs"),
        ("length_s", "6 Hz", "needs"),
        ("length_s", 3, "needs"),
        ("length_s", "", "needs"),
    ],
)
def test_what_only_the_composer_can_decide_is_not_written(
    field: str, value: object, words: str
) -> None:
    advice = number_advice("needs", field, value)
    assert advice == words
    assert getattr(advice, "right", "") == ""


@pytest.mark.parametrize(
    ("value", "right"), [("yes", "true"), ("Off", "false"), (1, "true"), ("maybe", "")]
)
def test_words_for_true_and_false(value: object, right: str) -> None:
    assert getattr(truth_advice("needs", value), "right", "") == right


def test_text_as_a_keyboard_writes_it() -> None:
    assert typed(" „−\u00a03,5“ ") == "-3,5"
    assert with_points("3,5, 4 and 1,25") == "3.5, 4 and 1.25"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-99, max_value=99))
def test_a_decimal_is_written_without_an_exponent(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount
    assert "E" not in plain(amount)


@given(st.text(max_size=30), st.sampled_from(["length_s", "gain_db", "pan", "rate_hz", ""]))
def test_any_text_is_answered_with_the_words_first(value: str, field: str) -> None:
    assert number_advice("needs", field, value).startswith("needs")
