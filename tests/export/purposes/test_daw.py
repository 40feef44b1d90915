"""The DAW folder: its sessions name its sounds, whose samples are those of the render."""

from __future__ import annotations

import json
import re
import zipfile

import numpy as np

from approx_build.audio import wav
from tests.export.conftest import Exporting
from tests.space import Space


def test_it_has_a_session_for_each_movement(exported: Exporting, coast: Space) -> None:
    result = exported("daw")
    assert [one.path for one in result.files] == [
        *("01-foam.dawproject", "01-foam.otio", "01-foam.rpp"),
        *("02-sand.dawproject", "02-sand.otio", "02-sand.rpp"),
        *("movements/01-foam.wav", "movements/02-sand.wav", "stems/01-foam/shore.wav"),
        *("stems/01-foam/spray.wav", "stems/02-sand/grain.wav", "SHA256SUMS"),
    ]
    ours = wav.read_pcm24_ints(result.folder / "stems/01-foam/shore.wav")
    assert np.array_equal(ours, coast.ints("tide/stems/1-foam/shore.wav"))


def test_every_session_names_files_of_the_folder(exported: Exporting) -> None:
    folder = exported("daw").folder
    found = re.findall(r'FILE "(.+)"', (folder / "01-foam.rpp").read_text())
    tracks = json.loads((folder / "01-foam.otio").read_text())["tracks"]["children"]
    urls = [
        clip["media_references"]["DEFAULT_MEDIA"]["target_url"]
        for track in tracks
        for clip in track["children"]
    ]
    assert found == urls
    assert len(found) == 3
    assert all((folder / path).is_file() for path in found)
    with zipfile.ZipFile(folder / "01-foam.dawproject") as packed:
        for path in found:
            assert packed.read(path) == (folder / path).read_bytes()


def test_a_sound_says_where_its_movement_begins(exported: Exporting) -> None:
    data = (exported("daw").folder / "stems/02-sand/grain.wav").read_bytes()
    at = data.index(b"bext") + 8
    # 1.5 s of foam and a gap of 0.25 s.
    assert int.from_bytes(data[at + 338 : at + 346], "little") == 14000
    words = b"from takes of trained networks (tiny) and recordings under consent (tones)."
    assert words in data[at : at + 256]
    assert words in data[data.index(b"iXML") :]
