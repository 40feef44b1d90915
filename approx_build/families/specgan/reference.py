"""The spectrogram that a SpecGAN's generator makes from a latent, in NumPy.

The rule is that of docs/numerics-of-kernels.md. It is the oracle of the program, and makes
spectrograms where there is no compiler.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.specgan.parameters import SpecGANParameters
from approx_build.kernels.program_reference import transposed_plane
from approx_build.kernels.reference import product, relu, tanh
from approx_build.kernels.tensors import Floats


def forward(tensors: Mapping[str, Floats], network: SpecGANParameters, latent: Floats) -> Floats:
    """The normalised spectrogram [frames, bins] of a latent [n]."""
    dense, bias = tensors["generator.dense.weight"], tensors["generator.dense.bias"]
    # Numbers that are too large become infinite or NaN, in the kernels without a warning.
    with np.errstate(over="ignore", invalid="ignore"):
        first = product(latent[None], dense.T, bias)
        cells = first.reshape(*network.first_cells, network.widths[0])
        for layer in range(network.layers):
            weight = tensors[f"generator.up.{layer}.weight"]
            bias = tensors[f"generator.up.{layer}.bias"]
            cells = transposed_plane(relu(cells), weight, bias, network.before)
        return np.ascontiguousarray(tanh(cells)[:, :, 0])
