"""Memory of generation with a SampleRNN and of its training; mirrors csrc/network.c, group.c.

Off the path of a sample: it counts memory.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from approx_build.families.samplernn.parameters import SampleRNNParameters
from approx_build.families.take_request import TakeRequest

_LANES = 16
"""Floats of the widest vector; rows are padded to multiples of it."""
_FLOAT, _LONG = 4, 8
_GRU_ROWS = 5
"""Rows of `width` that a GRU layer stores per frame for its gradients: gates, candidate, state."""


def drawing_bytes(
    network: SampleRNNParameters, takes: Sequence[TakeRequest[Any]]
) -> dict[str, int]:
    """Bytes, by item, of generating `takes` together."""
    lengths = [take.length for take in takes]
    return {
        "weights": _FLOAT * network.parameter_count,
        "packed weights": packed_bytes(network),
        "states": batch_bytes(network, len(takes)),
        "clips": _FLOAT * sum(lengths) + 3 * _FLOAT * max(lengths, default=0),
    }


def packed_bytes(network: SampleRNNParameters) -> int:
    """Bytes of the packed weights; folded embeddings replace the first map of the sample tier."""
    floats = network.frame_sizes[0] * network.codes * _padded(network.width)
    for name, shape in network.tensor_shapes().items():
        if name.endswith(".weight") and name != "mlp.input.weight":
            stack, rows, columns = math.prod(shape[:-2]), shape[-2], shape[-1]
            floats += stack * (rows + 1) * _padded(columns)
    return _FLOAT * floats


def batch_bytes(network: SampleRNNParameters, count: int) -> int:
    """Bytes of clips generated in lock step: their past codes, states and sums."""
    width, tiers = _padded(network.width), len(network.frame_sizes)
    gates = 2 * (_padded(3 * network.width) + _LANES)
    head = 3 * (max(width, _padded(network.codes)) + _LANES)
    states = tiers * network.layers * width
    return _FLOAT * count * (2 * network.top_frame + states + gates + 4 * width + head)


def products_per_sample(network: SampleRNNParameters) -> float:
    """Multiply-adds per sample: for a frame tier, those of a frame divided by its length."""
    total = 0.0
    for name, shape in network.tensor_shapes().items():
        size = float(math.prod(shape))
        if name.startswith("tiers."):
            tier = int(name.split(".")[1])
            size /= network.frame_sizes[tier]
        elif name in ("embedding", "mlp.input.weight"):
            size = 0.0  # folded: rows are added
        total += size
    return total + network.frame_sizes[0] * network.width


def activation_bytes(network: SampleRNNParameters, size: int, device: str, is_plain: bool) -> int:
    """Memory that autograd needs for a window, including temporary arrays of the backward pass.

    Numbers need half as much in lower precisions, in which autocast stores them.
    """
    width, number = network.width, _FLOAT if is_plain else _FLOAT // 2
    kept = [_LONG * size * (2 + network.frame_sizes[0])]  # codes, and their indices in the table
    for tier, frame in enumerate(network.frame_sizes):
        frames = -(-size // frame)
        kept += [_FLOAT * frames * width * _GRU_ROWS] * network.layers
        kept += [number * frames * width] * 3  # mapped frame with the row above; last states
        kept += [number * frames * width * network.ratio(tier)]
    taps, layers = network.frame_sizes[0], len(network.frame_sizes) * network.layers
    kept += [_FLOAT * taps * network.codes * width] * 2  # the table and its gradients
    kept += [_FLOAT * 3 * width * width] * layers  # gradients of a chunk
    kept += [number * size * width] * (2 + network.hidden_layers)
    kept += [_FLOAT * size * network.codes] * 3  # logits, their logarithms, their gradients
    return sum(kept)


def _padded(floats: int) -> int:
    return -(-floats // _LANES) * _LANES
