"""Chunks of WAV files, read back by the package `wavinfo` and by a reader of this test."""

from __future__ import annotations

import importlib
import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import soundfile as sf

from approx_build.audio import wav
from approx_build.export.formats.wav_chunks import About, chunks, cues
from approx_build.export.session import Mark

ABOUT = About("tide", "foam", "Ève & sand", "made of takes", 8000, 24, 2, (1 << 33) + 5)
MARKS = (Mark(Fraction(1, 2), "gull: cry"), Mark(Fraction(6, 7), "Ève: odd"))


def read(data: bytes) -> dict[bytes, bytes]:
    """The chunks of a RIFF, by name."""
    found, at = {}, 0
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert at == len(data)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sound.wav"
    with wav.IntWriter(path, 8000, 2, 24, chunks(ABOUT, MARKS)) as writer:
        writer.write(np.arange(12001 * 2, dtype=np.int32).reshape(2, -1))
    return path


def test_the_samples_are_those_before(file: Path) -> None:
    assert sf.read(file, dtype="int32")[0].shape == (12001, 2)
    assert wav.info(file).length == 12001
    assert np.array_equal(wav.read_pcm24_ints(file)[1], np.arange(12001, 24002))


def test_cues_are_at_the_sample_with_their_labels(file: Path) -> None:
    found = read(file.read_bytes()[12:])
    assert list(found)[-4:] == [b"cue ", b"LIST", b"bext", b"iXML"]
    points = [struct.unpack_from("<II4sIII", found[b"cue "], 4 + 24 * n) for n in range(2)]
    assert [(p[0], p[1], p[5]) for p in points] == [(1, 4000, 4000), (2, 6857, 6857)]
    assert list(read(found[b"LIST"][4:]).values()) == [b"\2\0\0\0" + "Ève: odd\0".encode()]
    assert cues((), 8000) == b""


def test_bext_and_ixml_say_what_it_is_and_where_it_belongs(file: Path) -> None:
    found = read(file.read_bytes()[12:])
    body = found[b"bext"]
    assert body[:256].rstrip(b"\0") == b"tide: foam, Eve & sand. made of takes"
    assert struct.unpack_from("<QH", body, 338) == (ABOUT.start, 1)
    assert body[320:338] == bytes(18)
    assert body[602:].startswith(b"A=PCM,F=8000,W=24,M=stereo")
    root = ET.fromstring(found[b"iXML"])
    assert root.findtext("TRACK_LIST/TRACK[2]/NAME") == "Ève & sand R"
    speed = {one.tag: int(one.text or "") for one in root.find("SPEED") or []}
    place = "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_"
    assert speed[f"{place}LO"] + (speed[f"{place}HI"] << 32) == ABOUT.start


def test_wavinfo_reads_them(file: Path) -> None:
    wavinfo = importlib.import_module("wavinfo")
    found = wavinfo.WavInfoReader(str(file), info_encoding="utf-8")
    assert [(cue.name, cue.sample_offset) for cue in found.cues.cues] == [(1, 4000), (2, 6857)]
    assert found.cues.label_and_note(2)[0] == "Ève: odd"
    assert found.bext.time_reference == ABOUT.start
    assert found.bext.originator == "approx-build"
    assert found.ixml.project == "tide"
    assert [track.name for track in found.ixml.track_list] == ["Ève & sand L", "Ève & sand R"]


def test_a_long_description_is_cut_to_its_field() -> None:
    body = read(chunks(replace(ABOUT, note="x" * 1000), ()))[b"bext"]
    assert body[256:288].startswith(b"approx-build\0")
