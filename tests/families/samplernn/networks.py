"""Small random SampleRNNs for the tests of the kernels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.families.samplernn import SampleRNN
from approx_build.families.samplernn.draw import SAMPLER
from tests.engines.autoregressive.networks import CodeNetworks

PLAIN = SampleRNN(frame_sizes=(2, 6), width=24, embedding=8)
SHAPES = {
    "plain": PLAIN,
    "prism": SampleRNN(
        preset="prism", frame_sizes=(4, 8), width=20, embedding=7, layers=2, codes=64
    ),
    "mehri": SampleRNN(preset="mehri", width=32, embedding=16),
    "two tiers": SampleRNN(
        preset="mehri", frame_sizes=(5,), layers=3, width=13, embedding=3, codes=250
    ),
    "deepsound": SampleRNN(preset="deepsound", frame_sizes=(3, 9), width=37, embedding=5),
    "tiny": SampleRNN(frame_sizes=(1, 2), width=3, embedding=1, codes=3),
    "wide": SampleRNN(width=130, embedding=72, layers=2, reset="before"),
}


def random_weights(network: SampleRNN, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Weights that keep activations near 1 and make lively logits."""
    numbers, weights = np.random.default_rng(seed), {}
    for name, size in network.tensor_shapes().items():
        fan = float(size[-2]) if name.endswith("weight") else 4.0
        gain = 4.0 if name == "mlp.output.weight" else 1.4
        weights[name] = (numbers.standard_normal(size) * gain / fan**0.5).astype(np.float32)
    return weights


CODE_NETWORKS = CodeNetworks(SAMPLER, SHAPES, random_weights, "mlp.output.weight")
