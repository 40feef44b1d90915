"""Lengths of any kind for fields in seconds: `length: 2 bars` for `length_s`, and breakpoints.

A field whose name ends in `_s` takes seconds. The same name without `_s` takes any length, which
is counted from where the event begins, or for a take from where the movement begins.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, Tag, ValidationError

from approx_build.metric.tempo import TempoMap
from approx_build.metric.time import Time, duration
from approx_build.yaml_source import Patience, Problems, problems_of, strictly
from approx_build.yaml_source.breakpoints import CURVE
from approx_build.yaml_source.messages import words_of
from approx_build.yaml_source.node import Loc, Value

M = TypeVar("M", bound=BaseModel)
Measure = Callable[[Time], Fraction]
"""A length in seconds."""
Written = dict[str, Value]
"""Fields as written whose seconds depend on the tempo, by the name of the field in seconds."""


class Timing(Patience):
    """The patience of one reading of a movement, and the tempo map of the movement.

    Unless it `is_whole`, the map lacks marks with faults, and times in bars may be wrong. `after`
    gives the moment that an event names by the end of another; ValueError in plain words. `known`
    are the events that were read before, by their text.
    """

    def __init__(
        self,
        tempo: TempoMap,
        is_whole: bool = True,
        after: Callable[[object], Fraction] | None = None,
        known: dict[str, BaseModel] | None = None,
    ) -> None:
        super().__init__()
        self.tempo, self.is_whole = tempo, is_whole
        self.after, self.known = after or _nowhere, {} if known is None else known


def _nowhere(written: object) -> Fraction:
    raise ValueError("no other event can be named here; give 'at'")


def without_tempo(time: Time) -> Fraction:
    """Seconds of a length where there is no tempo; ValueError for bars, beats and note values."""
    if not time.is_seconds:
        raise ValueError(f"'{time}' needs the tempo of a movement; give seconds here")
    return TempoMap().length(time)


def measure_of(context: object) -> Measure:
    """Lengths from the beginning of the movement that is being read, if there is one."""
    return context.tempo.lengths(Fraction(0)) if isinstance(context, Timing) else without_tempo


@dataclass
class Plain:
    """Fields with all lengths in seconds: `data` for a model, and what was written instead."""

    data: dict[str, Value]
    written: Written = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    """For a field in seconds the name that is written."""
    faulty: set[str] = field(default_factory=set)
    """Fields in seconds whose lengths are no lengths, which is a problem already."""

    def as_written(self, loc: Loc) -> Loc:
        """A place in `data` as a place in the score."""
        return (self.renamed.get(str(loc[0]), loc[0]), *loc[1:]) if loc else loc

    def is_known(self, loc: Loc, message: str) -> bool:
        """Whether a problem of the model only repeats one of a length."""
        missing = message.removeprefix("missing field '").removesuffix("'")
        return (str(loc[0]) if loc else missing) in self.faulty


def plain(
    cls: type[BaseModel], data: Mapping[str, Value], measure: Measure, problems: Problems, at: Loc
) -> Plain:
    """The fields of `cls`, at `at` in what is read, with lengths in seconds; problems are added."""
    found = Plain({})
    names = cls.model_fields
    for key, value in data.items():
        inside = f"{key}_s"
        here = (*at, key)
        if key in names or inside not in names:
            found.data[key] = _nested(cls, key, value, measure, problems, here, found)
            continue
        found.renamed[inside] = key
        if inside in data:
            problems.add(here, f"'{key}' and '{inside}' are given; give one of them", is_key=True)
            found.faulty.add(inside)
            continue
        reader = _Reader(measure, problems)
        seconds = reader.read(value, here)
        if reader.has_problem:
            found.faulty.add(inside)
            continue
        found.data[inside] = seconds
        if reader.needs_tempo:
            found.written[inside] = value
    return found


def attempt(
    cls: type[M],
    data: Value,
    measure: Measure,
    problems: Problems,
    at: Loc,
    names: Sequence[str] = (),
) -> tuple[M | None, Written]:
    """`data` as a model whose fields in seconds may be given as lengths; None with problems."""
    if not isinstance(data, dict):
        return problems.attempt(at, cls, data, names), {}
    fields = plain(cls, data, measure, problems, at)
    try:
        model = strictly(cls, fields.data)
        return (None if fields.faulty else model), fields.written
    except ValidationError as error:
        for loc, message, is_key in problems_of(error, cls, fields.data, names):
            if not fields.is_known(loc, message):
                words = _with_short_name(message, loc, fields.data)
                problems.add((*at, *fields.as_written(loc)), words, is_key)
    return None, {}


def validated(
    cls: type[BaseModel],
    data: dict[str, Any],
    measure: Measure,
    problems: Problems,
    handler: Callable[[Any], Any],
) -> Any:
    """What a model's own validation makes of its fields, lengths first turned into seconds.

    For a validator that wraps the model; ValidationError with all problems, places as written.
    """
    fields = plain(cls, data, measure, problems, ())
    model = None
    try:
        # In strict mode a list that pydantic did not read itself is no tuple.
        model = handler({key: _tuples(value) for key, value in fields.data.items()})
    except ValidationError as error:
        for loc, message, is_key in problems_of(error, cls, fields.data):
            if not fields.is_known(loc, message):
                words = _with_short_name(message, loc, fields.data)
                problems.add(fields.as_written(loc), words, is_key)
    problems.close()
    return model


def _with_short_name(message: str, loc: Loc, data: Mapping[str, Value]) -> str:
    """A message about a field in seconds, with the field for other lengths if one is given."""
    name = str(loc[0]) if len(loc) == 1 else ""
    value = data.get(name)
    if not name.endswith("_s") or not isinstance(value, str):
        return message
    try:
        is_other = not duration(value).is_seconds
    except ValueError:
        return message
    short = name.removesuffix("_s")
    return f"{message}; write {short}: {value}" if is_other else message


def _tuples(value: Any) -> Any:
    """A list as a tuple, with all lists in it, also those in fields; anything else as it is."""

    def inside(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: inside(each) for key, each in one.items()}
        return _tuples(one)

    return tuple(map(inside, value)) if isinstance(value, list) else value


class _Reader:
    """Reads one value: a length, or lists of lengths."""

    def __init__(self, measure: Measure, problems: Problems) -> None:
        self._measure, self._problems = measure, problems
        self.needs_tempo = self.has_problem = False

    def read(self, value: Value, at: Loc) -> Value:
        if isinstance(value, list):
            return [self.read(each, (*at, index)) for index, each in enumerate(value)]
        try:
            time = duration(value)
            seconds = float(self._measure(time))
        except ValueError as error:
            self._problems.add(at, words_of(error))
            self.has_problem = True
            return None
        self.needs_tempo = self.needs_tempo or not time.is_seconds
        return seconds

    def points(self, value: list[Value], at: Loc) -> Value:
        """Breakpoints with their times in seconds; what is no breakpoint stays as it is."""
        return [
            [self.read(each[0], (*at, index, 0)), each[1]]
            if isinstance(each, list) and len(each) == 2 and isinstance(each[0], str)
            else each
            for index, each in enumerate(value)
        ]


def _nested(
    cls: type[BaseModel],
    key: str,
    value: Value,
    measure: Measure,
    problems: Problems,
    at: Loc,
    found: Plain,
) -> Value:
    """A value that is no length: it may hold fields of its own, or breakpoints."""
    if not isinstance(value, dict | list):
        return value
    inner = _inner(cls, key)
    if isinstance(value, list) and inner.is_curve:
        reader = _Reader(measure, problems)
        points = reader.points(value, at)
        if reader.has_problem:
            found.faulty.add(key)
        elif reader.needs_tempo:
            found.written[key] = value
        return points
    model = inner.model
    if model is None:
        return value

    def of_model(one: Value, at: Loc) -> Value:
        if not isinstance(one, dict):
            return one
        inside = plain(model, one, measure, problems, at)
        if inside.faulty:
            found.faulty.add(key)
        return inside.data

    if isinstance(value, list):
        return [of_model(one, (*at, index)) for index, one in enumerate(value)]
    return of_model(value, at)


@dataclass(frozen=True)
class _Inner:
    """What a field may hold: a model or a list of it, or breakpoints, whose branch is tagged."""

    model: type[BaseModel] | None = None
    is_curve: bool = False


def takes_breakpoints(cls: type[BaseModel], name: str) -> bool:
    """Whether a field may have breakpoints in place of a number."""
    return _inner(cls, name).is_curve


@cache
def _inner(cls: type[BaseModel], name: str) -> _Inner:
    """What the field `name` of a model may hold, at any depth of its annotation."""
    aliases = {field.alias: field for field in cls.model_fields.values()}
    found = aliases.get(name) or cls.model_fields.get(name)
    kinds = [*_kinds(found.annotation)] if found else []
    models = (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    is_curve = any(isinstance(kind, Tag) and kind.tag == CURVE for kind in kinds)
    return _Inner(next(models, None), is_curve)


def _kinds(annotation: Any) -> Iterator[Any]:
    """An annotation and all that it is made of, the outer first."""
    # As a queue: a model of the field itself comes before one inside a list.
    todo = [annotation]
    for kind in todo:
        yield kind
        todo += typing.get_args(kind)
