"""The rehearsal folder: its sounds are in sync to the sample, its sheets say the same."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from approx_build.export.purposes.rehearsal import clock_of
from approx_build.project.export import ExportResult
from tests.export.conftest import Exporting
from tests.space import Space


@pytest.fixture
def result(exported: Exporting) -> ExportResult:
    return exported("rehearsal")


def read(path: Path) -> tuple[np.ndarray, int]:
    return sf.read(path, dtype="float64", always_2d=True)


def test_it_has_files_for_every_player_and_cue(result: ExportResult) -> None:
    mixes = ["performer-mix-eve-mega", "performer-mix-gull"]
    assert [one.path for one in result.files if one.path.startswith("01-foam/")] == [
        f"01-foam/{name}"
        for name in sorted(
            [
                *("01-foam.mid", "click-eve-mega.wav", "click-gull.wav"),
                *("from-cue-01-gull.wav", "from-cue-02-eve-mega.wav", "from-cue-03-all.wav"),
                *("movement.wav", "movement-075.wav"),
                *(f"{mix}{speed}.wav" for mix in mixes for speed in ("", "-075")),
            ]
        )
    ]
    assert "02-sand/performer-mix-all.wav" in [one.path for one in result.files]


def test_the_electronics_begin_after_the_count_in_to_the_sample(
    result: ExportResult, coast: Space
) -> None:
    mix, rate = read(result.folder / "01-foam/performer-mix-gull.wav")
    sound, _ = read(coast.root / "renders/tide/1-foam.wav")
    # Two bars of 3/4 at 180.
    lead = 2 * rate
    assert len(mix) == lead + len(sound)
    assert not mix[:lead, 0].any()
    # 16 bits with dither.
    assert np.abs(mix[lead:, 0] - sound.mean(axis=1)).max() <= 1.5 / 32768


def test_the_click_is_the_right_side_of_the_mix(result: ExportResult) -> None:
    click, rate = read(result.folder / "01-foam/click-gull.wav")
    mix, _ = read(result.folder / "01-foam/performer-mix-gull.wav")
    assert click.shape[1] == 1
    # Each has its own dither.
    assert np.abs(click[:, 0] - mix[:, 1]).max() <= 3 / 32768
    for at_s in (0, 1 / 3, 2 + 0.5):
        onset = round(at_s * rate)
        assert np.abs(click[onset : onset + 100]).max() > 0.2


def test_a_file_from_a_cue_begins_with_its_sound_there(result: ExportResult, coast: Space) -> None:
    mix, rate = read(result.folder / "01-foam/from-cue-01-gull.wav")
    sound, _ = read(coast.root / "renders/tide/1-foam.wav")
    begin = round(0.5 * rate)
    rest = len(sound) - begin
    assert np.abs(mix[-rest:, 0] - sound[begin:].mean(axis=1)).max() <= 1.5 / 32768
    assert not mix[:-rest, 0].any()
    assert len(mix) > rest + rate


def test_a_slower_version_is_longer_and_in_sync(result: ExportResult) -> None:
    slow, rate = read(result.folder / "01-foam/performer-mix-gull-075.wav")
    alone, _ = read(result.folder / "01-foam/movement-075.wav")
    lead = round(2 / 0.75 * rate)
    assert (len(alone), len(slow)) == (16000, lead + 16000)
    assert np.abs(slow[lead:, 0] - alone.mean(axis=1)).max() <= 3 / 32768


def test_the_cue_sheets_agree(result: ExportResult) -> None:
    rows = list(csv.DictReader((result.folder / "cues.csv").read_text("utf-8").splitlines()))
    assert [(row["time"], row["bar.beat"], row["player"]) for row in rows] == [
        *(("00:00.500", "1.2+0.65", "gull"), ("00:00.857", "2.1", "Ève Ωmega")),
        ("00:01.107", "2.2", "all"),
    ]
    assert all((result.folder / row["file from here"]).is_file() for row in rows)
    for suffix in ("html", "txt"):
        text = (result.folder / f"cues.{suffix}").read_text("utf-8")
        for row in rows:
            assert row["time"] in text
            assert row["text"].removeprefix("'") in text
    assert (result.folder / "cues.pdf").read_bytes().startswith(b"%PDF-")


def test_options_choose_format_depth_and_speeds(exporting: Exporting) -> None:
    found = exporting("rehearsal", file_format="flac", bits=24, speeds=(0.5,), movements=["2"])
    names = [one.path for one in found.files]
    assert "02-sand/movement-050.flac" in names
    assert sf.info(found.folder / "02-sand/performer-mix-all-050.flac").subtype == "PCM_24"


@pytest.mark.parametrize(
    ("at", "text"), [("0", "00:00.000"), ("59.9996", "01:00.000"), ("754.25", "12:34.250")]
)
def test_a_moment_has_minutes_of_two_digits(at: str, text: str) -> None:
    from fractions import Fraction

    assert clock_of(Fraction(at)) == text
