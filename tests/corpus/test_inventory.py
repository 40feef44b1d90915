from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import soundfile as sf

from approx_build.corpus.consent import Consent
from approx_build.corpus.consent_record import read_consent
from approx_build.corpus.inventory import inventory, unnamed
from tests.corpus.sounds import RATE, small_corpus, tone

TODAY = date(2026, 6, 1)


def reasons(folder: Path, consent: Consent | None = None) -> dict[str, str]:
    return {one.path.name: one.reason for one in inventory(folder, consent, TODAY)}


def with_lines(folder: Path, lines: str) -> Consent:
    path = folder / "consent.yaml"
    path.write_text(path.read_text() + lines)
    return read_consent(folder)


def test_a_recording_is_used_unless_there_is_a_reason(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones")
    for name in (".hidden", "._high.flac", "Thumbs.db", "words.txt"):
        (folder / name).write_text("nothing")
    (folder / "older").mkdir()
    (folder / "take.m4a").write_bytes(b"nothing")
    (folder / "NOTICE.txt").write_text("thanks")
    (folder / "broken.wav").write_bytes(b"RIFF")
    sf.write(folder / "silent.wav", np.zeros(RATE), RATE)
    sf.write(folder / "low.flac", tone(110, 0.5), RATE)
    source = "sources: [{ name: a, made_by: b, licence: MIT, notice: NOTICE.txt }]\n"
    found = reasons(folder, with_lines(folder, f"{source}withdrawn: {{ high: 2026-06-01 }}\n"))
    assert found["broken.wav"].startswith("not a sound file that can be read")
    assert found["take.m4a"] == (
        "no recording that can be read; convert it: ffmpeg -i take.m4a -c:a pcm_s24le take.wav"
    )
    assert found["words.txt"].startswith("no recording: its name ends in none of .aif, ")
    del found["broken.wav"], found["take.m4a"], found["words.txt"]
    assert found == {
        "NOTICE.txt": "a notice that travels with the sound",
        "consent.yaml": "the consent record",
        "high.flac": "withdrawn on 2026-06-01",
        "low.flac": "",
        "low.wav": "has the same name as low.flac; rename one",
        "older": "a folder; recordings must be in the folder of the corpus itself",
        "silent.wav": "silent: no sample reaches -80 dBFS",
    }


def test_without_a_record_the_files_are_reported_anyway(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones")
    entries = {one.path.name: one for one in inventory(folder, None, TODAY)}
    assert entries["low.wav"].is_used
    assert entries["low.wav"].length_s == 1.0
    assert not entries["consent.yaml"].is_used


def test_a_recording_whose_performer_is_not_named_is_reported(tmp_path: Path) -> None:
    performers = "performers: [{ name: Ada, plays: reeds, recordings: [lo*] }]\n"
    consent = with_lines(small_corpus(tmp_path / "tones"), performers)
    assert list(unnamed(consent, {"low", "high"})) == [
        "performers: no performer is named for recording 'high'",
    ]
    assert list(unnamed(consent.model_copy(update={"performers": ()}), {"low", "high"})) == []
