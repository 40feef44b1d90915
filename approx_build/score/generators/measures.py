"""Measures: the sounds that a dice game plays for its numbers, cut from recordings or takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from approx_build.score.generators.base import ComposeError, Place, whole_microseconds
from approx_build.score.generators.dice_tables import MEASURES
from approx_build.yaml_source.fields import SHORTEST_S, Name, Recording, Strict
from approx_build.yaml_source.node import Value

FEWEST: Final = 11
"""One measure for each sum of two dice: with fewer, every bar would have throws without a sound."""
MOST_SEARCHED_S: Final = 600.0
"""Of a recording whose attacks are looked for, which is read for that by every check."""


@dataclass(frozen=True)
class Measure:
    """One sound: its source as a score has it, its length, and how much longer it may sound."""

    source: dict[str, Value]
    start_s: float
    length_s: float
    tail_s: float = 0.0

    def cut(self, length_s: float) -> dict[str, Value]:
        """The source, its first `length_s` seconds."""
        start = {"start_s": self.start_s} if self.start_s else {}
        return {**self.source, **start, "length_s": max(whole_microseconds(length_s), SHORTEST_S)}


class Onsets(Strict):
    """A measure at each attack of a recording."""

    apart_s: float = Field(
        0.2, ge=0.02, le=60, description="least distance of two attacks, seconds; the stronger wins"
    )
    before_s: float = Field(
        0.005, ge=0, le=1, description="how long before its attack a measure begins, seconds"
    )


class Grid(Strict):
    """A measure at each bar of recordings that were played to a click."""

    bpm: float = Field(ge=1, le=1000, description="beats in a minute of the recordings")
    beats: float = Field(3.0, ge=0.25, le=64, description="beats in a bar of the recordings")
    first_s: float = Field(0.0, ge=0, le=3600, description="where their first bar begins, seconds")

    @property
    def bar_s(self) -> float:
        """Seconds of a bar."""
        return 60 * self.beats / self.bpm


def _several(value: object) -> object:
    # In strict mode a list that pydantic did not read itself is no tuple.
    return (
        (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value
    )


_NAME = {"type": "string", "minLength": 1}
_NAMES = {"type": "array", "items": _NAME, "minItems": 1, "maxItems": MEASURES}
Recordings = Annotated[
    Annotated[tuple[Recording, ...], Field(min_length=1, max_length=MEASURES)],
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [_NAME, _NAMES]}),
]
"""Recordings by name or pattern: one, or a list."""


class Measures(Strict):
    """Sounds by number: the clips of a take, or pieces of recordings."""

    take: Name | None = Field(None, description="a take: measure 1 is its first clip")
    recordings: Recordings | None = Field(
        None, description="recordings, as corpus/recording, by name or pattern; each is a measure"
    )
    onsets: Onsets | None = Field(None, description="cut the recordings at their attacks instead")
    bars: Grid | None = Field(None, description="cut the recordings at their bars instead")
    times_s: tuple[Annotated[float, Field(ge=0, le=86_400)], ...] | None = Field(
        None,
        min_length=2,
        max_length=MEASURES + 1,
        description="cut one recording at these times instead, seconds: from each to the next",
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> Measures:
        if (self.take is None) == (self.recordings is None):
            raise ValueError("needs either 'take' or 'recordings'")
        given = [name for name in ("onsets", "bars", "times_s") if getattr(self, name) is not None]
        if given and self.recordings is None:
            raise ValueError(f"'{given[0]}' cuts recordings; the clips of a take are measures")
        if len(given) > 1:
            raise ValueError(f"recordings are cut in one way (has {' and '.join(given)})")
        if self.times_s is not None:
            if len(self.recordings or ()) > 1:
                raise ValueError("'times_s' cuts one recording; name one")
            if any(late <= early for early, late in pairwise(self.times_s)):
                raise ValueError("'times_s' must rise from each time to the next")
        return self

    def is_known(self, place: Place) -> bool:
        """Whether the take, or each recording, is there."""
        if self.take is not None:
            return self.take in place.takes
        return all(place.recordings.named(name) for name in self.recordings or ())

    def unknown(self, place: Place) -> Value:
        """The first name that nothing has, as a source: the checks of the score report it."""
        if self.take is not None:
            return {"take": self.take}
        return {
            "recording": next(n for n in self.recordings or () if not place.recordings.named(n))
        }

    def pool(self, place: Place) -> tuple[Measure, ...]:
        """The sounds in their order, 176 at most; measure m is sound (m - 1) modulo their number.

        ComposeError when they are fewer than the sums of two dice.
        """
        found = tuple(islice(self._of_take(place) if self.take else self._cut(place), MEASURES))
        if len(found) < FEWEST:
            raise ComposeError(
                ("measures",),
                f"gives {len(found)} measures, and two dice choose among {FEWEST}; "
                f"{'raise the count of the take' if self.take else 'name or cut more recordings'}",
            )
        return found

    def _of_take(self, place: Place) -> Iterator[Measure]:
        take = place.takes[self.take or ""]
        for clip in range(1, take.count + 1):
            yield Measure({"take": self.take, "clip": clip}, 0.0, take.length_s)

    def _cut(self, place: Place) -> Iterator[Measure]:
        for pattern in self.recordings or ():
            for name in place.recordings.named(pattern):
                whole_s = place.recordings.recording_length_s(name)
                if whole_s is None:
                    message = f"{name} cannot be read, so its length is not known"
                    raise ComposeError(("measures", "recordings"), message)
                for start_s, stop_s in self._ranges(place, name, whole_s):
                    # An attack must not sound before its own measure.
                    tail_s = whole_s - stop_s if self.onsets is None else 0.0
                    yield Measure({"recording": name}, start_s, stop_s - start_s, tail_s)

    def _ranges(self, place: Place, name: str, whole_s: float) -> Iterator[tuple[float, float]]:
        """Where the measures of one recording begin and end, seconds."""
        if self.times_s is not None:
            if self.times_s[-1] > whole_s:
                message = f"{name} ends at {whole_s:g} s (is {self.times_s[-1]:g})"
                raise ComposeError(("measures", "times_s", len(self.times_s) - 1), message)
            yield from pairwise(self.times_s)
        elif self.bars is not None:
            first_s, bar_s = self.bars.first_s, self.bars.bar_s
            # A hundredth of a bar may be lost at the end of a recording.
            count = int((whole_s - first_s) / bar_s + 0.01)
            for bar in range(count):
                stop_s = min(first_s + (bar + 1) * bar_s, whole_s)
                yield round(first_s + bar * bar_s, 6), round(stop_s, 6)
        elif self.onsets is not None:
            if whole_s > MOST_SEARCHED_S:
                message = f"{name} lasts {whole_s:.0f} s; attacks are looked for in at most "
                message += f"{MOST_SEARCHED_S:.0f} s; cut it with 'times_s'"
                raise ComposeError(("measures", "onsets"), message)
            before_s = self.onsets.before_s
            attacks = place.recordings.recording_onsets_s(name, self.onsets.apart_s)
            starts = [round(max(attack - before_s, 0.0), 6) for attack in attacks]
            yield from pairwise([*starts, whole_s])
        else:
            yield 0.0, whole_s
