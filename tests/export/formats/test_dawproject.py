"""DAWproject: the order and the attributes of its schema, and times to the sample."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from approx_build.export.formats.dawproject import metadata_xml, project_xml, write_dawproject
from tests.export.formats.sessions import SESSION

CHILDREN = {
    "Project": ["Application", "Transport", "Structure", "Arrangement"],
    "Transport": ["Tempo", "TimeSignature"],
    "Channel": ["Mute", "Volume"],
    "Arrangement": ["Lanes", "Markers", "TempoAutomation", "TimeSignatureAutomation"],
    "MetaData": ["Title", "Album", "Composer"],
}
"""The sequences of the schema, of which children may be left out."""
REQUIRED = {
    "Project": {"version"},
    "Application": {"name", "version"},
    "Tempo": {"unit"},
    "TimeSignature": {"numerator", "denominator"},
    "Volume": {"unit"},
    "Clip": {"time"},
    "Audio": {"channels", "sampleRate", "duration"},
    "File": {"path"},
    "Marker": {"time"},
    "RealPoint": {"time", "value"},
    "TimeSignaturePoint": {"time", "numerator", "denominator"},
}


@pytest.fixture(scope="module")
def root() -> ET.Element:
    return ET.fromstring(project_xml(SESSION))


def test_it_keeps_to_the_schema(root: ET.Element) -> None:
    names = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(names) == len(set(names))
    for element in [*root.iter(), *ET.fromstring(metadata_xml(SESSION)).iter()]:
        assert REQUIRED.get(element.tag, set()) <= set(element.attrib), element.tag
        if element.tag in CHILDREN:
            assert [child.tag for child in element] == CHILDREN[element.tag]
        for reference in ("track", "destination", "parameter"):
            assert element.get(reference) in (None, *names)


def test_every_sound_is_at_the_start_and_as_long_as_the_movement(root: ET.Element) -> None:
    for clip, track in zip(root.iter("Clip"), SESSION.tracks, strict=True):
        assert clip.get("time") == "0"
        assert round(float(clip.get("duration", "")) * SESSION.rate) == SESSION.length
        [audio] = clip
        assert audio[0].get("path") == track.path
    assert [one.get("value") for one in root.iter("Mute")] == ["false", "true", "false"]


def test_tempo_meter_and_markers_are_those_of_the_score(root: ET.Element) -> None:
    tempo = [
        (p.get("time"), p.get("value"), p.get("interpolation")) for p in root.iter("RealPoint")
    ]
    assert tempo == [
        *(("0", "120", "linear"), ("2", "180", "hold"), ("2.3333333333333335", "180", "hold")),
    ]
    meters = [(p.get("time"), p.get("numerator")) for p in root.iter("TimeSignaturePoint")]
    assert meters == [("0", "3"), ("2.3333333333333335", "6")]
    marks = [(float(m.get("time", "")), m.get("name")) for m in root.iter("Marker")]
    assert marks == [(float(mark.at_s), mark.name) for mark in SESSION.marks]


def test_the_package_holds_the_sounds_and_no_date(tmp_path: Path) -> None:
    sound = tmp_path / "sound.wav"
    sound.write_bytes(b"RIFF" * 1000)
    found = []
    for _ in range(2):
        out = io.BytesIO()
        write_dawproject(out, SESSION, {track.path: sound for track in SESSION.tracks})
        found.append(out.getvalue())
    assert found[0] == found[1]
    with zipfile.ZipFile(io.BytesIO(found[0])) as packed:
        assert packed.testzip() is None
        assert packed.read("stems/01-foam/spray.wav") == sound.read_bytes()
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert ET.fromstring(packed.read("metadata.xml")).findtext("Composer") == "Zoë Quill"
