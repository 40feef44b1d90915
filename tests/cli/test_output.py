"""Each text that is printed is one line, or the lines that the program made."""

from __future__ import annotations

import pytest

from approx_build.cli.output import print_lines, put, warn
from approx_build.errors import UsageError, argument
from approx_build.visible import LONGEST, Lines


def test_a_text_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines("one\nforged", "two", "")
    warn("three\x1b[2J")
    assert capsys.readouterr() == ("one\\nforged\ntwo\n\n", "three\\x1b[2J\n")


def test_lines_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines(Lines.of(["one", "two"]))
    assert capsys.readouterr().out == "one\ntwo\n"


def test_a_line_has_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines("a" * 3 * LONGEST)
    assert len(capsys.readouterr().out) < LONGEST + 100


def test_a_document_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    put("a;b\r\n")
    assert capsys.readouterr().out == "a;b\r\n"


def test_an_argument_is_printed_as_its_option(capsys: pytest.CaptureFixture[str]) -> None:
    words = f"set a smaller {argument('jobs')}"
    print_lines(words, Lines.of(["one", words]))
    warn(UsageError(words))
    put(words)
    text = "set a smaller --jobs\n"
    assert capsys.readouterr() == (f"{text}one\n{text}{words}", text)
