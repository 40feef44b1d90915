"""What a frame sounds like: filters, crossings, exact phases."""

from __future__ import annotations

import numpy as np

from approx_build.families.ddsp.controls import (
    crossing,
    filter_table,
    pitch_by_sample,
    scaled,
    turned,
)


def test_flat_magnitudes_are_an_impulse_and_an_edge_is_smoothed() -> None:
    table = filter_table(65).astype(np.float64)
    flat = table.sum(axis=0)
    assert flat.argmax() == 64
    np.testing.assert_allclose(flat, np.eye(128)[64], atol=1e-6)
    edge = (table[:20]).sum(axis=0)
    response = np.abs(np.fft.rfft(edge))
    np.testing.assert_allclose(response[18:22], [1, 0.75, 0.25, 0], atol=1e-5)


def test_frames_cross_by_weights_that_add_up_to_one() -> None:
    for hop in (5, 64, 105):
        fall, rise = crossing(hop)
        np.testing.assert_allclose(fall + rise, 1, atol=1e-7)
        assert rise[0] == 0


def test_the_phase_of_a_tone_is_exact_after_an_hour() -> None:
    rate, hz = 16_000, 440.0
    step = turned(np.array([hz]), rate, np.uint64(0))[0]
    hour = int(step) * 3600 * rate
    whole, rest = divmod(hour, 1 << 64)
    assert (whole, rest < 1 << 30 or rest > (1 << 64) - (1 << 30)) in (
        (440 * 3600, True),
        (440 * 3600 - 1, True),
    )


def test_a_glide_has_the_phase_of_its_closed_form() -> None:
    rate, hop, frames = 16_000, 64, 250
    hz = pitch_by_sample(np.linspace(200.0, 450.0, frames + 1), hop)
    turns = turned(hz, rate, np.uint64(0)).astype(np.float64) / 2**64
    count = np.arange(1, frames * hop + 1, dtype=np.float64)
    slope = 250.0 / (frames * hop)
    exact = (200.0 * count + slope * count * (count - 1) / 2) / rate
    apart = (turns - exact + 0.5) % 1 - 0.5
    assert np.abs(apart).max() < 1e-9


def test_phases_continue_where_they_were() -> None:
    hz = np.linspace(100.0, 900.0, 1000)
    whole = turned(hz, 8000, np.uint64(0))
    first = turned(hz[:300], 8000, np.uint64(0))
    np.testing.assert_array_equal(turned(hz[300:], 8000, first[-1]), whole[300:])


def test_pitch_and_loudness_have_the_published_scales() -> None:
    pitch, loudness = scaled(np.array([440.0, 0.0]), np.array([0.0, -80.0]))
    np.testing.assert_allclose(pitch[:, 0], [69 / 127, 0], rtol=1e-6)
    np.testing.assert_array_equal(loudness[:, 0], [1, 0])
