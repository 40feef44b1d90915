"""Other libraries set flush-to-zero; clips must not change, and the setting must survive."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.errors import ModelError
from approx_build.families.wavenet import WaveNet, gradients
from approx_build.families.wavenet.draw import SAMPLER
from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel
from tests.engines.autoregressive.requests import requests
from tests.families.wavenet.networks import random_weights

SHAPE = WaveNet(dilations=(1, 2, 4), residual_channels=8, dilation_channels=8, skip_channels=16)
COMPILED = [str(kernel) for kernel in compiled.available() if kernel is not Kernel.REFERENCE]


def faint_weights() -> dict[str, np.ndarray]:
    """Weights whose activations are subnormal, and felt: later weights make them large again."""
    weights = random_weights(SHAPE)
    weights["causal.weight"] *= np.float32(1e-40)
    weights["layers.filter.weight"] *= np.float32(1e38)
    weights["layers.dense.weight"] *= np.float32(1e-40)
    weights["layers.dense.bias"] *= np.float32(1e-40)
    weights["layers.skip.weight"] *= np.float32(30)
    return weights


def test_subnormals_are_felt_in_these_weights() -> None:
    weights = faint_weights()
    flushed = {**weights, "causal.weight": np.zeros_like(weights["causal.weight"])}
    codes = [np.arange(30, dtype=np.uint8)]
    [felt], [unfelt] = SAMPLER.logits(weights, SHAPE, codes), SAMPLER.logits(flushed, SHAPE, codes)
    assert (felt != unfelt).any()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kernel", COMPILED)
def test_flush_to_zero_changes_no_bits_and_is_left_as_it_was(
    kernel: str, threads: int, request: pytest.FixtureRequest
) -> None:
    weights, codes = faint_weights(), [np.arange(30, dtype=np.uint8) for _ in range(3)]
    expected = SAMPLER.logits(weights, SHAPE, codes, kernel="reference")
    clips = SAMPLER.sample(weights, SHAPE, requests(3, 20), kernel="reference")
    flushes = request.getfixturevalue("flush_to_zero")
    assert flushes()
    said = SAMPLER.logits(weights, SHAPE, codes, threads=threads, kernel=kernel)
    drawn = SAMPLER.sample(weights, SHAPE, requests(3, 20), threads=threads, kernel=kernel)
    assert flushes()
    for a, b in zip(expected, said, strict=True):
        np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32))
    for a, b in zip(clips, drawn, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kernel", COMPILED)
def test_flush_to_zero_changes_no_gradients_and_is_left_as_it_was(
    kernel: str, request: pytest.FixtureRequest
) -> None:
    weights, codes = faint_weights(), np.arange(30)
    before = gradients.loss_and_gradients(SHAPE, weights, codes, codes, kernel)
    flushes = request.getfixturevalue("flush_to_zero")
    after = gradients.loss_and_gradients(SHAPE, weights, codes, codes, kernel)
    assert flushes()
    assert after[0] == before[0]
    for name, gradient in before[1].items():
        np.testing.assert_array_equal(gradient, after[1][name], err_msg=name)


@pytest.mark.usefixtures("flush_to_zero")
def test_the_reference_refuses_to_run_where_subnormals_are_flushed() -> None:
    with pytest.raises(ModelError, match="flushes subnormal numbers to zero"):
        SAMPLER.sample(faint_weights(), SHAPE, requests(1, 3), kernel="reference")
