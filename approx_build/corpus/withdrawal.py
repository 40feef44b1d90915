"""Withdrawal: a consent record with a day of withdrawal added, otherwise unchanged.

Off the path of a sample: it decides what may be used, and changes no sound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import date

from approx_build.corpus.consent import Consent
from approx_build.errors import ConsentError, Fault, Location, ScoreError
from approx_build.yaml_source import Source, source_of, validate
from approx_build.yaml_source.node import Place
from approx_build.yaml_source.tables import quoted

# Other names are quoted, because YAML may read them as something other than text.
_PLAIN = re.compile(r"(?!(?:null|true|false)$)[a-z][a-z0-9-]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def withdrawn_text(source: Source, names: Collection[str] | None, day: date) -> str:
    """The text of a consent record with `names` of recordings (None: all) withdrawn from `day` on.

    An earlier day of withdrawal stays. Only the lines that change are touched. ConsentError when
    the program cannot find these lines.
    """
    before = validate(Consent, source)
    if names is None:
        wanted = before.model_copy(update={"withdrawn_on": _earlier(before.withdrawn_on, day)})
        text = _with_day(source, str(wanted.withdrawn_on))
    else:
        days = {name: _earlier(before.withdrawn.get(name), day) for name in sorted(names)}
        wanted = before.model_copy(update={"withdrawn": {**before.withdrawn, **days}})
        moved = {name: each for name, each in days.items() if before.withdrawn.get(name) != each}
        text = _with_names(source, {name: str(each) for name, each in moved.items()})
    # Lines are edited by patterns, so the result is read again: nothing else may have changed.
    if _read(text, source.shown) != wanted:
        lines = json.dumps(wanted.model_dump(mode="json", include={"withdrawn_on", "withdrawn"}))
        message = f"cannot be edited by a program; write this: {lines}"
        raise ConsentError([Fault(Location(source.shown, 1, 1), message)])
    return text


def _earlier(one: date | None, other: date) -> date:
    return other if one is None else min(one, other)


def _read(text: str, shown: str) -> Consent | None:
    try:
        return validate(Consent, source_of(text, shown))
    except ScoreError:
        return None


def _with_day(source: Source, day: str) -> str:
    if "withdrawn_on" not in source.root.keys:
        return f"{_ended(source.text)}withdrawn_on: {day}\n"
    return _filled(source, "withdrawn_on", f" {day}")


def _with_names(source: Source, days: dict[str, str]) -> str:
    """The text with these recordings withdrawn: old dates changed, new lines added."""
    node, text = source.root.children.get("withdrawn"), source.text
    known = node.children if node else {}
    for name in days.keys() & known.keys():
        start = _index(text, known[name].place)
        text = text[:start] + _DATE.sub(days[name], text[start:], count=1)
    pairs = [f"{_written(name)}: {day}" for name, day in days.items() if name not in known]
    if not pairs:
        return text
    block = "".join(f"\n  {pair}" for pair in pairs)
    if node is None:
        return f"{_ended(text)}withdrawn:{block}\n"
    if not known:
        return _filled(source, "withdrawn", "", block)
    start = _index(text, node.place)
    if text.startswith("{", start):
        inserted = "{" + "".join(f" {pair}," for pair in pairs)
        return text[:start] + inserted + text[start + 1 :]
    # Before the first name and in its column, which is valid however the block is indented.
    line, column = min(node.keys.values())
    start = _index(text, (line, column))
    return text[:start] + f"\n{' ' * (column - 1)}".join([*pairs, text[start:]])


def _filled(source: Source, key: str, value: str, below: str = "") -> str:
    """The text with a new value for a key of the record whose value is on its line."""
    number = source.root.keys[key][0] - 1
    lines = source.text.split("\n")
    # Only the value is replaced: a comment after it stays.
    lines[number] = re.sub(rf"({key}:)[^#]*?(\s*#.*)?$", rf"\1{value}\2", lines[number]) + below
    return "\n".join(lines)


def _index(text: str, place: Place) -> int:
    """The position of a place in the text."""
    line, column = place
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1]) + column - 1


def _written(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else quoted(name)


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else f"{text}\n"
