"""The events of a section as they are written, and which of them begin after others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256

from approx_build.canonical import canonical
from approx_build.metric.tempo import TempoMap
from approx_build.metric.time import moment
from approx_build.yaml_source.node import Node, Value

_AFTER = re.compile(r"((?:[a-z0-9][a-z0-9_-]*/)?[a-z0-9][a-z0-9_-]*)((?: .*)?)")
_NOTHING = Node((1, 1), None)
_Key = tuple[str, int]


@dataclass(frozen=True)
class SectionEvent:
    """An event of a section: its part, its place there, what is written, its name, its leader.

    The leader is the event after whose end it begins; `rest` is what is added to that.
    """

    part: str
    index: int
    node: Node
    name: str
    leader: SectionEvent | None = None
    rest: str = ""


def section_events(
    parts: Mapping[str | int, Node], tempo: TempoMap, begin: Fraction, end: Fraction | None
) -> list[SectionEvent]:
    """The events that begin in a section, and those that begin after one of these."""
    found = dict[_Key, SectionEvent]()
    followers = dict[_Key, list[tuple[SectionEvent, str]]]()
    events = list(_events(parts))
    ids = {key: (one.part, one.index) for one in reversed(events) for key in _keys(one)}
    for one in events:
        fields = one.node.children
        if "after" in fields:
            after = _AFTER.fullmatch(str(fields["after"].value))
            name, rest = (after[1], after[2]) if after else ("", "")
            leader = ids.get(f"{one.part}/{name}", ids.get(name))
            if leader:
                followers.setdefault(leader, []).append((one, rest))
            continue
        seconds = seconds_of(tempo, fields["at"].value) if "at" in fields else None
        if seconds is not None and seconds >= begin and (end is None or seconds < end):
            found[one.part, one.index] = one
    todo = list(found)
    for key in todo:
        # Each event has one leader, so none is reached twice, and a circle never.
        for one, rest in followers.get(key, ()):
            found[one.part, one.index] = replace(one, leader=found[key], rest=rest)
            todo.append((one.part, one.index))
    return [found[key] for key in sorted(found)]


def _events(parts: Mapping[str | int, Node]) -> Iterator[SectionEvent]:
    """The events of all parts, each with a name: its id, or one made of what is written."""
    for part, voice in parts.items():
        seen: Counter[str] = Counter()
        events = voice.children.get("events", _NOTHING)
        for index, node in events.children.items() if isinstance(events.value, list) else ():
            own = node.children.get("id", _NOTHING).value
            if isinstance(own, str):
                name = own
            else:
                name = sha256(canonical(node.value).encode()).hexdigest()[:8]
                seen[name] += 1
                name += f"-{seen[name]}" if seen[name] > 1 else ""
            if isinstance(node.value, dict):
                yield SectionEvent(str(part), int(index), node, name)


def _keys(one: SectionEvent) -> tuple[str, str]:
    """How `after` may call an event."""
    return one.name, f"{one.part}/{one.name}"


def seconds_of(tempo: TempoMap, written: Value) -> Fraction | None:
    """A moment as written in seconds; None where it is none, which is reported where it is read."""
    try:
        return tempo.seconds(moment(written))
    except ValueError:
        return None
