"""Sections that return: `repeats` of a movement writes the events of a section again elsewhere.

Works on the text, before choices are made: each copy is an event with an id of its own, so its
random numbers and its choices are its own, too. Nodes keep their positions, so a fault of a copy is
located at the event that is written. Variations are drawn from a stream that is named by the part,
the event and the moment of the repetition, so no other repetition changes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import sha256

from pydantic import Field, ValidationError

from approx_build.errors import Fault
from approx_build.metric.tempo import TempoMap
from approx_build.metric.time import Duration, Moment, Time, clock, moment
from approx_build.numerics.stream import Stream
from approx_build.score.amounts import Amounts
from approx_build.score.section_events import SectionEvent, seconds_of, section_events
from approx_build.score.tempo_marks import SectionName
from approx_build.yaml_source import Source, choices, strictly
from approx_build.yaml_source.fields import Name, Seed, Strict
from approx_build.yaml_source.node import Aside, Loc, Node, Value

LONGEST_ID = 64
_TICKS = 10**9
_NOTHING = Node((1, 1), None)


class SectionVariation(Strict):
    """How far each event of a repetition may be from the event that is written, at random."""

    gain_db: float = Field(0.0, ge=0, le=40, description="louder or softer by at most this, dB")
    pan: float = Field(0.0, ge=0, le=2, description="further left or right by at most this")
    onset: Duration | None = Field(None, description="earlier or later by at most this length")
    drop: float = Field(0.0, ge=0, le=1, description="how likely it is that an event is left out")


class SectionRepeat(Strict):
    """The events that begin in a section, again at other moments."""

    section: SectionName = Field(description="the section, up to where the next one begins")
    at: tuple[Moment, ...] = Field(
        min_length=1, max_length=1000, description="where the section begins again, as [C, bar 33]"
    )
    parts: tuple[Name, ...] = Field(
        (), max_length=1000, description="the parts that are repeated (default: all)"
    )
    varied: SectionVariation = Field(
        SectionVariation.model_validate({}), description="random differences of each event"
    )
    seed: Seed | None = Field(None, description="other random differences")


def repeated(
    source: Source, seed: int, movement: str, tempo: TempoMap, amounts: Amounts
) -> tuple[Source, list[Fault]]:
    """The movement with the events of its repeats, and the faults of those that cannot be made."""
    entries, parts = (source.root.children.get(name, _NOTHING) for name in ("repeats", "parts"))
    if not isinstance(entries.value, list) or not isinstance(parts.value, dict):
        return source, []
    work = _Repeats(source, tempo, amounts, Stream.named("repeat", seed, movement))
    for index, entry in entries.children.items():
        try:
            work.entry(("repeats", index), strictly(SectionRepeat, entry.value))
        except ValidationError:
            continue  # the model of the movement reports it
    return work.made(), work.faults


@dataclass
class _Repeats:
    """Makes the copies of one movement."""

    source: Source
    tempo: TempoMap
    amounts: Amounts
    stream: Stream
    faults: list[Fault] = field(default_factory=list)
    copies: dict[str, list[Node]] = field(default_factory=dict)

    def made(self) -> Source:
        """The movement with all copies."""
        parts = self.source.root.children["parts"]
        changed = dict[str | int, Node]()
        for name, nodes in self.copies.items():
            part = parts.children[name]
            changed[name] = part.updated({"events": part.children["events"].with_items(nodes)})
        root = self.source.root.updated({"parts": parts.updated(changed)})
        return replace(self.source, root=root)

    def entry(self, loc: Loc, entry: SectionRepeat) -> None:
        """Copy one section to all its moments."""
        written = self.source.root.children["parts"].children
        for index, name in enumerate(entry.parts):
            if name not in written:
                message = f"there is no part '{name}'{choices(name, [*map(str, written)])}"
                self._fault((*loc, "parts", index), message)
        begin = self._moment((*loc, "section"), moment(entry.section))
        if begin is None:
            return
        later = [each for each in self.tempo.sections.values() if each > begin]
        chosen = set(entry.parts or map(str, written))
        every = section_events(written, self.tempo, begin, min(later, default=None))
        originals = [one for one in every if one.part in chosen]
        if not originals:
            message = f"no event begins in section {entry.section} (events of generators are not "
            self._fault((*loc, "section"), f"{message}repeated)")
            return
        nodes = [one.node for one in originals]
        if fault := self.amounts.copies(self.source, loc, nodes, len(entry.at)):
            self.faults.append(fault)
            return
        for index, at in enumerate(entry.at):
            seconds = self._moment((*loc, "at", index), at)
            if seconds is not None:
                again = _Again(self.tempo, self.stream, entry, at, begin, seconds, chosen)
                self._copy(again, originals)

    def _copy(self, again: _Again, originals: list[SectionEvent]) -> None:
        for one in originals:
            if one.leader and one.leader.part not in again.parts:
                message = "begins after an event of a part that is not repeated; give it 'at'"
                self._fault(("parts", one.part, "events", one.index, "after"), message)
            elif not again.is_dropped(one):
                self.copies.setdefault(one.part, []).append(again.copy(one))

    def _moment(self, loc: Loc, time: Time) -> Fraction | None:
        try:
            return self.tempo.seconds(time)
        except ValueError as error:
            self._fault(loc, str(error))
            return None

    def _fault(self, loc: Loc, message: str) -> None:
        self.faults.append(self.source.fault(loc, message))


@dataclass(frozen=True)
class _Again:
    """One repetition: an entry of `repeats` and one of its moments."""

    tempo: TempoMap
    stream: Stream
    entry: SectionRepeat
    at: Time
    begin: Fraction
    seconds: Fraction
    parts: set[str]
    dropped: dict[tuple[str, int], bool] = field(default_factory=dict)

    def is_dropped(self, one: SectionEvent) -> bool:
        """Whether it leaves out an event; what begins after such an event is left out, too."""
        row = list[SectionEvent]()
        here: SectionEvent | None = one if self.entry.varied.drop else None
        while here and (here.part, here.index) not in self.dropped:
            row.append(here)
            here = here.leader
        is_out = here is not None and self.dropped[here.part, here.index]
        for each in reversed(row):
            is_out = is_out or self._stream(each, "drop").uniform() < self.entry.varied.drop
            self.dropped[each.part, each.index] = is_out
        return is_out

    def copy(self, one: SectionEvent) -> Node:
        """An event as it is repeated."""
        limits, node = self.entry.varied, one.node
        made = dict(node.children)
        made["id"] = Node(node.place, self._id(one))
        if one.leader:
            leader = f"{one.leader.part}/{self._id(one.leader)}{one.rest}"
            made["after"] = replace(made["after"], value=leader)
        else:
            start = self._moved(self.tempo.seconds(moment(node.children["at"].value)))
            made["at"] = replace(made["at"], value=_written(self._varied(one, start)))
        if "until" in made and (until := seconds_of(self.tempo, made["until"].value)) is not None:
            made["until"] = replace(made["until"], value=_written(self._moved(until)))
        for name, spread, low, high in (
            ("gain_db", limits.gain_db, -120.0, 40.0),
            ("pan", limits.pan, -1.0, 1.0),
        ):
            if spread:
                change = round(self._stream(one, name).uniform(-spread, spread), 3)
                here = made.get(name, Node(node.place, 0.0))
                made[name] = _shifted(here, change, low, high)
        label = Aside(f"repeated at {self.at}")
        values: Value = {str(key): child.value for key, child in made.items()}
        origin: Loc = ("parts", one.part, "events", one.index, label)
        return replace(node, value=values, children=made, origin=origin)

    def _stream(self, one: SectionEvent, purpose: str) -> Stream:
        own = [] if self.entry.seed is None else [self.entry.seed]
        return self.stream.child(one.part, one.name, _slug(self.at), *own, purpose)

    def _id(self, one: SectionEvent) -> str:
        name = f"{one.name}-{_slug(self.at)}"
        if len(name) > LONGEST_ID:
            name = f"{name[: LONGEST_ID - 9]}-{sha256(name.encode()).hexdigest()[:8]}"
        return name

    def _moved(self, seconds: Fraction) -> Fraction:
        """A moment of the section in the repetition, as many quarter notes after its beginning."""
        quarters = self.tempo.quarters
        past = quarters(seconds) - quarters(self.begin)
        return self.tempo.at_quarters(quarters(self.seconds) + past)

    def _varied(self, one: SectionEvent, start: Fraction) -> Fraction:
        if self.entry.varied.onset is None:
            return start
        most = self.tempo.length(self.entry.varied.onset, start)
        return max(start + Fraction(self._stream(one, "onset").uniform(-1, 1)) * most, Fraction(0))


def _written(seconds: Fraction) -> str:
    """A moment for a score, exact to a nanosecond."""
    return clock(Fraction(round(seconds * _TICKS), _TICKS))


def _slug(at: Time) -> str:
    """A moment as the end of an id."""
    text = str(at).lower().replace(" - ", "-minus-")
    return re.sub("[^a-z0-9]+", "-", text).strip("-")


def _shifted(node: Node, change: float, low: float, high: float) -> Node:
    """A level or place with `change` added: of a number, of all breakpoints, of every option."""
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Rounded, so that 0.1 and 0.2 make 0.3 where people read it.
        return replace(node, value=round(min(max(value + change, low), high), 6))
    if isinstance(value, list):
        inside = {
            step: point.updated({1: _shifted(point.children[1], change, low, high)})
            for step, point in node.children.items()
            if isinstance(point.value, list) and len(point.value) == 2
        }
        return node.updated(inside)
    if "choose" in node.children:
        options = node.children["choose"]
        every = {s: _shifted(one, change, low, high) for s, one in options.children.items()}
        return node.updated({"choose": options.updated(every)})
    return node
