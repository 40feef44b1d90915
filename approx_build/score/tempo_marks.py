"""Tempo and meter marks and sections of a movement, and the tempo map they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from approx_build.errors import Fault
from approx_build.metric.tempo import MeterSpan, TempoMap, TempoSpan, rounded
from approx_build.metric.time import ZERO, Moment, Time, Unit, moment
from approx_build.score.recovery import recover
from approx_build.yaml_source import Source
from approx_build.yaml_source.corrections import typed, with_advice
from approx_build.yaml_source.fields import Strict
from approx_build.yaml_source.messages import shown
from approx_build.yaml_source.node import Loc
from approx_build.yaml_source.tables import flow

_SIGNATURE = r"([1-9][0-9]?)/(1|2|4|8|16|32)"
MOST_MARKS = 2000
"""One a second for half an hour; every time in bars or beats is looked up among them."""
Report = Callable[[Loc, str], None]
"""Takes a place in the movement and what is wrong there."""


def _signature(value: str) -> str:
    if not re.fullmatch(_SIGNATURE, value):
        words = f"needs a meter such as 4/4 or 6/8, is {shown(value)}"
        right = re.sub(r"\s*[:/]\s*", "/", typed(value))
        is_other = right != value and re.fullmatch(_SIGNATURE, right)
        raise ValueError(with_advice(words, right) if is_other else words)
    return value


class TempoMark(Strict):
    """From a moment on, a tempo."""

    at: Moment = Field(description="when: seconds, m:ss.mmm or bar N.B")
    bpm: float = Field(ge=1, le=1000, description="quarter notes per minute")
    ramp: bool = Field(False, description="move to the tempo of the next mark linearly in time")


class MeterMark(Strict):
    """From a bar on, a meter."""

    at: Moment = Field(description="its first bar, such as bar N")
    meter: Annotated[
        str,
        AfterValidator(_signature),
        WithJsonSchema({"type": "string", "pattern": f"^{_SIGNATURE}$"}),
    ] = Field(description="beats in a bar / the note that is a beat, as 6/8")


def _one_or_list(key: str, example: str) -> BeforeValidator:
    """One value as a list of one mark at the movement's start, `key` holding it."""

    def marks(data: Any) -> tuple[Any, ...]:
        if isinstance(data, dict):
            right = flow(data[key]) if [*data] == [key] else f"[{flow(data)}]"
            raise ValueError(f"needs one {key} or a list of marks, is named fields; write {right}")
        if key == "meter" and isinstance(data, int) and not isinstance(data, bool):
            raise ValueError(f"needs a meter such as 4/4 or 6/8, is {data}; write {data}/4")
        if isinstance(data, list | tuple) and not all(isinstance(mark, dict) for mark in data):
            raise ValueError(f"needs marks such as {{ at: bar 5, {key}: {example} }}, or one {key}")
        return tuple(data) if isinstance(data, list | tuple) else ({"at": 0, key: data},)

    return BeforeValidator(marks)


Tempo = Annotated[tuple[TempoMark, ...], _one_or_list("bpm", "60"), Field(max_length=MOST_MARKS)]
Meter = Annotated[tuple[MeterMark, ...], _one_or_list("meter", "3/4"), Field(max_length=MOST_MARKS)]


def _section(value: str) -> str:
    try:
        unit = moment(value).unit
    except ValueError:
        unit = None
    if unit is not Unit.SECTION or moment(value).then:
        raise ValueError(
            "names of sections are made of letters, digits, '-' and '_', and begin with a letter "
            f"(is {shown(value)})"
        )
    return value


SectionName = Annotated[
    str, AfterValidator(_section), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]"})
]
Sections = Annotated[dict[SectionName, Moment], Field(max_length=1000)]


class Marks(BaseModel):
    """What makes the tempo map of a movement; all else of the movement is passed over."""

    tempo: Tempo = ()
    meter: Meter = ()
    sections: Sections = Field(default_factory=dict)


def read_tempo(source: Source) -> tuple[TempoMap, list[Fault], bool]:
    """The tempo map of a movement, the faults of its marks, and whether all of them were read.

    Faults of their text are left to the model of the movement.
    """
    faults = list[Fault]()
    others = [(key,) for key in source.root.children if key not in Marks.model_fields]
    saved = recover(Marks, replace(source, root=source.root.without(others)))
    if (marks := saved.model) is None:
        return TempoMap(), [], False
    tempo = tempo_map(
        marks.tempo,
        marks.meter,
        lambda loc, message: faults.append(source.fault(loc, message)),
        marks.sections,
    )
    return tempo, faults, not faults and not saved.dropped


def tempo_map(
    tempo: Sequence[TempoMark],
    meter: Sequence[MeterMark],
    report: Report,
    sections: Mapping[str, Time] | None = None,
) -> TempoMap:
    """The map of these marks. Marks that make no sense are reported and passed over."""
    meters = _meters(meter, report)
    made = TempoMap(_tempos(tempo, meters, report), meters, {}, bool(tempo))
    for name, time in (sections or {}).items():
        try:
            # One after the other: a section may begin some bars after an earlier one.
            made = replace(made, sections={**made.sections, name: made.seconds(time)})
        except ValueError as error:
            report(("sections", name), str(error))
    return made


def _meters(marks: Sequence[MeterMark], report: Report) -> tuple[MeterSpan, ...]:
    spans = [*TempoMap().meters]
    for index, mark in enumerate(marks):
        upper, lower = (int(number) for number in mark.meter.split("/"))
        last, bar = spans[-1], mark.at.amount
        # Time 0 is the start of bar 1 at any tempo; where other seconds fall depends on the tempo.
        if mark.at == ZERO:
            bar = Fraction(1)
        elif mark.at.unit is not Unit.BAR or mark.at.beat != 1 or mark.at.then:
            report(
                ("meter", index, "at"),
                f"a meter must begin with a bar, such as bar 5 (is {mark.at})",
            )
            continue
        if index == 0 and bar != 1:
            report(("meter", index, "at"), f"the first meter must begin with bar 1 (is {mark.at})")
        elif index and bar <= last.bar:
            report(("meter", index, "at"), "must come after the mark before it")
        elif index == 0:
            spans = [MeterSpan(bar, Fraction(0), Fraction(0), upper, lower)]
        else:
            beats = last.beats + (bar - last.bar) * last.upper
            start = last.start + (bar - last.bar) * last.length
            spans.append(MeterSpan(bar, beats, start, upper, lower))
    return tuple(spans)


def _tempos(
    marks: Sequence[TempoMark], meters: tuple[MeterSpan, ...], report: Report
) -> tuple[TempoSpan, ...]:
    spans = list[TempoSpan]()
    is_ramp = False
    for index, mark in enumerate(marks):
        loc = ("tempo", index, "at")
        try:
            span = _next(spans, mark, meters, is_ramp)
        except ValueError as error:
            report(loc, str(error))
            continue
        if index == 0 and (span.start_s or span.start):
            report(loc, f"the first tempo must be at 0, the start of the movement (is {mark.at})")
            continue
        if is_ramp and spans:
            slope = rounded((span.bpm - spans[-1].bpm) / (span.start_s - spans[-1].start_s))
            # Only the next mark says how steep the ramp is.
            spans[-1] = TempoSpan(spans[-1].start_s, spans[-1].start, spans[-1].bpm, slope)
        spans.append(span)
        is_ramp = mark.ramp
    if is_ramp:
        report(("tempo", len(marks) - 1, "ramp"), "a ramp needs a later mark to move to")
    return tuple(spans) or TempoMap().tempos


def _next(
    spans: Sequence[TempoSpan], mark: TempoMark, meters: tuple[MeterSpan, ...], is_ramp: bool
) -> TempoSpan:
    """The span that begins with `mark`, after `spans`, the last of them a ramp or level.

    Over a ramp the mean tempo is the mean of its ends, which gives its seconds from its
    quarters and its quarters from its seconds without a root.
    """
    # Through text: as a float, 120.1 is not the decimal that was written.
    bpm, at = Fraction(str(mark.bpm)), mark.at
    if at.unit is Unit.SECTION or at.then:
        raise ValueError(f"a tempo must begin at a time or in a bar, such as bar 5 (is {at})")
    is_bar = at.unit is Unit.BAR
    quarters = TempoMap(meters=meters).position(at) if is_bar else Fraction(0)
    if not spans:
        return TempoSpan(Fraction(0) if is_bar else at.amount, quarters, bpm)
    last = spans[-1]
    mean = (last.bpm + bpm) / 2 if is_ramp else last.bpm
    if is_bar:
        seconds = last.start_s + (quarters - last.start) * 60 / mean
    else:
        seconds = at.amount
        quarters = last.start + (seconds - last.start_s) * mean / 60
    if seconds <= last.start_s:
        raise ValueError("must come after the mark before it")
    return TempoSpan(rounded(seconds), rounded(quarters), bpm)
