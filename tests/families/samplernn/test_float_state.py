"""Other libraries set flush-to-zero; clips must not change, and the setting must survive."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.samplernn.draw import SAMPLER
from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel
from tests.engines.autoregressive.requests import requests
from tests.families.samplernn.networks import PLAIN, random_weights

COMPILED = [str(kernel) for kernel in compiled.available() if kernel is not Kernel.REFERENCE]
CODES = [np.arange(30, dtype=np.uint8) * 7 for _ in range(3)]


def faint_weights() -> dict[str, np.ndarray]:
    """Weights whose folded embeddings are subnormal, and felt: a later map makes them large."""
    weights = random_weights(PLAIN)
    for name, factor in {
        "embedding": 1e-20,
        "mlp.input.weight": 1e-20,
        "tiers.0.upsample.weight": 1e-40,
        "tiers.0.upsample.bias": 1e-40,
        "mlp.hidden.weight": 1e38,
        "mlp.output.weight": 10.0,
    }.items():
        weights[name] *= np.float32(factor)
    return weights


def test_subnormals_are_felt_in_these_weights() -> None:
    weights = faint_weights()
    flushed = {**weights, "embedding": np.zeros_like(weights["embedding"])}
    felt, unfelt = (SAMPLER.logits(one, PLAIN, CODES[:1])[0] for one in (weights, flushed))
    assert (felt != unfelt).any()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kernel", COMPILED)
def test_flush_to_zero_changes_no_bits_and_is_left_as_it_was(
    kernel: str, threads: int, request: pytest.FixtureRequest
) -> None:
    weights = faint_weights()
    expected = SAMPLER.logits(weights, PLAIN, CODES, kernel="reference")
    clips = SAMPLER.sample(weights, PLAIN, requests(3, 20), kernel="reference")
    flushes = request.getfixturevalue("flush_to_zero")
    assert flushes()
    said = SAMPLER.logits(weights, PLAIN, CODES, threads=threads, kernel=kernel)
    drawn = SAMPLER.sample(weights, PLAIN, requests(3, 20), threads=threads, kernel=kernel)
    assert flushes()
    for a, b in zip(expected, said, strict=True):
        np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32))
    for a, b in zip(clips, drawn, strict=True):
        np.testing.assert_array_equal(a, b)
