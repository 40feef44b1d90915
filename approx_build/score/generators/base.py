"""The base of generators: parameters, and the events that they write from a place in a movement.

One file of this package contains one generator: a frozen pydantic model whose class variable
`generator` names it, registered with `@GENERATORS.register`. Its events are those that a composer
could write by hand, so grains, keys, locks and reports need nothing of generators.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, Final, Protocol

from approx_build.files.patterns import is_pattern
from approx_build.metric.tempo import TempoMap
from approx_build.metric.time import Time, Unit, clock
from approx_build.numerics.stream import Stream
from approx_build.registry import Registry
from approx_build.score.source_ref import SourceRef
from approx_build.score.takes import Take
from approx_build.yaml_source.fields import SHORTEST_S, Strict
from approx_build.yaml_source.node import Loc, Value

_TICKS: Final = 10**9
"""Moments are rounded to nanoseconds: exact to the sample, and short enough to edit."""


class ComposeError(ValueError):
    """Why a generator can write no events; `loc` is the field at fault, from the generator."""

    def __init__(self, loc: Loc, message: str) -> None:
        super().__init__(message)
        self.loc = loc


class Recordings(Protocol):
    """What generators may ask about the recordings of a project."""

    def named(self, pattern: str) -> Collection[str]:
        """The recordings that a name or a pattern stands for, sorted."""

    def recording_length_s(self, name: str) -> float | None:
        """Seconds of a recording; None where that is not known."""

    def recording_onsets_s(self, name: str, apart_s: float) -> Collection[float]:
        """The onsets of a recording, seconds, ascending, at least `apart_s` apart."""


class NoRecordings:
    """A project whose recordings cannot be asked for."""

    def named(self, pattern: str) -> Collection[str]:
        """None."""
        return ()

    def recording_length_s(self, name: str) -> float | None:
        """Not known."""
        return None

    def recording_onsets_s(self, name: str, apart_s: float) -> Collection[float]:
        """None."""
        return ()


@dataclass(frozen=True)
class Composed:
    """One event of a generator.

    `name` ends its id, `label` says for people which measure or letter it is, `onset` are seconds
    from the movement's start, `at` is the same as a score has it, `fields` are the others.
    """

    name: str
    label: str
    onset: Fraction
    at: str
    fields: Mapping[str, Value]


@dataclass(frozen=True)
class Place:
    """Where a generator begins: its moment, the times around it, and the sounds it may name."""

    at: Time
    tempo: TempoMap
    takes: Mapping[str, Take]
    recordings: Recordings
    rng: Stream
    movement_s: Fraction

    @cached_property
    def start(self) -> Fraction:
        """When the generator begins, seconds from the movement's start."""
        return self.tempo.seconds(self.at)

    def after(self, length: Time, since: Fraction = Fraction(0)) -> Fraction:
        """Seconds that `length` lasts, by the tempo map, from `since` seconds after the start."""
        return self.tempo.length(length, self.start + since)

    def moment(self, seconds: Fraction) -> str:
        """The moment `seconds` after the start, as a score has it."""
        return clock(Fraction(round((self.start + seconds) * _TICKS), _TICKS))

    def bar_line(self, bars: int) -> str:
        """The bar line `bars` bars after the start: by its number where the start is one, too."""
        if self.at.unit is Unit.BAR and self.at.beat == 1 and not self.at.then:
            return str(Time(Unit.BAR, self.at.amount + bars))
        return self.moment(self.after(Time(Unit.BARS, Fraction(bars))))

    def length_s(self, source: SourceRef) -> float | None:
        """Seconds that `source` lasts; None where that is not known before the render."""
        if source.length_s is not None:
            return source.length_s
        whole = self._whole_s(source)
        return None if whole is None else whole - source.start_s

    def is_known(self, source: SourceRef) -> bool:
        """Whether `source` is there; the checks of the score report one that is not."""
        if source.take is not None:
            return source.take in self.takes
        return source.recording is None or bool(self.recordings.named(source.recording))

    def _whole_s(self, source: SourceRef) -> float | None:
        if source.take is not None:
            return self.takes[source.take].length_s if source.take in self.takes else None
        if source.recording is not None and not is_pattern(source.recording):
            return self.recordings.recording_length_s(source.recording)
        return float(self.movement_s) if source.part is not None else None


class Generator(Strict):
    """Parameters of one composer; its fields are those of a score."""

    generator: ClassVar[str]
    """The field of an entry of `compose` that asks for it."""
    example: ClassVar[Mapping[str, Any]]
    """The field as a score has it."""
    inner: ClassVar[Mapping[str, type[Strict]]] = {}
    """Fields that have fields of their own, and their models, for the reference of scores."""

    @abstractmethod
    def events(self, place: Place) -> Iterator[Composed]:
        """Its events from `place` on; ComposeError when there can be none."""

    @abstractmethod
    def log(self, place: Place) -> Iterator[str]:
        """How it came to its events: a line for each throw, letter or other decision."""


GENERATORS: Registry[Generator] = Registry(
    "generator", "approx_build.score.generators", "generator", group="approx_build.generators"
)
"""All generators by name."""


def whole_microseconds(seconds: float | Fraction) -> float:
    """`seconds` rounded down to microseconds, so that a sum of two never exceeds theirs."""
    # A nanosecond for decimals such as 0.3, which as binary fractions are just below.
    return int((Fraction(seconds) + Fraction(1, _TICKS)) * 10**6) / 10**6


def ranged(source: SourceRef, length_s: float) -> dict[str, Value]:
    """`source` as a score has it, its first `length_s` seconds."""
    fields: dict[str, Value] = source.model_dump(mode="json", exclude_defaults=True)
    return {**fields, "length_s": max(whole_microseconds(length_s), SHORTEST_S)}
