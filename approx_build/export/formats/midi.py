"""MIDI: the tempo map, the meters and the cues of a movement as a Standard MIDI File.

Format 1 with 960 ticks in a quarter (Standard MIDI Files 1.0, 1996). MIDI has only constant tempos:
a ramp becomes steps of an eighth of a quarter, each as long as in the tempo map to the microsecond.
The first track has tempo, meter and markers; then each player has a track of cue points.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil

from approx_build.export.rendered import RenderedMovement
from approx_build.export.session import marks_of, tempo_points

TICKS = 960
"""In a quarter."""
_STEP = Fraction(1, 8)
_MOST_US = (1 << 24) - 1
NAME, MARKER, CUE, TEMPO, METER = 0x03, 0x06, 0x07, 0x51, 0x58

Event = tuple[int, bytes]
"""A tick and the bytes of an event."""


def midi_file(movement: RenderedMovement) -> bytes:
    """The file; its texts are UTF-8."""

    def ticks(at_s: Fraction) -> int:
        return round(movement.tempo.quarters(at_s) * TICKS)

    end = ticks(Fraction(movement.length, movement.rate))
    marks = [(ticks(mark.at_s), _meta(MARKER, mark.name.encode())) for mark in marks_of(movement)]
    name = (0, _meta(NAME, movement.title.encode()))
    tracks = [_track([name, *_tempo(movement), *marks], end)]
    for player in movement.players():
        cues = (
            (ticks(cue.at_s), _meta(CUE, cue.text.encode())) for cue in movement.cues_for(player)
        )
        tracks.append(_track([(0, _meta(NAME, player.encode())), *cues], end))
    head = struct.pack(">4sIHHH", b"MThd", 6, 1, len(tracks), TICKS)
    return head + b"".join(tracks)


def _tempo(movement: RenderedMovement) -> Iterator[Event]:
    """The events of tempo and meter."""
    tempo, points = movement.tempo, tempo_points(movement.tempo)
    end = tempo.quarters(Fraction(movement.length, movement.rate))
    # The moment that the microseconds written so far lead to.
    now_s = Fraction(0)
    for point, following in zip(points, [*points[1:], None], strict=True):
        if point.meter:
            yield round(point.quarters * TICKS), _meta(METER, _meter(*point.meter))
        stop = following.quarters if following else max(end, point.quarters + _STEP)
        count = ceil((stop - point.quarters) / _STEP) if point.is_ramp else 1
        for number in range(count):
            first = point.quarters + number * _STEP
            last = min(stop, first + _STEP) if point.is_ramp else stop
            # Up to the true moment: no error is carried on.
            exact = (tempo.at_quarters(last) - now_s) * 1_000_000 / (last - first)
            micros = min(max(1, round(exact)), _MOST_US)
            yield round(first * TICKS), _meta(TEMPO, micros.to_bytes(3, "big"))
            now_s += micros * (last - first) / 1_000_000


def _meter(upper: int, lower: int) -> bytes:
    # The metronome clicks each beat; 24 MIDI clocks and 8 thirty-seconds are a quarter.
    return bytes([upper, lower.bit_length() - 1, max(1, 96 // lower), 8])


def _track(events: Iterable[Event], end: int) -> bytes:
    """A track with these events in order of time, those of one tick as given."""
    data, now = bytearray(), 0
    for tick, event in sorted(events, key=lambda event: event[0]):
        data += _number(tick - now) + event
        now = tick
    data += _number(max(0, end - now)) + b"\xff\x2f\x00"
    return struct.pack(">4sI", b"MTrk", len(data)) + bytes(data)


def _meta(kind: int, data: bytes) -> bytes:
    return bytes([0xFF, kind]) + _number(len(data)) + data


def _number(value: int) -> bytes:
    """A number of variable length: seven bits a byte, the highest bit for all but the last."""
    found = [value & 0x7F]
    while value := value >> 7:
        found.append(value & 0x7F | 0x80)
    return bytes(reversed(found))
