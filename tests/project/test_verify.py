"""`verify` says where two sounds differ first, and by how much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.cli.commands.verify import outcome
from approx_build.project.verify import Difference, Verification, environment, first_difference

RATE = 8000


def clip(path: Path, length: int = 4000, at: int | None = None, rate: int = RATE) -> Path:
    """A silent file [2, length], but for one sample of the right side."""
    data = np.zeros((2, length), np.float32)
    if at is not None:
        data[1, at] = 0.25
    wav.write_float(path, Clip(data, rate))
    return path


def test_the_first_sample_of_any_side_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = clip(tmp_path / "a"), clip(tmp_path / "b", at=3000)
    said = "sample 3000 (0.375000 s) is the first that differs, by 0.25"
    assert first_difference(before, after) == said
    monkeypatch.setattr(wav, "blocks", lambda path: iter([(0, 2048), (2048, 4000)]))
    assert first_difference(before, after) == said


def test_other_lengths_and_rates_are_reported(tmp_path: Path) -> None:
    before = clip(tmp_path / "a")
    assert first_difference(before, clip(tmp_path / "b", length=3999)) == (
        "4000 samples at 8000 Hz then, 3999 at 8000 Hz now"
    )
    assert first_difference(before, clip(tmp_path / "c", rate=16_000)) == (
        "4000 samples at 8000 Hz then, 4000 at 16000 Hz now"
    )


def test_what_is_no_sound_and_what_sounds_the_same(tmp_path: Path) -> None:
    before, after = clip(tmp_path / "a"), tmp_path / "b"
    after.write_bytes(b"weights")
    assert first_difference(before, after) == "its bytes differ (it is not a sound file)"
    after.write_bytes(before.read_bytes() + b"LIST\4\0\0\0ann!")
    assert first_difference(before, after) == (
        "the samples are equal, but the rest of the file differs"
    )
    assert "no longer has the locked sound" in first_difference(tmp_path / "none", after)


def test_the_first_difference_is_reported_and_the_others_counted() -> None:
    first = Difference("1-foam/master", "movements", "a" * 64, "b" * 64, "sample 3 differs")
    lock = Path("pieces/tide.lock")
    assert outcome(Verification(13, (), lock)).startswith(
        "verified: 13 checkpoints, takes, stems and movements"
    )
    text = outcome(Verification(13, (first, first, first), lock))
    assert text.startswith("1-foam/master (movements) differs from pieces/tide.lock: sample 3")
    assert text.endswith("and 2 more differ")


def test_capped_means_the_plainest_instructions_for_kernels_and_numpy() -> None:
    capped = environment(capped=True)
    assert capped["APPROX_KERNEL"] == "baseline"
    assert "X86_V3" in capped["NPY_DISABLE_CPU_FEATURES"] or capped["NPY_DISABLE_CPU_FEATURES"]
    assert "NPY_DISABLE_CPU_FEATURES" not in environment(capped=False)
