"""Syntax errors: rewords those of libyaml that a composer can correct."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from ruamel.yaml.error import MarkedYAMLError

from approx_build.errors import Fault, Location

_NO_COLON = "could not find expected ':'"
_NO_QUOTE = "found unexpected end of stream"
_CLOSED_BY = {
    "did not find expected ',' or ']'": "'['",
    "did not find expected ',' or '}'": "'{'",
    _NO_QUOTE: "quote",
}
_WORDS = {
    "mapping values are not allowed in this context": (
        "a ':' is not expected here; put quotes around text with ': ' in it, "
        "or correct the indentation"
    ),
    "found unexpected ':'": (
        "put quotes around a text with ':' inside braces or brackets, as in \"1:23.5\""
    ),
    "found character that cannot start any token": (
        "a value cannot begin with this character; put quotes around the text"
    ),
    _NO_COLON: "expected ':' after this key",
    "did not find expected key": (
        "expected a field here; begin it in the same column as the fields above"
    ),
    "did not find expected '-' indicator": (
        "expected '-' here; begin it in the same column as the items above"
    ),
    "did not find expected ',' or ']'": "expected ',' or ']' here",
    "did not find expected ',' or '}'": "expected ',' or '}' here",
    "did not find expected node content": "expected a value here",
}
# Possessive, so that a long run of blanks is not searched again from each position.
_TAB_INDENT = re.compile(r"^ *+\t[^\S\n]*+(?=\S)", re.MULTILINE)
_MOST_TABS = 20


def syntax_faults(error: MarkedYAMLError, text: str, shown: str) -> list[Fault]:
    """The fault of `error`, and each tab used for indentation, a usual cause."""
    indents = islice(_TAB_INDENT.finditer(text), _MOST_TABS)
    tabs = [text.count("\n", 0, found.start()) + 1 for found in indents]
    lines = text.split("\n")
    faults = []
    for line in tabs:
        where = Location(shown, line, lines[line - 1].index("\t") + 1)
        faults.append(Fault(where, "a tab is used for indentation; use spaces"))
    fault = _fault(error, text, shown)
    # The tab explains the error in its own line.
    return faults if fault.where.line in tabs else [*faults, fault]


def _fault(error: MarkedYAMLError, text: str, shown: str) -> Fault:
    mark, opened = error.problem_mark, error.context_mark
    problem = error.problem or "this is not YAML"
    message = _WORDS.get(problem, problem)
    if opened is not None and (opening := _left_open(problem, mark, text)):
        mark, message = opened, f"the {opening} that opens here is never closed"
    elif opened is not None and problem == _NO_COLON:
        mark = opened
    elif opened is not None and opened.line != mark.line:
        message += f" (in what begins on line {opened.line + 1})"
    return Fault(Location(shown, mark.line + 1, mark.column + 1), message)


def _left_open(problem: str, mark: Any, text: str) -> str:
    """A bracket that is still open at the end of the text, or None."""
    # libyaml detects an open bracket only at the end of the text, far from the mistake.
    at_end = mark.line >= text.rstrip().count("\n") + 1
    return _CLOSED_BY.get(problem, "") if at_end or problem == _NO_QUOTE else ""
