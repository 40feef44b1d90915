"""A scale's generator in NumPy: the oracle of its program, and its substitute.

The rule is that of docs/numerics-of-kernels.md: products fused, sums over taps and then channels,
from the bias on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.catch_a_waveform.layers import SLOPE, Convolution
from approx_build.kernels.program import Taps
from approx_build.kernels.program_reference import convolve
from approx_build.kernels.reference import gated, leaky_relu
from approx_build.kernels.tensors import Floats

Folded = Mapping[str, tuple[Floats, Floats]]
"""Weight and bias of each convolution by name."""


def forward(weights: Folded, layers: tuple[Convolution, ...], sound: Floats) -> Floats:
    """What the last convolution makes [T - left - right + 1] of a sound [T]."""
    by_name = {layer.name: layer for layer in layers}

    def through(name: str, rows: Floats) -> Floats:
        layer = by_name[name]
        taps = Taps(layer.taps, dilation=layer.dilation, before=0)
        return convolve(rows, *weights[name], taps)[: len(rows) - layer.lost]

    rows = sound[:, np.newaxis]
    # Numbers that are too large become infinite or NaN, in the kernels without a warning.
    with np.errstate(over="ignore", invalid="ignore"):
        for number, layer in enumerate(layers[:-3]):
            rows = through(layer.name, leaky_relu(rows, SLOPE) if number else rows)
        rows = gated(through("filter", rows), through("gate", rows))
        return np.ascontiguousarray(through("out", rows)[:, 0])
