from __future__ import annotations

from fractions import Fraction
from math import lcm, log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.score.generators.letters import (
    cleaned,
    counts,
    cut,
    divisors,
    frequency,
    intervals,
    letters,
    log,
    multiple,
    steps,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "generators" / "harriet-padberg.txt"
ALPHABET = "abcdefghijklmnopqrstuvwx"
PRINTED_HZ = {
    "a": "440", "b": "458.33", "c": "476.66", "d": "495", "e": "513.33", "f": "531.66",
    "g": "550", "h": "568.33", "i": "586.66", "j": "605", "k": "623.33", "l": "641.66",
    "m": "660", "n": "678.33", "o": "696.66", "p": "715", "q": "733.33", "r": "751.66",
    "s": "770", "t": "788.33", "u": "806.66", "v": "825", "w": "825", "x": "843.33",
    "z": "861.66",
}  # fmt: skip
TEXTS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=1, max_size=60).map(cleaned)


def test_an_octave_has_24_equal_steps_of_hertz_as_fractions() -> None:
    assert [frequency(k) for k in range(24)] == [Fraction(440 * (24 + k), 24) for k in range(24)]
    assert frequency(24) == 880
    assert frequency(-24) == 220
    just = {"d": (9, 8), "g": (5, 4), "i": (4, 3), "m": (3, 2), "q": (5, 3), "v": (15, 8)}
    for letter, ratio in just.items():
        [step] = steps(letter)
        assert frequency(step) / 440 == Fraction(*ratio)
    cents = [round(1200 * log2(frequency(k) / 440), 1) for k in (1, 7, 12, 17, 23)]
    assert cents == [70.7, 443.1, 702.0, 927.1, 1163.6]


def test_letters_have_the_frequencies_of_the_print() -> None:
    for letter, printed in PRINTED_HZ.items():
        [step] = steps(letter)
        assert cut(frequency(step), 2) == printed


def test_the_log_of_the_talk_is_reproduced_line_by_line() -> None:
    """The golden file has the fourteen pitches and intervals, the two illegible ones being 4."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert list(log(letters("harriet padberg"))) == lines
    pitches = (
        "568.3333 440 751.6666 751.6666 586.6666 513.3333 788.3333 715 440 495 458.3333 "
        "513.3333 751.6666 550"
    )
    assert [line.split(", ")[1] for line in lines] == [f"freq {hz}" for hz in pitches.split()]
    found = [int(line.rpartition(" ")[2]) for line in lines]
    assert found == [1, 2, 4, 4, 8, 22, 44, 165, 1, 2, 4, 4, 8, 22]
    assert sum(found) == 291


@pytest.mark.parametrize(
    ("text", "numbers", "count", "printed"),
    [
        ("harriet padberg", (5, 10, 15, 330), 16, "1 2 4 4 8 22 44 165"),
        ("molly jones", (3, 8, 11, 264), 16, "1 1 2 1 2 11 22 132"),
        (
            "approximations",
            (6, 8, 14, 1848),
            32,
            "1 1 1 3 2 1 4 9 12 11 4 22 63 44 154 924",
        ),
        (
            "the quick brown fox jumps over the lazy dog",
            (11, 32, 43, 15136),
            24,
            "1 4 5 10 1 2 4 8 215 430 1892 7568",
        ),
    ],
)
def test_the_rhythm_comes_from_the_divisors(
    text: str, numbers: tuple[int, ...], count: int, printed: str
) -> None:
    assert (*counts(text), multiple(text)) == numbers
    assert len(divisors(multiple(text))) == count
    assert intervals(text) == [*map(int, printed.split())]


def test_without_vowels_or_other_letters_the_rhythm_leaves_them_out() -> None:
    assert multiple("aaa") == lcm(3, 3, 22)
    assert multiple("xxx") == lcm(3, 3, 22)
    # A square has an odd number of divisors: the last has no partner.
    assert len(divisors(44**2)) % 2 == 1


@given(st.integers(1, 5000))
def test_divisors_are_all_and_ascend(number: int) -> None:
    assert divisors(number) == [one for one in range(1, number + 1) if number % one == 0]


def test_the_first_y_is_an_i_and_later_ones_are_a_z() -> None:
    assert [cut(frequency(steps("mystery")[place])) for place in (1, 6)] == ["586.6666", "861.6666"]
    assert steps("mystery", "i")[1::5] == [8, 8]
    assert steps("mystery", "z")[1::5] == [23, 23]
    # Before a vowel it is a consonant.
    assert [
        steps(word, "vowel")[place] for word, place in (("yes", 0), ("my", 1), ("by a", 1))
    ] == [
        *(23, 8, 8),
    ]


def test_case_signs_and_accents_change_nothing() -> None:
    assert cleaned("Harriet,  Padberg!\n") == "harriet padberg"
    assert cleaned("Würfelspiel, 1793") == "wurfelspiel"
    assert cleaned("Straße") == "strasse"
    assert steps("w") == steps("v")


@given(TEXTS.filter(bool))
def test_any_text_has_letters_with_intervals_and_is_the_same_again(text: str) -> None:
    found = letters(text)
    assert len(found) == len(text.replace(" ", ""))
    assert all(one.interval >= 1 and 0 <= one.step < 24 for one in found)
    assert found == letters(text)
    vowels, others, _ = counts(text)
    if vowels and others:
        assert len(intervals(text)) >= 2
