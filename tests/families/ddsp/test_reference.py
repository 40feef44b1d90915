"""The rules of the kernels against closed forms and float64."""

from __future__ import annotations

import numpy as np

from approx_build.families.ddsp import reference

RNG = np.random.default_rng(5)


def test_the_polynomial_meets_the_sine_at_the_chebyshev_nodes() -> None:
    squares = (1 + np.cos(np.pi * (np.arange(5) + 0.5) / 5)) / 2
    values = np.sin(np.pi / 2 * np.sqrt(squares)) / np.sqrt(squares)
    solved = np.linalg.solve(np.vander(squares, 5), values)
    np.testing.assert_allclose(reference.QUARTER_SINE, solved, rtol=1e-7)


def test_sines_of_phases_are_within_two_units_of_float32() -> None:
    phase = RNG.integers(0, 1 << 32, 100_000, dtype=np.uint64).astype(np.uint32)
    exact = np.sin(2 * np.pi * phase.astype(np.float64) / 2**32)
    assert np.abs(reference.sine(phase) - exact).max() < 2.5e-7
    edges = np.array([0, 1 << 30, 1 << 31, 3 << 30, (1 << 32) - 1], np.uint32)
    np.testing.assert_allclose(reference.sine(edges), [0, 1, 0, -1, 0], atol=2e-7)


def test_gates_are_the_functions_they_stand_for() -> None:
    x = np.linspace(-8, 8, 5001, dtype=np.float32)
    wide = x.astype(np.float64)
    assert np.abs(reference.sigmoid(x) - 1 / (1 + np.exp(-wide))).max() < 2e-7
    assert np.abs(reference.tanh(x) - np.tanh(wide)).max() < 3e-7


def test_a_norm_brings_rows_to_mean_0_and_variance_1_and_leaks() -> None:
    rows = RNG.standard_normal((7, 50)).astype(np.float32) * 4 + 3
    ones, zeros = np.ones(50, np.float32), np.zeros(50, np.float32)
    made = reference.normed(rows, ones, zeros)
    before = np.where(made < 0, made / np.float32(0.2), made).astype(np.float64)
    np.testing.assert_allclose(before.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(before.var(axis=1), 1, atol=1e-3)


def test_one_harmonic_is_the_sine_and_many_are_their_sum() -> None:
    hop, frames = 40, 30
    hz = np.full(hop * frames, 200.0, np.float32)
    turn = 200.0 / 8000 * (np.arange(hop * frames) + 1)
    phase = ((turn % 1) * 2**32).astype(np.uint64).astype(np.uint32)
    rise = (np.arange(hop, dtype=np.float32) / hop).astype(np.float32)
    limits = np.array([4000 / k for k in (1, 2, 3)], np.float32)
    amplitudes = np.tile(np.array([0.5, 0.2, 0.1], np.float32), (frames + 1, 1))
    made = reference.harmonics(phase, hz, amplitudes, limits, 1 - rise, rise)
    exact = sum(a * np.sin(2 * np.pi * k * turn) for k, a in ((1, 0.5), (2, 0.2), (3, 0.1)))
    assert np.abs(made - exact).max() < 1e-6
    none = reference.harmonics(phase, hz, amplitudes, limits / 100, 1 - rise, rise)
    assert not none.any()


def test_noise_through_an_impulse_is_the_noise_later() -> None:
    noise = RNG.uniform(-1, 1, 60).astype(np.float32)
    filters = np.zeros((3, 8), np.float32)
    filters[:, 5] = 1
    sound = np.zeros(68, np.float32)
    reference.add_noise(noise, filters, sound)
    np.testing.assert_array_equal(sound[5:65], noise)
    assert not sound[:5].any()
