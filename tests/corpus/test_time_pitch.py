from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.audio.clip import Clip
from approx_build.audio.resample import varispeed
from approx_build.corpus.time_pitch import Warp, mirrored

RATE = 8000
FADED_DB = -60


@given(st.integers(1, 40), st.integers(-100, 100), st.integers(0, 100))
def test_mirrored_is_numpys_symmetric_padding(length: int, start: int, size: int) -> None:
    sound = np.arange(2 * length, dtype=np.float32).reshape(2, length)
    padded = np.pad(sound, ((0, 0), (200, 200)), mode="symmetric")
    found = mirrored(sound, start, start + size)
    np.testing.assert_array_equal(found, padded[:, 200 + start : 200 + start + size])


def test_no_warp_is_the_window_itself() -> None:
    sound = np.arange(100, dtype=np.float32)[np.newaxis]
    assert Warp().source(40) == 40
    np.testing.assert_array_equal(Warp().window(sound, 30, 40, RATE), sound[:, 30:70])


@settings(max_examples=50, deadline=None)
@given(st.floats(0.25, 4), st.floats(0.25, 4), st.integers(1, 2000))
def test_a_window_has_its_size(pitch: float, stretch: float, size: int) -> None:
    sound = np.full((2, 3000), 0.5, np.float32)
    assert Warp(pitch, stretch).window(sound, 100, size, RATE).shape == (2, size)


@pytest.mark.parametrize(("pitch", "stretch"), [(1.26, 1.0), (0.8, 1.0), (4.0, 1.0), (0.25, 1.0)])
def test_sound_beyond_the_margin_has_no_effect(pitch: float, stretch: float) -> None:
    warp, start, size = Warp(pitch, stretch), 8000, 1000
    sound = np.zeros((1, 20_000), np.float32)
    sound[:, : start - 200 * int(max(1, pitch))] = 1
    heard = warp.window(sound, start, size, RATE)
    assert 20 * np.log10(np.abs(heard).max() + 1e-12) < FADED_DB


@pytest.mark.parametrize("pitch", [0.8, 1.25])
def test_a_window_at_another_speed_is_cut_from_the_whole_sound_at_that_speed(pitch: float) -> None:
    rng = np.random.Generator(np.random.Philox(3))
    sound = rng.uniform(-0.5, 0.5, (1, 20_000)).astype(np.float32)
    whole = varispeed(Clip(sound, RATE), pitch).data[:, round(10_000 / pitch) :]
    heard = Warp(pitch).window(sound, 10_000, 1000, RATE)
    np.testing.assert_allclose(heard, whole[:, :1000], atol=1e-5)


@pytest.mark.parametrize(("pitch", "stretch"), [(1.0, 1.5), (1.0, 0.5), (1.5, 1.5), (2.0, 1.0)])
def test_a_window_is_as_loud_at_its_ends_as_in_its_middle(pitch: float, stretch: float) -> None:
    sound = (0.4 * np.sin(2 * np.pi * 440 * np.arange(40_000) / RATE))[np.newaxis]
    heard = Warp(pitch, stretch).window(sound.astype(np.float32), 9000, 2000, RATE)[0]
    for part in (heard[:200], heard[900:1100], heard[-200:]):
        level = np.sqrt(2 * np.mean(part.astype(np.float64) ** 2))
        assert level == pytest.approx(0.4, abs=0.03)
