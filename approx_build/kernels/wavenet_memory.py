"""The memory that WaveNet's compiled sampler takes; mirrors src/wavenet_network.c and _group.c.

Off the path of a sample: it counts memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.kernels.wavenet_weights import Shape, WaveNetConfig

_LANES = 16
"""Floats of the widest vector, and what rows are padded to."""
_LOOKAHEAD = 8
"""Steps at most for which sums of a clip alone are begun in advance."""
_FLOAT = 4


def packed_bytes(config: WaveNetConfig) -> int:
    """Bytes of the packed weights."""
    shape = Shape.of(config)
    layers, inner = len(shape.dilations), shape.dilation_channels
    residual, skip = shape.residual_channels, shape.skip_channels
    heard = 1 if shape.scalar_input else shape.quantization_channels
    matrices = [
        (shape.causal_width * heard, residual),
        *[(shape.filter_width * residual, 2 * _padded(inner)), (inner, residual)] * layers,
        *((layers * inner, skip), (skip, skip), (skip, shape.quantization_channels)),
    ]
    return _FLOAT * sum((rows + 1) * _padded(columns) for rows, columns in matrices)


def batch_bytes(config: WaveNetConfig, lengths: Sequence[int]) -> int:
    """Bytes of clips of these lengths drawn in lock step: their past, their sums, their codes."""
    shape = Shape.of(config)
    layers, residual = len(shape.dilations), _padded(shape.residual_channels)
    inner, classes = _padded(shape.dilation_channels), _padded(shape.quantization_channels)
    work = max(2 * inner, residual)
    past = (shape.filter_width - 1) * sum(shape.dilations) + layers * _LOOKAHEAD
    head = 3 * (max(_padded(shape.skip_channels), classes) + _LANES)
    floats = past * residual + work + layers * inner + _LANES + head + 2 * shape.causal_width
    alone = layers * _LOOKAHEAD * work if len(lengths) == 1 else 0
    return _FLOAT * (len(lengths) * floats + alone) + sum(lengths)


def _padded(floats: int) -> int:
    return -(-floats // _LANES) * _LANES
