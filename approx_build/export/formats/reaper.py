"""REAPER: a session as the text of a project file.

Positions are seconds. A point of the tempo envelope has quarters in a minute, its shape (0: linear
in time to the next point, 1: constant) and the meter as 65536 times the lower number plus the
upper one.
"""

from __future__ import annotations

from collections.abc import Iterator

from approx_build.export.session import Session, SessionTrack, TempoPoint, seconds

_QUOTES = "\"'`"


def reaper_project(session: Session) -> bytes:
    """The project file, UTF-8."""
    first = session.points[0]
    upper, lower = first.meter or (4, 4)
    lines = [
        '<REAPER_PROJECT 0.1 "7.0" 0',
        f"  SAMPLERATE {session.rate} 1 0",
        f"  TEMPO {seconds(first.bpm)} {upper} {lower}",
        "  <TEMPOENVEX",
        "    ACT 1 -1",
        "    VIS 1 0 1",
        "    DEFSHAPE 1 -1 -1",
        *(f"    {_point(point)}" for point in session.points),
        "  >",
        *(
            f"  MARKER {number} {seconds(mark.at_s)} {quoted(mark.name)} 0"
            for number, mark in enumerate(session.marks, 1)
        ),
        *(f"  {line}" for track in session.tracks for line in _track(session, track)),
        ">",
    ]
    return "\n".join([*lines, ""]).encode()


def quoted(text: str) -> str:
    """A text between quotes that it does not contain; REAPER has no escapes."""
    line = " ".join(text.split())
    for quote in _QUOTES:
        if quote not in line:
            return f"{quote}{line}{quote}"
    return f"`{line.replace('`', _QUOTES[1])}`"


def _point(point: TempoPoint) -> str:
    shape = 0 if point.is_ramp else 1
    text = f"PT {seconds(point.at_s)} {seconds(point.bpm)} {shape}"
    return f"{text} {65536 * point.meter[1] + point.meter[0]}" if point.meter else text


def _track(session: Session, track: SessionTrack) -> Iterator[str]:
    yield "<TRACK"
    yield f"  NAME {quoted(track.name)}"
    yield "  VOLPAN 1 0 -1 -1 1"
    yield f"  MUTESOLO {int(track.is_muted)} 0 0"
    yield f"  NCHAN {session.channels + session.channels % 2}"
    yield "  <ITEM"
    yield "    POSITION 0"
    yield f"    LENGTH {seconds(session.length_s)}"
    yield "    LOOP 0"
    # REAPER would fade new items in and out.
    yield "    FADEIN 1 0 0 1 0 0 0"
    yield "    FADEOUT 1 0 0 1 0 0 0"
    yield f"    NAME {quoted(track.name)}"
    yield "    SOFFS 0"
    yield "    <SOURCE WAVE"
    yield f"      FILE {quoted(track.path)}"
    yield "    >"
    yield "  >"
    yield ">"
