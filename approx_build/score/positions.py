"""Where events end, for the events that begin after them: `after: opening + 0.5`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from pydantic import ValidationError

from approx_build.errors import OpError
from approx_build.metric.pace import Start
from approx_build.metric.tempo import rounded
from approx_build.metric.time import Time, Unit, moment
from approx_build.score.event import Event
from approx_build.score.event_lengths import RecordingLength, SoundLengths
from approx_build.score.generators.base import GENERATORS
from approx_build.score.lengths import Timing
from approx_build.score.takes import Take
from approx_build.yaml_source import choices, strictly
from approx_build.yaml_source.node import Value

_AFTER = re.compile(r"((?:[a-z0-9][a-z0-9_-]*/)?[a-z0-9][a-z0-9_-]*)((?: +[+-] .*)?)")
_MOST_IN_A_ROW = 50


@dataclass
class Positions:
    """The ends of the events of one movement, read from `data` when another event needs them.

    `timing` makes the context to read with; `shared` are the takes of the piece.
    """

    data: Value
    timing: Callable[[], Timing]
    shared: Mapping[str, Take]
    recording: RecordingLength
    _ends: dict[str, Fraction] = field(default_factory=dict)
    _waiting: list[str] = field(default_factory=list)
    _sounds: SoundLengths | None = None

    def after(self, written: object) -> Fraction:
        """Seconds of a moment such as `opening + 0.5`; ValueError in plain words."""
        found = _AFTER.fullmatch(written.strip()) if isinstance(written, str) else None
        if found is None:
            raise ValueError(f"needs the id of an event, as in opening + 0.5 (is {written!r})")
        end = self._end(found[1])
        # Any moment will do, to read what is added to it.
        then = moment(f"bar 1{found[2]}").then
        return self.timing().tempo.seconds(Time(Unit.SECONDS, end, then=then))

    def _end(self, name: str) -> Fraction:
        if name in self._ends:
            return self._ends[name]
        if name in self._waiting:
            circle = " → ".join([*self._waiting[self._waiting.index(name) :], name])
            raise ValueError(f"events begin after each other in a circle: {circle}")
        if len(self._waiting) >= _MOST_IN_A_ROW:
            raise ValueError(
                f"waits for more than {_MOST_IN_A_ROW} events that are written after it; write "
                "events in the order of time"
            )
        self._waiting.append(name)
        try:
            self._ends[name] = self._computed(name)
        finally:
            self._waiting.pop()
        return self._ends[name]

    def _computed(self, name: str) -> Fraction:
        timing = self.timing()
        try:
            event = strictly(Event, self._written(name), timing)
        except ValidationError as error:
            circle = next((e["msg"] for e in error.errors() if "in a circle" in e["msg"]), None)
            raise ValueError(
                circle or f"event '{name}' has a fault, so its end is unknown"
            ) from None
        at = timing.tempo.seconds(event.at) if event.start is None else event.start
        start = Start(timing.tempo, at, at)
        try:
            chain = [op.in_time(start) for op in (event.op, *event.through)]
            lengths = self._known().results(event, chain)
        except OpError as error:
            raise ValueError(f"event '{name}': {error.message}") from None
        if len(lengths) > 1:
            raise ValueError(f"how long event '{name}' is, is left to chance; give it a length")
        if None in lengths:
            raise ValueError(f"the length of event '{name}' is unknown before it is rendered")
        # In a row of events under a moving tempo, each fraction has twice the digits of the last.
        return rounded(at + Fraction(*[length for length in lengths if length is not None]), 80)

    def _written(self, name: str) -> Value:
        """The fields of the one event that is meant."""
        found = self._named.get(name, [])
        if not found and any(name.rpartition("/")[2].startswith(one) for one in self._composed):
            raise ValueError(
                f"'{name}' is an event of a generator, which begins only after all others are "
                "placed; give 'at'"
            )
        if not found:
            known = [each for each in self._named if "/" not in each]
            raise ValueError(f"there is no event with the id '{name}'{choices(name, known)}")
        if len(found) > 1 and "/" not in name:
            others = " or ".join(f"'{part}/{name}'" for part, _ in found[:3])
            raise ValueError(f"several events have the id '{name}'; write {others}")
        return found[0][1]

    @cached_property
    def _named(self) -> dict[str, list[tuple[str, Value]]]:
        """The events that have an id, with their part, by the id and by part/id."""
        found: dict[str, list[tuple[str, Value]]] = {}
        for part, voice in _fields(_fields(self.data).get("parts")).items():
            events = _fields(voice).get("events")
            for event in events if isinstance(events, list) else ():
                name = _fields(event).get("id")
                if isinstance(name, str):
                    for each in (name, f"{part}/{name}"):
                        found.setdefault(each, []).append((part, event))
        return found

    @cached_property
    def _composed(self) -> set[str]:
        """What the ids of events of generators begin with."""
        found = set()
        for voice in _fields(_fields(self.data).get("parts")).values():
            entries = _fields(voice).get("compose")
            for entry in map(_fields, entries if isinstance(entries, list) else ()):
                own = entry.get("id")
                named = [own] if isinstance(own, str) else [n for n in entry if n in GENERATORS]
                found |= {f"{each}-" for each in named}
        return found

    def _known(self) -> SoundLengths:
        """The sounds of the movement, its takes as far as they can be read."""
        if self._sounds is None:
            data, takes = _fields(self.data), dict(self.shared)
            for name, written in _fields(data.get("takes")).items():
                try:
                    takes[name] = strictly(Take, written, self.timing())
                except ValidationError:
                    takes.pop(name, None)  # reported where it is read
            self._sounds = SoundLengths(takes, {}, 0.0, self.recording)
        return self._sounds


def _fields(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}
