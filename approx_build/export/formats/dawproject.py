"""DAWproject 1.0: a session as `project.xml` and `metadata.xml`, packed with its sounds.

The open exchange format of Bitwig, Studio One and Cubase (github.com/bitwig/dawproject). All times
are in seconds, so sounds stay where they are when a program changes the tempo.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

from approx_build import __version__
from approx_build.export.session import Session, SessionTrack, seconds
from approx_build.files.opening import open_regular

IN_SECONDS = {"timeUnit": "seconds"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date of a zip: no file of an export has one."""


def write_dawproject(file: BinaryIO, session: Session, sounds: Mapping[str, Path]) -> None:
    """Write the package; `sounds` are the files of the tracks by their paths."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        for name, data in {
            "project.xml": project_xml(session),
            "metadata.xml": metadata_xml(session),
        }.items():
            packed.writestr(_entry(name), data)
        for path, source in sounds.items():
            entry = _entry(path)
            entry.file_size = source.stat().st_size
            with open_regular(source) as sound, packed.open(entry, "w") as target:
                shutil.copyfileobj(sound, target, 1 << 20)


def project_xml(session: Session) -> bytes:
    """The tracks, their sounds, markers and tempo."""
    root = ET.Element("Project", version="1.0")
    ET.SubElement(root, "Application", name="approx-build", version=__version__)
    _add_transport(root, session)
    structure = ET.SubElement(root, "Structure")
    for number, track in enumerate(session.tracks, 1):
        _add_track(structure, f"track{number}", track, session.channels)
    _add_channel(
        ET.SubElement(structure, "Track", id="master", name="Master", contentType="audio tracks"),
        *("master", "master", session.channels),
    )
    _add_arrangement(root, session)
    return _xml(root)


def metadata_xml(session: Session) -> bytes:
    """Title, piece and composer."""
    root = ET.Element("MetaData")
    ET.SubElement(root, "Title").text = session.title
    ET.SubElement(root, "Album").text = session.piece
    if session.composer:
        ET.SubElement(root, "Composer").text = session.composer
    return _xml(root)


def _add_transport(root: ET.Element, session: Session) -> None:
    first = session.points[0]
    upper, lower = first.meter or (4, 4)
    transport = ET.SubElement(root, "Transport")
    tempo = {"id": "tempo", "name": "Tempo", "unit": "bpm", "value": seconds(first.bpm)}
    ET.SubElement(transport, "Tempo", tempo)
    meter = {"id": "meter", "numerator": str(upper), "denominator": str(lower)}
    ET.SubElement(transport, "TimeSignature", meter)


def _add_track(structure: ET.Element, name: str, track: SessionTrack, channels: int) -> None:
    element = ET.SubElement(
        structure, "Track", id=name, name=track.name, contentType="audio", loaded="true"
    )
    _add_channel(element, name, "regular", channels, track.is_muted)


def _add_channel(
    track: ET.Element, name: str, role: str, channels: int, is_muted: bool = False
) -> None:
    attributes = {"id": f"{name}-channel", "role": role, "audioChannels": str(channels)}
    if role == "regular":
        attributes["destination"] = "master-channel"
    channel = ET.SubElement(track, "Channel", attributes)
    muted = {"id": f"{name}-mute", "value": "true" if is_muted else "false"}
    ET.SubElement(channel, "Mute", muted)
    ET.SubElement(channel, "Volume", {"id": f"{name}-volume", "unit": "linear", "value": "1"})


def _add_arrangement(root: ET.Element, session: Session) -> None:
    arrangement = ET.SubElement(root, "Arrangement", id="arrangement")
    lanes = ET.SubElement(arrangement, "Lanes", IN_SECONDS)
    length = seconds(session.length_s)
    for number, track in enumerate(session.tracks, 1):
        lane = ET.SubElement(lanes, "Lanes", track=f"track{number}")
        clips = ET.SubElement(lane, "Clips")
        clip = ET.SubElement(clips, "Clip", name=track.name, time="0", duration=length)
        clip.set("playStart", "0")
        audio = IN_SECONDS | {"duration": length, "channels": str(session.channels)}
        audio |= {"sampleRate": str(session.rate)}
        ET.SubElement(ET.SubElement(clip, "Audio", audio), "File", path=track.path)
    if session.marks:
        markers = ET.SubElement(arrangement, "Markers", IN_SECONDS)
        for mark in session.marks:
            ET.SubElement(markers, "Marker", name=mark.name, time=seconds(mark.at_s))
    tempo = ET.SubElement(arrangement, "TempoAutomation", IN_SECONDS, unit="bpm")
    ET.SubElement(tempo, "Target", parameter="tempo")
    meters = ET.SubElement(arrangement, "TimeSignatureAutomation", IN_SECONDS)
    ET.SubElement(meters, "Target", parameter="meter")
    for point in session.points:
        time, way = seconds(point.at_s), "linear" if point.is_ramp else "hold"
        value = seconds(point.bpm)
        ET.SubElement(tempo, "RealPoint", time=time, value=value, interpolation=way)
        if point.meter:
            upper, lower = map(str, point.meter)
            found = {"time": time, "numerator": upper, "denominator": lower}
            ET.SubElement(meters, "TimeSignaturePoint", found)


def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    # The same on every system: the default depends on it.
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry
