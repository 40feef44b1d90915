"""A session: the stems, markers and tempo of a movement, as every DAW's file format gets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from approx_build.export.rendered import CuePoint, RenderedMovement
from approx_build.metric.tempo import TempoMap, last


@dataclass(frozen=True)
class Mark:
    """A named moment in seconds from the start."""

    at_s: Fraction
    name: str

    def sample(self, rate: int) -> int:
        """The nearest sample."""
        return round(self.at_s * rate)


@dataclass(frozen=True)
class TempoPoint:
    """From here on: `bpm` quarters in a minute, perhaps moving linearly in time to the next point.

    `meter` is the one from here on, where it changes.
    """

    at_s: Fraction
    quarters: Fraction
    bpm: Fraction
    is_ramp: bool
    meter: tuple[int, int] | None


@dataclass(frozen=True)
class SessionTrack:
    """A track with one sound from the session's start; `path` counts from the session's file."""

    name: str
    path: str
    is_muted: bool = False


@dataclass(frozen=True)
class Session:
    """A movement for a DAW: `length` in samples; every track is as long."""

    title: str
    piece: str
    composer: str
    rate: int
    channels: int
    length: int
    tracks: tuple[SessionTrack, ...]
    marks: tuple[Mark, ...]
    points: tuple[TempoPoint, ...]

    @property
    def length_s(self) -> Fraction:
        """Length in seconds."""
        return Fraction(self.length, self.rate)


def label(cue: CuePoint) -> str:
    """A cue as the name of a marker, in one line."""
    text = " ".join(cue.text.split())
    return f"{cue.player}: {text}" if cue.player else text


def marks_of(movement: RenderedMovement) -> tuple[Mark, ...]:
    """The sections and cues of a movement, in order."""
    sections = [Mark(at_s, f"[{name}]") for at_s, name in movement.sections]
    cues = [Mark(cue.at_s, label(cue)) for cue in movement.cues]
    return tuple(sorted([*sections, *cues], key=lambda mark: mark.at_s))


def tempo_points(tempo: TempoMap) -> tuple[TempoPoint, ...]:
    """Every change of tempo and meter, in order; the first is at 0."""
    meters = {tempo.at_quarters(span.start): (span.upper, span.lower) for span in tempo.meters}
    moments = sorted({*meters, *(span.start_s for span in tempo.tempos)})
    return tuple(
        TempoPoint(
            at_s,
            tempo.quarters(at_s),
            tempo.bpm(at_s),
            last(tempo.tempos, at_s, "start_s").slope != 0,
            meters.get(at_s),
        )
        for at_s in moments
    )


def seconds(value: Fraction) -> str:
    """Seconds or beats as the shortest text that is exact to a double."""
    return repr(float(value)).removesuffix(".0")


def session_of(
    movement: RenderedMovement,
    piece: str,
    composer: str,
    channels: int,
    tracks: Sequence[SessionTrack],
) -> Session:
    """The session of a movement with these tracks."""
    return Session(
        *(movement.title, piece, composer, movement.rate, channels, movement.length),
        tracks=tuple(tracks),
        marks=marks_of(movement),
        points=tempo_points(movement.tempo),
    )
