"""Sounds of an export: rates, depths, formats and gains."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from approx_build.audio import wav
from approx_build.audio.resample import resample
from approx_build.errors import AudioError
from approx_build.export.sound import Gain, SoundFormat, Sounds, write_sound, write_whole

RATE = 8000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    data = np.random.default_rng(3).integers(-(1 << 22), 1 << 22, (2, 5001), dtype=np.int32)
    wav.write_pcm24(tmp_path / "source.wav", data, RATE)
    return tmp_path / "source.wav"


def test_24_bits_of_the_same_rate_keep_every_byte(source: Path, tmp_path: Path) -> None:
    write_sound(tmp_path / "to.wav", source, SoundFormat("wav", RATE, 24), "x")
    assert (tmp_path / "to.wav").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("file_format", ["wav", "flac"])
def test_16_bits_are_dithered_from_the_stream_of_the_name(
    source: Path, tmp_path: Path, file_format: str
) -> None:
    form, found = SoundFormat(file_format, RATE, 16), {}
    for number, name in enumerate(["x", "x", "y"]):
        path = tmp_path / f"{number}.{file_format}"
        write_sound(path, source, form, name)
        found[number] = path.read_bytes()
    assert found[0] == found[1] != found[2]
    ours, _ = sf.read(tmp_path / f"0.{file_format}", dtype="int16", always_2d=True)
    exact = wav.read_pcm24_ints(source).T / 256
    # Triangular dither of two steps, and rounding.
    assert 0.5 < np.abs(ours - exact).max() <= 1.5
    assert abs((ours - exact).mean()) < 0.05
    assert np.std(ours - exact) == pytest.approx(0.5, abs=0.03)


def test_another_rate_in_blocks_has_the_samples_of_one_conversion(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wav, "BLOCK", 900)
    converted = wav.read(Sounds(11025, tmp_path).at_rate(source))
    assert converted.rate == 11025
    assert np.array_equal(converted.data, resample(wav.read(source), 11025).data)


def test_a_sound_that_would_clip_is_refused(source: Path, tmp_path: Path) -> None:
    form = SoundFormat("wav", RATE, 16, gain_db=7.0)
    with pytest.raises(AudioError, match=r"source peaks at \+0\.98 dBFS"):
        write_sound(tmp_path / "to.wav", source, form, "source")
    write_sound(tmp_path / "float.wav", source, SoundFormat("wav", RATE, 32, gain_db=7.0), "x")
    assert float(np.abs(wav.read(tmp_path / "float.wav").data).max()) > 1.0


def test_chunks_follow_the_samples(source: Path, tmp_path: Path) -> None:
    write_sound(tmp_path / "to.wav", source, SoundFormat("wav", RATE, 24), "x", b"note\4\0\0\0abcd")
    data = (tmp_path / "to.wav").read_bytes()
    assert data.endswith(b"note\4\0\0\0abcd")
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    assert np.array_equal(wav.read(tmp_path / "to.wav").data, wav.read(source).data)


@pytest.mark.parametrize(("file_format", "bits"), [("wav", 16), ("wav", 32), ("flac", 24)])
def test_the_whole_is_its_movements_with_silence(
    source: Path, tmp_path: Path, file_format: str, bits: int
) -> None:
    form = SoundFormat(file_format, RATE, bits)
    one = tmp_path / f"one{form.suffix}"
    write_sound(one, source, form, "one")
    write_whole(tmp_path / f"all{form.suffix}", [one, one], form, gap_s=0.01)
    single, whole = wav.read(one).data, wav.read(tmp_path / f"all{form.suffix}").data
    gap = np.zeros((2, 80), np.float32)
    assert np.array_equal(whole, np.concatenate([single, gap, single], axis=1))


def test_a_gain_says_what_is_missing() -> None:
    assert Gain(2.0, 2.0).words(-23.0).endswith("+2.00 dB on every file.")
    assert Gain(1.5, 2.0).shortfall.endswith("0.50 dB are missing.")
