"""The MIDI file, read back by `mido` and by a reader of this test."""

from __future__ import annotations

import importlib
import io
import struct
from bisect import bisect_right
from fractions import Fraction
from itertools import pairwise

import pytest

from approx_build.export.formats.midi import TICKS, midi_file
from approx_build.export.rendered import RenderedMovement
from approx_build.export.session import marks_of
from tests.export.movements import movement
from tests.export.test_session import RAMP

Events = list[tuple[int, int, bytes]]
"""Tick, kind, and data of meta events."""


@pytest.fixture(scope="module")
def foam() -> RenderedMovement:
    return movement(RAMP, ("0.5", "gull"), ("1.9", "Ève"), ("3", ""))


def read(data: bytes) -> list[Events]:
    head, _, form, count, ticks = struct.unpack_from(">4sIHHH", data)
    assert (head, form, ticks) == (b"MThd", 1, TICKS)
    tracks, at = [], 14
    for _ in range(count):
        name, size = struct.unpack_from(">4sI", data, at)
        assert name == b"MTrk"
        tracks.append(events(data[at + 8 : at + 8 + size]))
        at += 8 + size
    assert at == len(data)
    return tracks


def events(data: bytes) -> Events:
    found, at, tick = [], 0, 0
    while at < len(data):
        step, at = number(data, at)
        tick += step
        assert data[at] == 0xFF
        size, begin = number(data, at + 2)
        found.append((tick, data[at + 1], data[begin : begin + size]))
        at = begin + size
    assert found[-1][1:] == (0x2F, b"")
    return found


def number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def test_the_seconds_of_every_marker_follow_from_the_tempo_events(foam: RenderedMovement) -> None:
    conductor, *_ = read(midi_file(foam))
    tempos = [(tick, int.from_bytes(data, "big")) for tick, kind, data in conductor if kind == 0x51]
    starts = [Fraction(0)]
    for (tick, micros), (following, _) in pairwise(tempos):
        starts.append(starts[-1] + Fraction((following - tick) * micros, TICKS * 1_000_000))
    for mark, (tick, _, data) in zip(
        marks_of(foam), [one for one in conductor if one[1] == 0x06], strict=True
    ):
        at = bisect_right([one for one, _ in tempos], tick) - 1
        seconds = starts[at] + Fraction((tick - tempos[at][0]) * tempos[at][1], TICKS * 1_000_000)
        assert data.decode() == mark.name
        # A tick is 0.5 ms at this tempo.
        assert abs(seconds - mark.at_s) < Fraction(1, 1000)


def test_players_have_a_track_with_their_cues(foam: RenderedMovement) -> None:
    _, gull, eve = read(midi_file(foam))
    assert [data.decode() for _, kind, data in gull if kind in (3, 7)] == [
        "gull",
        "text 0.5",
        "text 3",
    ]
    assert [data.decode() for _, kind, data in eve if kind in (3, 7)] == [
        "Ève",
        "text 1.9",
        "text 3",
    ]
    end = round(RAMP.quarters(Fraction(4)) * TICKS)
    assert gull[-1][0] == eve[-1][0] == end


def test_meters_are_where_they_change(foam: RenderedMovement) -> None:
    conductor, *_ = read(midi_file(foam))
    meters = [(tick, data[0], 1 << data[1]) for tick, kind, data in conductor if kind == 0x58]
    assert meters == [(0, 3, 4), (6 * TICKS, 6, 8)]


def test_mido_reads_it(foam: RenderedMovement) -> None:
    mido = importlib.import_module("mido")
    file = mido.MidiFile(file=io.BytesIO(midi_file(foam)), charset="utf-8")
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, TICKS, 3)
    assert abs(file.length - 4) < 0.001
    now, found = 0.0, {}
    for message in file:
        now += message.time
        if message.type == "marker":
            found[message.text] = now
    assert found == pytest.approx(
        {"gull: text 0.5": 0.5, "Ève: text 1.9": 1.9, "text 3": 3}, abs=1e-3
    )
