"""WaveGAN's generator in NumPy: the oracle of the compiled program, and its substitute.

The rule is in docs/numerics-of-kernels.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.wavegan.parameters import FIRST_ROWS, WaveGANParameters
from approx_build.kernels.program_reference import repeated, transposed
from approx_build.kernels.reference import product, relu, tanh
from approx_build.kernels.tensors import Floats


def forward(tensors: Mapping[str, Floats], network: WaveGANParameters, latent: Floats) -> Floats:
    """The clip [C, length] of a latent [n]."""
    dense, bias = tensors["generator.dense.weight"], tensors["generator.dense.bias"]
    # Numbers that are too large become infinite or NaN; the kernels do not warn either.
    with np.errstate(over="ignore", invalid="ignore"):
        rows = product(latent[None], dense.T, bias).reshape(FIRST_ROWS, -1)
        for layer, stride in enumerate(network.strides):
            weight = tensors[f"generator.up.{layer}.weight"]
            bias = tensors[f"generator.up.{layer}.bias"]
            if network.upsample == "zeros":
                before = network.before(stride)
                rows = transposed(relu(rows), weight, bias, stride, before)
            else:
                rows = repeated(relu(rows), weight, bias, stride)
        return np.ascontiguousarray(tanh(rows).T)
