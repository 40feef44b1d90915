"""The folder for a festival: anonymous in names, texts and metadata, or refused."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import soundfile as sf

from approx_build.errors import ApproxError
from tests.export.conftest import Exporting
from tests.space import Space


def riff_chunks(data: bytes) -> list[bytes]:
    names, at = [], 12
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        names.append(name)
        at += 8 + size + size % 2
    return names


def test_it_is_one_sound_and_a_note_without_a_name(exported: Exporting) -> None:
    result = exported("submission")
    assert [one.path for one in result.files] == ["programme-note.txt", "tide.wav", "SHA256SUMS"]
    found = sf.info(result.folder / "tide.wav")
    # 2.75 s at the rate and depth that the rules prefer.
    assert (found.samplerate, found.subtype, found.frames) == (48000, "PCM_24", 132000)
    data = (result.folder / "tide.wav").read_bytes()
    assert riff_chunks(data) == [b"JUNK", b"fmt ", b"fact", b"data"]
    for one in result.files:
        text = (result.folder / one.path).read_bytes()
        assert not [name for name in ("Zoë", "Quill", "Ωmega") if name.encode() in text]
    assert "A tide comes in." in (result.folder / "programme-note.txt").read_text()
    [remark] = result.remarks
    assert remark.startswith(
        "keeps to the rules of concert call, stereo, anonymous (after the call"
    )


def test_every_broken_rule_is_named_and_nothing_is_written(
    exporting: Exporting, tmp_path: Path
) -> None:
    rules = tmp_path / "mine.yaml"
    rules.write_text(
        "name: tiny\nsource: here\nfile_formats: [wav]\nrates_hz: [44100]\nbits: [24]\n"
        "channels: [1]\nlongest_s: 1\nnote_words: 2\n"
    )
    with pytest.raises(ApproxError) as caught:
        exporting("submission", to="tiny", rules=str(rules), bits=16)
    lines = caught.value.message.splitlines()
    assert [line.removeprefix(f"{rules}: ") for line in lines] == [
        "the piece lasts 0:02.750; at most 0:01.000 are allowed",
        "channels: 2; the rules allow 1",
        "the bits of a sample: 16; the rules allow 24",
        "the notes have 4 words; at most 2 are allowed",
    ]
    assert not (tmp_path / "tiny").exists()


def test_a_note_that_names_the_composer_is_refused(coast: Space, tmp_path: Path) -> None:
    space = coast.copy(tmp_path / "project")
    space.edit("pieces/tide.yaml", "A tide comes in.", "Quill wrote a tide.")
    said = space.fails(
        *("export", "pieces/tide.yaml", "--to", "out", "--for", "submission"),
        *("--rules", "acousmatic-competition"),
    )
    assert said.splitlines()[-1] == (
        "approx-build: acousmatic-competition: programme-note.txt: 'Quill' names a person; "
        "the rules ask for anonymous files"
    )
