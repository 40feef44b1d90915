from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from approx_build.corpus.recordings import check_recording, corpus_digest, list_recordings
from approx_build.errors import AudioError
from tests.corpus.sounds import RATE, small_corpus, tone


def test_recordings_are_listed_by_name(tmp_path: Path) -> None:
    names = [one.name for one in list_recordings(small_corpus(tmp_path / "tones"), ())]
    assert names == ["tones/high", "tones/low"]


def test_an_empty_folder_and_a_missing_one_are_reported(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no recordings in this folder"):
        list_recordings(tmp_path, ())
    with pytest.raises(AudioError, match="no such corpus folder"):
        list_recordings(tmp_path / "nowhere", ())


def test_two_recordings_of_one_name_are_refused(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones")
    sf.write(folder / "low.flac", tone(110, 0.2), RATE)
    with pytest.raises(AudioError, match=r"low\.wav: has the same name as low\.flac"):
        list_recordings(folder, ())


def test_the_digest_is_of_names_and_bytes_in_order_of_names(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones")
    recordings = list_recordings(folder, ())
    assert corpus_digest(recordings) == corpus_digest(recordings[::-1])
    before = corpus_digest(recordings)
    sf.write(folder / "low.wav", tone(111, 1.0), RATE, subtype="PCM_16")
    assert corpus_digest(list_recordings(folder, ())) != before


def test_what_was_withdrawn_is_not_listed_and_moves_the_digest(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones")
    kept = list_recordings(folder, {"low": 1})
    assert [one.name for one in kept] == ["tones/high"]
    assert corpus_digest(kept) != corpus_digest(list_recordings(folder, ()))
    with pytest.raises(AudioError, match="every recording in this folder was withdrawn"):
        list_recordings(folder, ("low", "high"))


def test_a_silent_recording_is_refused(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", np.full(1000, 5e-5), RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"a\.wav: silent"):
        check_recording(tmp_path / "a.wav")


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_broken_recordings_are_refused_by_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    sf.write(path, tone(110, 1.0), RATE, subtype="PCM_16")
    check_recording(path)
    whole = path.read_bytes()
    for content in (b"", b"no sound at all", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(AudioError, match=rf"a\.{suffix}"):
            check_recording(path)
