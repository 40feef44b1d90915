from __future__ import annotations

import numpy as np
import pytest

from approx_build.kernels import library, wavenet
from tests.kernels.networks import SHAPES, random_weights, requests

COMPILED = [kernel for kernel in library.available() if kernel is not library.Kernel.REFERENCE]


@pytest.mark.parametrize("name", SHAPES)
def test_every_kernel_draws_the_codes_of_the_reference(name: str) -> None:
    shape = SHAPES[name]
    weights = random_weights(shape)
    clips = requests(5, 24, shape.quantization_channels)
    expected = wavenet.sample(weights, shape, clips, kernel="reference")
    assert len(np.unique(np.concatenate(expected))) > 1
    for kernel in COMPILED:
        drawn = wavenet.sample(weights, shape, clips, kernel=kernel)
        for a, b in zip(expected, drawn, strict=True):
            np.testing.assert_array_equal(a, b, err_msg=kernel)


@pytest.mark.parametrize("name", SHAPES)
def test_every_kernel_says_the_logits_of_the_reference_bit_for_bit(name: str) -> None:
    shape = SHAPES[name]
    weights = random_weights(shape, seed=1)
    numbers = np.random.default_rng(2)
    codes = [numbers.integers(0, shape.quantization_channels, n).astype(np.uint8) for n in (9, 14)]
    expected = wavenet.logits(weights, shape, codes, kernel="reference")
    for kernel in COMPILED:
        said = wavenet.logits(weights, shape, codes, kernel=kernel)
        for a, b in zip(expected, said, strict=True):
            np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32), err_msg=kernel)
