"""What only WaveNet's sampler promises, besides engines/autoregressive/test_sampler.py."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.wavenet import WaveNet
from approx_build.families.wavenet.draw import SAMPLER
from approx_build.kernels import compiled
from tests.engines.autoregressive.requests import requests
from tests.families.wavenet.networks import SHAPES, random_weights


@pytest.mark.parametrize("kernel", [str(kernel) for kernel in compiled.available()])
@pytest.mark.parametrize("count", [1, 7])
def test_logits_too_small_for_a_float_are_zero_and_never_minus_zero(
    kernel: str, count: int
) -> None:
    """A kernel may leave out terms that are 0 only if the sign of a sum does not show it."""
    shape = SHAPES["without biases"]
    faint = {"layers.skip.weight": 1e-30, "post2.weight": 1e-30}
    weights = random_weights(shape)
    weights |= {name: weights[name] * np.float32(factor) for name, factor in faint.items()}
    codes = [np.arange(9, dtype=np.uint8)] * count
    for logits in SAMPLER.logits(weights, shape, codes, kernel=kernel):
        np.testing.assert_array_equal(logits.view(np.uint32), 0)


@pytest.mark.parametrize("dilations", [(8, 4, 16), (6, 3, 12), (1, 512, 2), (24, 10)])
def test_a_clip_alone_is_the_same_for_any_dilations(dilations: tuple[int, ...]) -> None:
    shape = WaveNet(dilations=dilations, filter_width=3, skip_channels=16, residual_channels=8)
    weights, clips = random_weights(shape), requests(2, 40)
    together = SAMPLER.sample(weights, shape, clips)
    alone = [SAMPLER.sample(weights, shape, [clip])[0] for clip in clips]
    reference = SAMPLER.sample(weights, shape, clips, kernel="reference")
    for codes, *others in zip(together, alone, reference, strict=True):
        for other in others:
            np.testing.assert_array_equal(codes, other)
