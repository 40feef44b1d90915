"""Lengths and problems of sound files, from their headers and first samples."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.files.readlog import ReadLog
from approx_build.plan import sound_files
from approx_build.plan.sound_files import SoundFiles
from tests.space import Space


def test_lengths_and_problems_of_files(project: Space) -> None:
    project.sound("four.wav", np.ones((80, 4)))
    log = ReadLog()
    files = SoundFiles(project.root, log)
    assert files.length_s("models/corpora/tones/low.wav") == 0.8
    assert files.problem("models/corpora/tones/low.wav") == ""
    assert files.length_s("none.wav") is None
    assert files.problem("none.wav") == ""
    assert files.problem("four.wav") == "four.wav: the file has 4 channels; at most 2 can be used"
    assert str(project.root / "four.wav") in log.files


def test_silence_is_that_of_the_range(project: Space) -> None:
    data = np.zeros(40_000)
    data[-1] = 0.5
    project.sound("late.wav", data)
    files = SoundFiles(project.root, ReadLog())
    assert not files.is_silent("late.wav", 0, None)
    assert files.is_silent("late.wav", 0, 4.9)
    assert files.is_silent("late.wav", 1, 2)
    # Ranges outside the file, and files that are none, are for other checks.
    assert not files.is_silent("late.wav", 6, None)
    assert not files.is_silent("none.wav", 0, None)


def test_so_many_ranges_are_not_read(project: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_files, "MOST_HEARD", 1)
    project.sound("silent.wav", np.zeros(100))
    files = SoundFiles(project.root, ReadLog())
    assert files.is_silent("silent.wav", 0, None)
    assert not files.is_silent("silent.wav", 0, 0.001)
