"""Small random WaveNets and requests for the tests of the kernels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.families.wavenet import WaveNet
from approx_build.families.wavenet.draw import SAMPLER
from tests.engines.autoregressive.networks import CodeNetworks

PLAIN = WaveNet(dilations=(1, 2, 4, 1, 2, 4), skip_channels=64)
SHAPES = {
    "plain": PLAIN,
    "without biases": WaveNet(dilations=(1, 2, 4), skip_channels=48, use_biases=False),
    "three taps, odd sizes": WaveNet(
        dilations=(1, 3, 2),
        filter_width=3,
        residual_channels=20,
        dilation_channels=13,
        skip_channels=37,
        quantization_channels=64,
    ),
    "scalar input": WaveNet(
        dilations=(1, 2, 4), skip_channels=32, scalar_input=True, initial_filter_width=9
    ),
    "tiny": WaveNet(
        dilations=(2,),
        residual_channels=1,
        dilation_channels=1,
        skip_channels=1,
        quantization_channels=2,
    ),
    "wide": WaveNet(
        dilations=(1, 2),
        residual_channels=72,
        dilation_channels=130,
        skip_channels=300,
        quantization_channels=250,
    ),
}


def random_weights(shape: WaveNet, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Weights that keep activations near 1 and make lively logits."""
    numbers, weights = np.random.default_rng(seed), {}
    for name, size in shape.tensor_shapes().items():
        fan = float(np.prod(size[:-1])) if name.endswith("weight") else 20.0
        if name in ("layers.filter.weight", "layers.gate.weight", "layers.dense.weight"):
            fan /= size[0]
        if name == "causal.weight" and not shape.scalar_input:
            fan = size[0]
        gain = 4.0 if name == "post2.weight" else 1.4
        weights[name] = (numbers.standard_normal(size) * gain / fan**0.5).astype(np.float32)
    return weights


CODE_NETWORKS = CodeNetworks(SAMPLER, SHAPES, random_weights, "post2.weight")
