"""Folding of weight normalisation and norms into the weights of convolutions, in float64.

The length of a row is the root of the sum of its squares in memory order. Each weight is rounded
to float32 once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.rave.layers import Convolution
from approx_build.kernels.tensors import Floats
from approx_build.numerics import portable

EPSILON = 1e-5
"""Added to variances of norms."""
_LARGEST = 80.0
"""Bound of the logarithm of a variance."""


def folded(tensors: Mapping[str, Floats], layer: Convolution) -> tuple[Floats, Floats]:
    """The weight [outputs, inputs, taps], transposed [inputs, outputs, taps], and bias [outputs].

    A convolution in groups becomes one in which every output reads all inputs, some with weight 0.
    """
    wide = tensors[f"{layer.name}.weight"].astype(np.float64)
    if layer.has_gain:
        flat = wide.reshape(len(wide), -1)
        lengths = np.sqrt(np.cumsum(flat * flat, axis=1)[:, -1])
        gain = tensors[f"{layer.name}.gain"].astype(np.float64)
        # A row of zeros has no direction, so its gain has no effect.
        share = gain / np.where(lengths > 0, lengths, 1.0)
        wide = wide * share[:, np.newaxis, np.newaxis]
    wide = _ungrouped(wide, layer)
    bias = np.zeros(layer.outputs)
    if layer.has_bias:
        bias = tensors[f"{layer.name}.bias"].astype(np.float64)
    if layer.has_norm:
        wide, bias = _normed(tensors, layer, wide, bias)
    return np.ascontiguousarray(wide, np.float32), bias.astype(np.float32)


def _ungrouped(wide: np.ndarray, layer: Convolution) -> np.ndarray:
    """A weight for all inputs, with zeros for those of other groups."""
    if layer.groups == 1:
        return wide
    made = np.zeros((layer.outputs, layer.inputs, layer.taps))
    outputs, inputs = layer.outputs // layer.groups, layer.inputs // layer.groups
    for group in range(layer.groups):
        rows = slice(group * outputs, (group + 1) * outputs)
        made[rows, group * inputs : (group + 1) * inputs] = wide[rows]
    return made


def _normed(
    tensors: Mapping[str, Floats], layer: Convolution, wide: np.ndarray, bias: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias with the norm after the convolution folded in."""
    weight, shift, mean, log = (
        tensors[f"{layer.name}.norm.{part}"].astype(np.float64)
        for part in ("weight", "bias", "mean", "log_variance")
    )
    variance = portable.exp(np.minimum(np.maximum(log, -_LARGEST), _LARGEST))
    scale = weight / np.sqrt(variance + EPSILON)
    return wide * scale[:, np.newaxis, np.newaxis], (bias - mean) * scale + shift
