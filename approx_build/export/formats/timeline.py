"""OpenTimelineIO: a session as a timeline in JSON, in samples.

The schema is that of OpenTimelineIO 0.17 and later (opentimelineio.org): a stack of audio tracks
with one clip each, and the markers of the stack.
"""

from __future__ import annotations

import json

from approx_build.export.session import Session, SessionTrack

Json = dict[str, object]


def timeline(session: Session) -> bytes:
    """The timeline as JSON."""
    tracks = [_track(session, track) for track in session.tracks]
    marks = [
        {
            "OTIO_SCHEMA": "Marker.2",
            "name": mark.name,
            "color": "RED",
            "comment": "",
            "metadata": {},
            "marked_range": _range(mark.sample(session.rate), 0, session.rate),
        }
        for mark in session.marks
    ]
    stack = _composable("Stack.1", "tracks") | {"children": tracks, "markers": marks}
    found = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": session.title,
        "metadata": {},
        "global_start_time": None,
        "tracks": stack,
    }
    return (json.dumps(found, indent=2, ensure_ascii=False) + "\n").encode()


def _track(session: Session, track: SessionTrack) -> Json:
    whole = _range(0, session.length, session.rate)
    media = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": "",
        "metadata": {},
        "available_range": whole,
        "available_image_bounds": None,
        "target_url": track.path,
    }
    clip = _composable("Clip.2", track.name) | {
        "source_range": whole,
        "media_references": {"DEFAULT_MEDIA": media},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }
    more: Json = {"kind": "Audio", "children": [clip], "enabled": not track.is_muted}
    return _composable("Track.1", track.name) | more


def _composable(schema: str, name: str) -> Json:
    return {
        "OTIO_SCHEMA": schema,
        "name": name,
        "metadata": {},
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
    }


def _range(start: int, length: int, rate: int) -> Json:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": _time(start, rate),
        "duration": _time(length, rate),
    }


def _time(samples: int, rate: int) -> Json:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(samples)}
