"""Weights of a generator as they are used: weight norm and norms folded in, in float64.

The length of a row is the root of the sum of its squares in memory order. Each weight is rounded to
float32 once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.catch_a_waveform.layers import Convolution
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.kernels.tensors import Floats

EPSILON = 1e-5
"""Added to variances of norms."""


def folded(
    tensors: Mapping[str, Floats], network: CatchAWaveformParameters, scale: int
) -> dict[str, tuple[Floats, Floats]]:
    """Weight [outputs, inputs, taps] and bias [outputs] of each convolution of a generator."""
    return {layer.name: _folded(tensors, layer, scale) for layer in network.generator(scale)}


def _folded(tensors: Mapping[str, Floats], layer: Convolution, scale: int) -> tuple[Floats, Floats]:
    def wide(name: str) -> np.ndarray:
        return tensors[name].astype(np.float64)

    name = f"generator.{scale}.{layer.name}"
    weight, bias = wide(f"{name}.weight"), wide(f"{name}.bias")
    flat = weight.reshape(len(weight), -1)
    lengths = np.sqrt(np.cumsum(flat * flat, axis=1)[:, -1])
    # A row of zeros has no direction that a gain could lengthen.
    share = wide(f"{name}.gain") / np.where(lengths > 0, lengths, 1.0)
    if layer.has_norm:
        measured = f"statistics.{scale}.{layer.name}"
        variance = np.maximum(wide(f"{measured}.variance"), 0.0)
        factor = wide(f"{name}.norm.weight") / np.sqrt(variance + EPSILON)
        bias = (bias - wide(f"{measured}.mean")) * factor + wide(f"{name}.norm.bias")
        share = share * factor
    made = weight * share[:, np.newaxis, np.newaxis]
    # Numbers that are too large become infinite, and draw.py refuses their sound.
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(made, np.float32), bias.astype(np.float32)
