"""Likeness of waveforms, blind to gain and polarity; tones stand in their bands of pitch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.audio.alignment import (
    BANDS,
    FRAMES_HZ,
    LOWEST_HZ,
    Mono,
    best_place,
    log_mel,
    mel_bands,
    similarity,
)
from approx_build.numerics.stream import Stream, stream_key


def noise(seed: int, length: int = 800) -> Mono:
    return (Stream(stream_key("noise", seed)).uniforms(length) - 0.5).astype(np.float32)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(0, 500), st.floats(0.05, 5) | st.floats(-5, -0.05))
def test_a_copy_is_found_where_it_lies(seed: int, start: int, gain: float) -> None:
    sound = noise(seed)
    copy = (gain * sound[start : start + 300]).astype(np.float32)
    place, alike = best_place(copy, sound)
    assert (place, alike) == (start, pytest.approx(1, abs=1e-6))
    assert similarity(copy, sound[start : start + 300]) == pytest.approx(1, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99))
def test_the_best_place_is_the_best_of_all(seed: int) -> None:
    passage, sound = noise(seed, 100), noise(seed + 1, 400)
    every = [similarity(passage, sound[at : at + 100]) for at in range(301)]
    place, alike = best_place(passage, sound)
    assert place == int(np.argmax(every))
    assert alike == pytest.approx(max(every), abs=1e-9)


def test_likeness_without_means_is_the_correlation_coefficient() -> None:
    one, other = (noise(seed) - noise(seed).mean() for seed in (1, 2))
    assert similarity(one, other) == pytest.approx(abs(np.corrcoef(one, other)[0, 1]), abs=1e-6)


def test_silence_is_like_nothing() -> None:
    silence = np.zeros(800, np.float32)
    assert similarity(silence, silence) == 0
    assert best_place(silence[:100], silence) == (0, 0)
    assert similarity(1e-5 * noise(1), 1e-5 * noise(1)) < 0.01


def tone(hz: float, rate: int = 8000) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(2 * rate) / rate)).astype(np.float32)


def test_there_are_as_many_frames_as_moments() -> None:
    assert log_mel(tone(440), 8000).shape == (2 * FRAMES_HZ, BANDS)
    assert log_mel(tone(440, 11_025), 11_025).shape == (2 * FRAMES_HZ, BANDS)
    assert log_mel(np.ones(3, np.float32), 8000).shape == (1, BANDS)


def test_bands_cover_all_between_their_edges() -> None:
    bands, hz = mel_bands(8000, 4096), np.fft.rfftfreq(4096, 1 / 8000)
    inner = (hz > 130) & (hz < 3600)
    assert bands[inner].sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert not bands[hz < LOWEST_HZ].any()


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100])
def test_a_higher_tone_is_in_a_higher_band(rate: int) -> None:
    loudest = [log_mel(tone(hz, rate), rate)[:60].mean(axis=0).argmax() for hz in (150, 500, 2500)]
    assert loudest == sorted(set(loudest))


def test_gain_moves_every_band_by_as_much() -> None:
    one, other = log_mel(tone(440), 8000), log_mel(tone(440) * np.float32(0.1), 8000)
    assert one - other == pytest.approx(np.log(100), abs=1e-3)
