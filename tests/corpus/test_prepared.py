from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from approx_build.audio import wav
from approx_build.corpus.preparation import Preparation
from approx_build.corpus.prepared import Material, chosen, prepare_corpus
from approx_build.corpus.recordings import list_recordings
from approx_build.errors import AudioError, ModelError
from tests.corpus.sounds import RATE, small_corpus, tone


def made(folder: Path, **how: object) -> Material:
    return prepare_corpus(folder, folder.parent / "work", RATE, 1, Preparation.model_validate(how))


def test_every_recording_is_prepared_and_reported(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones")
    sf.write(folder / "wide.wav", tone(300, 0.5, 2 * RATE, 2), 2 * RATE)
    found = made(folder)
    assert [p.name for p in found.parts()] == ["tones/high", "tones/low", "tones/wide"]
    assert [p.length for p in found.parts()] == [RATE, RATE, RATE // 2]
    assert found.done == {"tones/wide": f"mixed to mono, {2 * RATE} Hz to {RATE} Hz"}
    assert found.recorded_s == 2.5
    assert not found.unused


def test_prepared_sound_is_mapped_from_its_file(tmp_path: Path) -> None:
    found = made(small_corpus(tmp_path / "tones"))
    sound = found.parts()[0].sound
    assert isinstance(sound.base, np.memmap) or isinstance(sound, np.memmap)
    np.testing.assert_array_equal(sound, wav.read(found.stretches[0].path).data)


def test_what_is_silent_or_excluded_is_listed_with_its_reason(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones")
    sf.write(folder / "still.wav", np.zeros(RATE), RATE)
    found = made(folder, exclude={"low": "a door slams"})
    assert [p.name for p in found.parts()] == ["tones/high"]
    assert found.unused == {
        "low": "a door slams",
        "tones/still": "silent: no frame's RMS passes -60 dBFS",
    }


def test_all_files_that_cannot_be_read_are_named_with_the_way_out(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones")
    (folder / "a.wav").write_bytes(b"RIFF....")
    (folder / "b.flac").write_bytes(b"none")
    with pytest.raises(AudioError, match=r"a\.wav: .*\n.*b\.flac: .*\n.*exclude: \{ NAME: why \}"):
        made(folder)
    assert len(made(folder, exclude={"a": "cut off", "b": "cut off"}).parts()) == 2


def test_an_exclusion_of_what_is_not_there_is_refused(tmp_path: Path) -> None:
    recordings = list_recordings(small_corpus(tmp_path / "tones"), ())
    how = Preparation(exclude={"hihg": "noise"})
    with pytest.raises(ModelError, match=r"model 'm' excludes hihg: .*did you mean 'high'\?"):
        chosen(recordings, how, "m")
    # What was withdrawn may be excluded besides.
    assert chosen(recordings, how, "m", gone={"hihg"}) == recordings
