"""Filtered noise: what a filter of magnitudes is, and noise by its place."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from approx_build.families.rave.network import RAVENetwork
from approx_build.families.rave.noise import (
    filter_noise,
    filter_table,
    magnitudes,
    positive,
    uniform_noise,
)
from approx_build.families.rave.parameters import RAVEParameters
from approx_build.kernels.reference import product
from approx_build.numerics.stream import Stream
from tests.families.rave.networks import network, noise


def filters_of(net: RAVEParameters, output: np.ndarray) -> np.ndarray:
    return product(magnitudes(net, output), filter_table(net.noise_bands, net.noise_block))


def test_flat_magnitudes_are_an_impulse_of_energy_1() -> None:
    for count, block in ((5, 8), (5, 64), (9, 16)):
        impulse = filter_table(count, block).sum(axis=0)
        np.testing.assert_allclose(impulse, np.eye(1, block)[0], atol=1e-7)


def test_a_single_magnitude_gives_its_windowed_response() -> None:
    """Its taps before the middle stand at the end of the block."""
    table = filter_table(5, 64)
    lags = np.arange(4)
    tapered = np.cos(2 * np.pi * 2 * lags / 8) / 8 * 2 * (0.5 + 0.5 * np.cos(np.pi * lags / 4))
    np.testing.assert_allclose(table[2, :4], tapered, atol=1e-7)
    np.testing.assert_allclose(table[2, -3:], tapered[:0:-1], atol=1e-7)
    assert not table[:, 4:-4].any()


def test_outputs_become_positive_by_the_published_function() -> None:
    x = np.array([-200, -5, 0, 3], np.float32)
    expected = 2 / (1 + np.exp(-np.maximum(x.astype(float), -100.0))) ** 2.3 + 1e-7
    np.testing.assert_allclose(positive(x), expected, rtol=1e-6)


def test_the_noise_of_a_row_depends_only_on_its_position() -> None:
    net, stream = network(), Stream.named("noise")
    whole = uniform_noise(net, stream, -8, 40)
    np.testing.assert_array_equal(uniform_noise(net, stream, 4, 12), whole[12:24])
    assert np.abs(whole).max() <= 1
    assert abs(whole.var() - 1 / 3) < 0.1


def test_filtered_noise_equals_that_of_torch() -> None:
    net = network()
    output = noise(24 * net.bands * net.noise_bands, loud=9).reshape(24, -1) + np.float32(5)
    given = uniform_noise(net, Stream.named("noise"), 0, 24 * net.noise_block)
    found = filter_noise(net, filters_of(net, output), given)
    expected = RAVENetwork(net)._filtered_noise(
        torch.from_numpy(output.T.copy())[None], torch.from_numpy(given.T.copy())[None]
    )
    np.testing.assert_allclose(found, expected[0].T.numpy(), atol=1e-5)


@pytest.mark.parametrize("lag", [0, 1])
def test_noise_of_a_block_never_leaks_into_the_next(lag: int) -> None:
    net = network()
    output = np.full((4, net.bands * net.noise_bands), 6, np.float32)
    given = np.zeros((4 * net.noise_block, net.bands), np.float32)
    given[2 * net.noise_block - 1 - lag] = 1
    made = np.abs(filter_noise(net, filters_of(net, output), given)).max(axis=1)
    assert made[net.noise_block : 2 * net.noise_block].any()
    assert not made[2 * net.noise_block :].any()
