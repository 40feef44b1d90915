"""Foreign text on its way out shows every character, and only the program ends a line."""

from __future__ import annotations

import json
import pickle
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.errors import ApproxError, Fault, Location, ScoreError
from approx_build.visible import Lines, bounded, escaped_json, visible, visible_block

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\xad\u180e\u034f"
EMOJI_SELECTORS = "\ufe0e\ufe0f"


def is_hidden(letter: str) -> bool:
    """By Unicode's categories: controls, formats, surrogates, separators of lines."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")


PREPENDED = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Signs of Arabic, Syriac and Kaithi that are formats by category, and have a shape."""


def test_no_hidden_character_of_unicode_passes() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    passed = [one for one in every if is_hidden(one) and visible(one) == one]
    shaped = [one for one in passed if one in PREPENDED or 0x13430 <= ord(one) <= 0x1345F]
    assert passed == shaped


@pytest.mark.parametrize("letter", [*BIDI, *ZERO_WIDTH, "\u2028", "\u2029", "\x85", "\x9b", "\x7f"])
def test_what_hides_or_reorders_becomes_an_escape(letter: str) -> None:
    number = ord(letter)
    shown = f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
    assert visible(f"a{letter}b") == f"a{shown}b"


def test_commands_and_line_ends_become_escapes() -> None:
    assert visible("a\x1b[2Jb\nc\td\re\x07") == r"a\x1b[2Jb\nc\td\re\x07"


def test_bytes_of_a_name_that_is_no_text_are_shown_as_bytes() -> None:
    assert visible(b"p\xe9ce".decode(errors="surrogateescape")) == r"p\xe9ce"
    assert visible("\ud800") == r"\ud800"


def test_letters_of_every_language_stay_as_they_are() -> None:
    text = "Été — Ægir ß ı İ Δ Ж 音樂 あ ا हिन्दी 𝄞 \ue0a4 ♯ ❤️ 1\xa0234 « x\u202f»"
    assert visible(text) == text
    assert all(visible(one) == one for one in EMOJI_SELECTORS)


@given(st.text())
def test_any_text_becomes_one_line_without_controls(text: str) -> None:
    shown = visible(text)
    assert not any(is_hidden(one) and one not in PREPENDED for one in shown)
    assert len(shown.splitlines()) <= 1
    assert visible(shown) == shown


@given(st.text(st.characters(codec=None, exclude_categories=[])))
def test_json_keeps_its_value_and_shows_every_character(text: str) -> None:
    written = escaped_json(json.dumps([text], ensure_ascii=False, indent=1))
    assert json.loads(written) == [text]
    assert not any(is_hidden(one) and one not in PREPENDED for one in written.replace("\n", ""))


def test_lines_of_the_program_are_kept_and_others_are_not() -> None:
    lines = Lines.of(["one", "two\nforged", Lines.of(["three", "four"])])
    assert lines == "one\ntwo\\nforged\nthree\nfour"
    assert visible(lines) is lines
    again = pickle.loads(pickle.dumps(lines))
    assert isinstance(again, Lines)
    assert again == lines


def test_a_block_keeps_its_line_ends_alone() -> None:
    assert visible_block("a\x1b\n\nb\u202e\n") == "a\\x1b\n\nb\\u202e\n"
    assert visible_block("a\x1b;b\r\n1;2\r\n") == "a\\x1b;b\r\n1;2\r\n"
    assert visible_block("a\rb\n") == "a\\rb\n"


def test_a_long_line_is_cut_in_its_middle() -> None:
    assert bounded("ab" * 10, 20) == "ab" * 10
    assert bounded("a" * 1000 + "b" * 1000, 20) == f"{'a' * 10} … 1,980 characters … {'b' * 10}"
    assert bounded(Lines.of(["x" * 30, "y"]), 20).endswith("\ny")


def test_an_error_is_a_line_whatever_is_named_in_it() -> None:
    place = Location("a\nb.yaml", 1, 2)
    error = ApproxError("piece 'x\nok: all is well\x1b[2J'", place)
    assert str(error) == r"a\nb.yaml:1:2: piece 'x\nok: all is well\x1b[2J'"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_fault_points_at_its_column_below_what_is_shown() -> None:
    fault = Fault(Location("a.yaml", 1, 5), "odd", "ab\u202e\td: 1")
    assert str(fault) == "a.yaml:1:5: odd\nab\\u202e d: 1\n         ^"
    assert str(ScoreError([fault, fault])).count("\n") == 5
