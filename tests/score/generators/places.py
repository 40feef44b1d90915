"""A place in a movement where a test lets a generator begin, and recordings that it may name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from approx_build.files.patterns import matching
from approx_build.metric.tempo import TempoMap
from approx_build.metric.time import Time, moment
from approx_build.numerics.stream import Stream
from approx_build.score.generators.base import GENERATORS, Composed, Generator, Place
from approx_build.score.takes import Take
from approx_build.score.tempo_marks import MeterMark, TempoMark, tempo_map
from approx_build.yaml_source import strictly


@dataclass(frozen=True)
class Shelf:
    """Recordings with their lengths and onsets in seconds, without any files."""

    lengths_s: Mapping[str, float | None] = field(default_factory=dict)
    onsets_s: Mapping[str, Collection[float]] = field(default_factory=dict)

    def named(self, pattern: str) -> list[str]:
        return sorted(matching(pattern, list(self.lengths_s)))

    def recording_length_s(self, name: str) -> float | None:
        return self.lengths_s[name]

    def recording_onsets_s(self, name: str, apart_s: float) -> Collection[float]:
        return self.onsets_s[name]


def in_tempo(bpm: float, meter: str, *later: Mapping[str, Any]) -> TempoMap:
    """A tempo map from its first tempo and meter, which ramps to the `later` marks."""
    marks: list[Mapping[str, Any]] = [{"at": 0, "bpm": bpm, "ramp": bool(later)}, *later]
    tempos = tuple(map(TempoMark.model_validate, marks))
    return tempo_map(tempos, (MeterMark.model_validate({"at": 0, "meter": meter}),), _refuse)


def _refuse(loc: object, message: str) -> None:
    raise AssertionError(message)


def place(
    at: object = 0,
    tempo: TempoMap | None = None,
    shelf: Shelf | None = None,
    name: str = "a",
    **takes: Mapping[str, Any],
) -> Place:
    """A place at `at` in a movement of an hour, with these takes; `name` names its stream."""
    models = {key: Take.model_validate({"model": "m", **one}) for key, one in takes.items()}
    begin: Time = moment(at)
    rng = Stream.named("test", name)
    map_ = tempo or in_tempo(90, "3/8")
    return Place(begin, map_, models, shelf or Shelf(), rng, Fraction(3600))


def generator(name: str, **fields: Any) -> Generator:
    """A generator as a score writes it."""
    return strictly(GENERATORS.get(name), fields)


def events(made: Generator, where: Place) -> list[Composed]:
    """What it writes."""
    return list(made.events(where))
