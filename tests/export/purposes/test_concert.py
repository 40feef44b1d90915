"""The concert folder, read back by libsndfile, csv and sha256sum's form."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from approx_build.audio.loudness import integrated_lufs, measure
from tests.export.conftest import Exporting
from tests.space import Space


def read(path: Path) -> tuple[np.ndarray, int]:
    return sf.read(path, dtype="int32", always_2d=True)


def test_it_has_sounds_levels_words_and_checksums(exported: Exporting) -> None:
    result = exported("concert")
    assert [one.path for one in result.files] == [
        *("levels.csv", "levels.pdf", "movements/01-foam.wav", "movements/02-sand.wav"),
        *("programme-note.pdf", "programme-note.txt", "stems/01-foam/shore.wav"),
        *("stems/01-foam/spray.wav", "stems/02-sand/grain.wav"),
        *("technical-rider.pdf", "technical-rider.txt", "tide.wav", "SHA256SUMS"),
    ]
    for line in (result.folder / "SHA256SUMS").read_text().splitlines()[1:]:
        digest, _, name = line.partition(" *")
        assert hashlib.sha256((result.folder / name).read_bytes()).hexdigest() == digest


def test_without_conversion_every_sample_is_that_of_the_render(
    exported: Exporting, coast: Space
) -> None:
    folder, renders = exported("concert").folder, coast.root / "renders/tide"
    for ours, theirs in {
        "movements/01-foam.wav": "1-foam.wav",
        "stems/01-foam/spray.wav": "stems/1-foam/spray.wav",
        "tide.wav": "tide.wav",
    }.items():
        assert np.array_equal(read(folder / ours)[0], read(renders / theirs)[0])


def test_flac_of_another_rate_and_depth_has_the_same_sound(
    exporting: Exporting, coast: Space
) -> None:
    result = exporting("concert", file_format="flac", rate=12000, bits=16)
    found = sf.info(result.folder / "movements/02-sand.flac")
    assert (found.format, found.subtype, found.samplerate) == ("FLAC", "PCM_16", 12000)
    assert found.frames == 12000
    data, _ = sf.read(result.folder / "movements/02-sand.flac", always_2d=True)
    original, _ = sf.read(coast.root / "renders/tide/2-sand.wav", always_2d=True)
    # Below the transition band of the resampler, both have the same spectrum.
    ours, theirs = (abs(np.fft.rfft(one[:, 0]))[:3000] for one in (data / 1.5, original))
    assert np.abs(ours - theirs).max() < 0.01 * theirs.max()
    whole = sf.info(result.folder / "tide.flac")
    assert whole.frames == 18000 + 3000 + 12000


def test_a_loudness_is_one_gain_for_all_movements(exporting: Exporting, coast: Space) -> None:
    renders = coast.root / "renders/tide"
    target = integrated_lufs([renders / "1-foam.wav", renders / "2-sand.wav"]) - 4.0
    result = exporting("concert", loudness_lufs=target)
    movements = sorted((result.folder / "movements").iterdir())
    assert integrated_lufs(movements) == pytest.approx(target, abs=0.02)
    rows = list(csv.DictReader((result.folder / "levels.csv").read_text().splitlines()))
    assert {row["gain dB"] for row in rows} == {"-4.00"}
    assert not result.remarks


def test_a_loudness_beyond_the_ceiling_keeps_the_ceiling_and_says_so(exporting: Exporting) -> None:
    result = exporting("concert", loudness_lufs=-1.0)
    peaks = [measure(path).true_peak_dbtp for path in (result.folder / "movements").iterdir()]
    assert -1.1 < max(peaks) <= -1.0
    [remark] = result.remarks
    assert remark.startswith("The true peak ceiling of the piece allows no more; ")


def test_the_level_sheet_says_what_the_files_measure(exported: Exporting) -> None:
    result = exported("concert")
    for row in csv.DictReader((result.folder / "levels.csv").read_text().splitlines()):
        facts = measure(result.folder / row["file"])
        assert row["true peak dBTP"] == f"{facts.true_peak_dbtp:.2f}"
        assert row["LUFS"] == (
            "-" if facts.integrated_lufs is None else f"{facts.integrated_lufs:.2f}"
        )


def test_one_movement_has_no_whole_and_floats_have_no_dither(
    exporting: Exporting, coast: Space
) -> None:
    result = exporting("concert", movements=["2"], bits=32)
    assert [one.path for one in result.files if "wav" in one.path] == [
        *("movements/02-sand.wav", "stems/02-sand/grain.wav"),
    ]
    data, _ = sf.read(result.folder / "movements/02-sand.wav")
    original, _ = sf.read(coast.root / "renders/tide/2-sand.wav")
    assert np.array_equal(data, original)


def test_the_words_name_people_and_their_licence(exported: Exporting) -> None:
    folder = exported("concert").folder
    note = (folder / "programme-note.txt").read_text()
    assert "Zoë Quill" in note
    assert "CC0-1.0" in note
    assert (
        "8000 Hz, 24 bits, channels: 1 left, 2 right"
        in (folder / "technical-rider.txt").read_text()
    )
