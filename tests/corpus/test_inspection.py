from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.corpus.inspection import Inspection, defects, inspect, total
from approx_build.errors import AudioError
from tests.corpus.sounds import tone

RATE = 8000


def inspected(
    folder: Path, samples: NDArray[np.floating], rate: int = RATE, subtype: str = "PCM_16"
) -> Inspection:
    sf.write(folder / "a.wav", samples, rate, subtype=subtype)
    return inspect("a", folder / "a.wav")


def test_a_tone_has_its_level_its_offset_and_its_form(tmp_path: Path) -> None:
    one = inspected(tmp_path, tone(200, 2.0, RATE, 2) + 0.01)
    assert (one.length_s, one.rate, one.channels) == (2.0, RATE, 2)
    assert (one.format, one.subtype) == ("wav", "PCM_16")
    assert one.peak_dbfs == pytest.approx(20 * np.log10(0.51), abs=0.01)
    assert one.rms_dbfs == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.01)
    assert one.dc == pytest.approx(0.01, abs=1e-4)
    assert one.silent_share == one.clipped == 0


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_runs_at_full_scale_are_clipping_and_single_peaks_are_not(
    tmp_path: Path, subtype: str
) -> None:
    samples = tone(200, 1.0, RATE)[:, 0]
    samples[[100, 300, 301]] = 1.0
    assert inspected(tmp_path, samples, subtype=subtype).clipped == 0
    samples[500:503] = -1.0
    samples[900:905] = 1.0
    samples[-4:] = 1.0
    one = inspected(tmp_path, samples, subtype=subtype)
    assert (one.clips, one.clipped) == (3, 12)


def test_a_run_across_two_blocks_is_one_in_each_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = tone(200, 1.0, RATE, 2)
    samples[998:1003, 1] = -1.0
    whole = inspected(tmp_path, samples)
    blocks = [(start, start + 1000) for start in range(0, RATE, 1000)]
    monkeypatch.setattr(wav, "blocks", lambda path: iter(blocks))
    assert inspected(tmp_path, samples) == whole
    assert (whole.clips, whole.clipped) == (1, 5)


def test_silence_is_what_is_far_below_the_loud_parts(tmp_path: Path) -> None:
    loud = tone(200, 1.0, RATE)[:, 0]
    samples = np.concatenate([loud, loud * 10 ** (-30 / 20), loud * 10 ** (-50 / 20), loud * 0])
    assert inspected(tmp_path, samples, subtype="FLOAT").silent_share == 0.5
    assert inspected(tmp_path, samples / 10, subtype="FLOAT").silent_share == 0.5
    assert inspected(tmp_path, loud * 1e-4, subtype="FLOAT").silent_share == 1.0
    assert inspected(tmp_path, loud[:10]).silent_share == 0.0


def test_a_silent_recording_has_no_level(tmp_path: Path) -> None:
    one = inspected(tmp_path, np.zeros(RATE))
    assert (one.silent_share, one.ibab_silent_share) == (1.0, 1.0)
    assert one.peak_dbfs is None
    assert one.loudness_lufs is None


@pytest.mark.parametrize("level", [0.2, 0.9, 1.4])
def test_the_share_that_ibab_s_rule_drops_is_librosa_s(tmp_path: Path, level: float) -> None:
    swell = np.sin(np.linspace(0, np.pi, 5 * RATE)) ** 2
    samples = np.clip(level * swell * np.sin(np.arange(5 * RATE) * 0.3), -1, 1)
    found = inspected(tmp_path, samples, subtype="DOUBLE").ibab_silent_share
    energy = librosa.feature.rms(y=samples, frame_length=2048, hop_length=512)
    hits = librosa.frames_to_samples(np.nonzero(energy[0] > 0.3)[0])
    kept = len(samples[hits[0] : hits[-1]]) if hits.size else 0
    assert found == pytest.approx(1 - kept / len(samples), abs=1e-4)


def test_a_corpus_is_summed_up_and_its_mix_of_forms_told(tmp_path: Path) -> None:
    one = inspected(tmp_path, tone(200, 2.0, RATE))
    quiet = replace(one, rate=44_100, silent_share=0.5, loudness_lufs=-60.0, clipped=7)
    silent = replace(one, loudness_lufs=None, peak_dbfs=None, silent_share=1.0)
    found = total([one, one, quiet, silent])
    assert (found.recordings, found.length_s, found.sounding_s) == (4, 8.0, 5.0)
    assert found.rates == {"8000": 3, "44100": 1}
    assert found.formats == {"wav PCM_16": 4}
    assert (found.clipped, found.peak_dbfs) == (7, one.peak_dbfs)
    assert (found.quietest_lufs, found.loudest_lufs) == (-60.0, one.loudness_lufs)
    assert found.as_json()["channels"] == {"1": 4}


def test_no_recordings_sum_up_to_nothing() -> None:
    assert total([]).peak_dbfs is None
    assert total([]).length_s == 0


def test_a_broken_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.flac").write_bytes(b"no sound at all")
    with pytest.raises(AudioError, match=r"a\.flac"):
        inspect("a", tmp_path / "a.flac")


def test_blemishes_are_the_largest_mean_and_the_runs_at_full_scale(tmp_path: Path) -> None:
    left = np.concatenate([np.zeros(100), np.ones(5), np.zeros(95)])
    right = np.where(np.arange(200) == 7, -1.0, -0.25)
    sf.write(tmp_path / "a.wav", np.stack([left, right], axis=1), 8000, subtype="FLOAT")
    found = defects(tmp_path / "a.wav")
    assert (found.clips, found.clipped) == (1, 5)
    assert found.dc == pytest.approx(-0.25375)
