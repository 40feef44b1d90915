"""The timeline of OpenTimelineIO, read back by its library and as JSON."""

from __future__ import annotations

import importlib
import json

from approx_build.export.formats.timeline import timeline
from tests.export.formats.sessions import SESSION


def test_clips_and_markers_are_in_samples() -> None:
    found = json.loads(timeline(SESSION))
    tracks = found["tracks"]["children"]
    for track, ours in zip(tracks, SESSION.tracks, strict=True):
        [clip] = track["children"]
        assert clip["source_range"]["duration"]["value"] == SESSION.length
        assert clip["media_references"]["DEFAULT_MEDIA"]["target_url"] == ours.path
    marks = found["tracks"]["markers"]
    assert [one["marked_range"]["start_time"]["value"] for one in marks] == [4000, 6857]


def test_opentimelineio_reads_it() -> None:
    otio = importlib.import_module("opentimelineio")
    found = otio.adapters.read_from_string(timeline(SESSION).decode(), "otio_json")
    assert found.name == SESSION.title
    assert found.duration() == otio.opentime.RationalTime(SESSION.length, SESSION.rate)
    assert [track.kind for track in found.tracks] == ["Audio", "Audio"]
    assert [track.enabled for track in found.tracks] == [True, False]
    assert [clip.media_reference.target_url for clip in found.find_clips()] == [
        track.path for track in SESSION.tracks
    ]
    assert [marker.name for marker in found.tracks.markers] == [mark.name for mark in SESSION.marks]
