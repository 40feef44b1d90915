"""Syntax errors: rewords those of libyaml that a composer can correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from ruamel.yaml.error import MarkedYAMLError

from approx_build.errors import Edit, Fault, Location

_NO_COLON = "could not find expected ':'"
_NO_QUOTE = "found unexpected end of stream"
_NO_KEY = "did not find expected key"
_NO_ITEM = "did not find expected '-' indicator"
_COLON = "found unexpected ':'"
_NO_VALUE = "mapping values are not allowed in this context"
_CLOSED_BY = {
    "did not find expected ',' or ']'": "'['",
    "did not find expected ',' or '}'": "'{'",
    _NO_QUOTE: "quote",
}
_WORDS = {
    _NO_VALUE: (
        "a ':' is not expected here; put quotes around text with ': ' in it, "
        "or correct the indentation"
    ),
    _COLON: "put quotes around a text with ':' inside braces or brackets, as in \"1:23.5\"",
    "found character that cannot start any token": (
        "a value cannot begin with this character; put quotes around the text"
    ),
    _NO_COLON: "expected ':' after this key",
    _NO_KEY: "expected a field here; begin it in the same column as the fields above",
    _NO_ITEM: "expected '-' here; begin it in the same column as the items above",
    "did not find expected ',' or ']'": "expected ',' or ']' here",
    "did not find expected ',' or '}'": "expected ',' or '}' here",
    "did not find expected node content": "expected a value here",
}
_SPECIAL = "[{*&!|>%@`\"'?-"
# Possessive, so that a long run of blanks is not searched again from each position.
_TAB_INDENT = re.compile(r"^ *+\t[^\S\n]*+(?=\S)", re.MULTILINE)
_MOST_TABS = 20
_LONGEST_LINE = 1000
_KEY = r"[A-Za-z_][\w-]*"
_WIDE = "\u00a0\u2007\u2009\u202f"
_TIGHT = re.compile(
    rf"(\s*(?:- +)*)({_KEY})(:?[{_WIDE} ]*[{_WIDE}][{_WIDE} ]*|:| *= *)(?=[^\s])(.*)"
)
_TWO_FIELDS = re.compile(r"[,{\[] *(?:([\w-]+): +)?([^,:{}\[\]]+?)([; ]) *([\w-]+)$")
_VALUE = re.compile(rf"(\s*(?:- +)*{_KEY}: +)(.*\S)\s*")


def syntax_faults(error: MarkedYAMLError, text: str, shown: str) -> list[Fault]:
    """The fault of `error`, and each tab used for indentation, a usual cause."""
    indents = islice(_TAB_INDENT.finditer(text), _MOST_TABS)
    tabs = [text.count("\n", 0, found.start()) + 1 for found in indents]
    lines = text.split("\n")
    faults = []
    for line in tabs:
        where = Location(shown, line, lines[line - 1].index("\t") + 1)
        faults.append(Fault(where, "a tab is used for indentation; use spaces"))
    fault = _fault(error, lines, shown)
    # The tab explains the error in its own line.
    return faults if fault.where.line in tabs else [*faults, fault]


def quotes_advice(rest: str) -> str:
    """What to say of a value where text is needed: the character that makes it something else."""
    rest = rest.strip()
    if rest.startswith("#"):
        return f"; '#' begins a comment, so put quotes around it: {quoted(rest)}"
    if rest[:1] and rest[0] in _SPECIAL:
        return f"; text that begins with '{rest[0]}' needs quotes: {quoted(rest)}"
    return ""


def quoted(text: str) -> str:
    """A text of a score between quotes that its own characters allow."""
    text = text.strip()
    short = text if len(text) <= 60 else f"{text[:59]}…"
    return f"'{short}'" if '"' in short or "\\" in short else f'"{short}"'


def _fault(error: MarkedYAMLError, lines: Sequence[str], shown: str) -> Fault:
    mark, opened = error.problem_mark, error.context_mark
    problem = error.problem or "this is not YAML"
    place = Location(shown, mark.line + 1, mark.column + 1)
    near = (place.line, opened.line + 1 if opened is not None else place.line)
    # No person writes longer lines, and searching them could take very long.
    if not any(len(line) > _LONGEST_LINE for number in near for line in lines[number - 1 : number]):
        known = (
            _tight_key(problem, place, opened, lines)
            or _colon_in_braces(problem, place, lines)
            or _in_flow(problem, place, opened, lines)
            or _missing_dash(problem, place, opened, lines)
            or _text_without_quotes(problem, place, lines)
        )
        if known:
            return known
    message = _WORDS.get(problem, problem)
    if opened is not None and (opening := _left_open(problem, mark, lines)):
        line = lines[opened.line]
        message = f"the {opening} that opens here is never closed"
        if "quote" not in opening and (comment := re.search(r"\s#", line[opened.column :])):
            column = opened.column + comment.start() + 2
            message += f"; '#' in column {column} begins a comment, so put quotes around the text"
        place = replace(place, line=opened.line + 1, column=opened.column + 1)
    elif opened is not None and problem == _NO_COLON:
        place = replace(place, line=opened.line + 1, column=opened.column + 1)
    elif opened is not None and opened.line != mark.line:
        message += f" (in what begins on line {opened.line + 1})"
    return Fault(place, message)


def _left_open(problem: str, mark: Any, lines: Sequence[str]) -> str:
    """A bracket that is still open at the end of the text, or None."""
    # libyaml detects an open bracket only at the end of the text, far from the mistake.
    at_end = mark.line >= "\n".join(lines).rstrip().count("\n") + 1
    return _CLOSED_BY.get(problem, "") if at_end or problem == _NO_QUOTE else ""


def _edited(where: Location, wrong: str, right: str, message: str) -> Fault:
    return Fault(where, message, edits=(Edit(where, wrong, right),))


def _tight_key(problem: str, place: Location, opened: Any, lines: Sequence[str]) -> Fault | None:
    """A key whose colon has no space after it, or is a `=`."""
    if problem not in (_NO_COLON, _NO_VALUE, _NO_KEY):
        return None
    near = [place.line, place.line - 1] if opened is None else [opened.line + 1, place.line]
    for number in (one for one in near if 0 < one <= len(lines)):
        if len(lines[number - 1]) > _LONGEST_LINE:
            continue
        if found := _TIGHT.fullmatch(lines[number - 1]):
            where = replace(place, line=number, column=len(found[1]) + 1)
            wrong, right = found[2] + found[3] + found[4], f"{found[2]}: {found[4]}"
            what = "a space" if ":" in found[3] else "': '"
            words = f"'{found[2]}' needs {what} before its value; write {right}"
            return _edited(where, wrong, right, words)
    return None


def _colon_in_braces(problem: str, place: Location, lines: Sequence[str]) -> Fault | None:
    """Inside braces, `count:2` or a time without quotes."""
    if problem != _COLON:
        return None
    line, end = lines[place.line - 1], place.column - 1
    # libyaml marks the colon or the character after it.
    colon = end if line[end : end + 1] == ":" else end - 1
    before = re.search(r"([\w+-]*)$", line[:colon])
    after = re.match(r":([^,}\]\s]*)", line[colon:])
    if before is None or after is None:
        return None
    start, text = before.start(), before[1] + after[0]
    where = replace(place, column=start + 1)
    if line[:start].rstrip()[-1:] in ("{", ",") and re.fullmatch(_KEY, before[1]):
        right = f"{before[1]}: {after[1]}"
        return _edited(
            where, text, right, f"'{before[1]}' needs a space before its value; write {right}"
        )
    if re.fullmatch(r"[0-9]+(:[0-9]{2})+([.][0-9]+)?", text):
        words = "a time with ':' needs quotes inside braces and brackets; write"
        return _edited(where, text, f'"{text}"', f'{words} "{text}"')
    if re.fullmatch(r"bar:[0-9.]+", text):
        right = text.replace(":", " ")
        return _edited(where, text, right, f"a bar has a space before its number; write {right}")
    return None


def _in_flow(problem: str, place: Location, opened: Any, lines: Sequence[str]) -> Fault | None:
    """Inside braces or brackets: a comma or an end that is missing, or a text with `: ` in it."""
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    char = line[place.column - 1 : place.column]
    if problem == _NO_KEY and char in ("}", "]"):
        return Fault(place, f"this '{char}' closes nothing; remove it")
    if (opening := _CLOSED_BY.get(problem, "")) not in ("'['", "'{'") or opened is None:
        return None
    start = replace(place, line=opened.line + 1, column=opened.column + 1)
    if char in ("}", "]") or (opened.line + 1 < place.line and ":" in line):
        return Fault(start, f"the {opening} that opens here is never closed")
    before = _TWO_FIELDS.search(line[: place.column - 1])
    if char != ":" or before is None:
        text = re.search(rf"{_KEY}: +([^,{{}}\[\]]*: [^,{{}}\[\]]*)", line)
        words = "': ' inside a text needs quotes around the text:"
        return Fault(place, f"{words} {quoted(text[1])}") if text and char == ":" else None
    if before[3] == ";":
        where = replace(place, column=before.start(3) + 1)
        return _edited(where, ";", ",", "fields are separated by ','; write , for ;")
    where = replace(place, column=before.start(4) + 1)
    words = f"a ',' is missing before '{before[4]}'"
    return Fault(where, words + ", or quotes around the text" * (not before[2][:1].isdigit()))


def _missing_dash(problem: str, place: Location, opened: Any, lines: Sequence[str]) -> Fault | None:
    """A list whose first item has no `-`, or fields of a list that go on without one."""
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if problem == _NO_KEY and line[place.column - 1 :].startswith("- "):
        first = place.line - 1
        while first > 0 and _is_inside(lines[first - 1], place.column):
            first -= 1
        column = _indent(lines[first]) + 1
        if first + 1 < place.line:
            where = replace(place, line=first + 1, column=column)
            text = lines[first].strip()[:40]
            return Fault(where, f"an item of a list begins with '- '; write '- {text}'")
    is_key = re.match(rf"{_KEY}:(\s|$)", line[place.column - 1 :])
    if problem == _NO_ITEM and is_key and opened is not None and opened.column < place.column - 1:
        return Fault(place, _WORDS[_NO_KEY])
    if problem == _NO_ITEM and is_key:
        words = (
            "expected '- ' here, as the items above have it; if names are needed, write them "
            "without '- ', and their fields below"
        )
        return Fault(place, words)
    return None


def _is_inside(line: str, column: int) -> bool:
    """Whether a line goes on with what an item in `column` should have begun."""
    indent = _indent(line)
    return indent >= column or (indent == column - 1 and not line.lstrip().startswith("- "))


def _indent(line: str) -> int:
    """Blanks before the text of a line; very many for an empty one."""
    return len(line) - len(line.lstrip()) if line.strip() else 1 << 20


def _text_without_quotes(problem: str, place: Location, lines: Sequence[str]) -> Fault | None:
    """A text that begins as something else, or has a `: ` in it."""
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    found = _VALUE.fullmatch(line)
    if found is None or place.column <= len(found[1]):
        return None
    value, where = found[2], replace(place, column=len(found[1]) + 1)
    if problem == _NO_VALUE:
        words = "': ' inside a text ends it as a key; put quotes around the text:"
        return Fault(place, f"{words} {quoted(value)}, or correct the indentation")
    # A container or a quoted text that ends before the text does.
    if value[0] in "[{\"'" and (problem != _NO_KEY or value[-1] in "]}"):
        return None
    if minus := re.fullmatch(r"- +([0-9].*)", value):
        right = f"-{minus[1]}"
        return _edited(where, value, right, f"a minus sign has no space after it; write {right}")
    if value[0] in _SPECIAL:
        return Fault(where, f"text that begins with '{value[0]}' needs quotes: {quoted(value)}")
    return None
