"""Memory of generation with a WaveNet and of its training; mirrors csrc/network.c, group.c.

Off the path of a sample: it counts memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from approx_build.families.take_request import TakeRequest
from approx_build.families.wavenet import gradients
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.machine import allocated_bytes

_LANES = 16
"""Floats of the widest vector; rows are padded to multiples of it."""
_LOOKAHEAD = 8
"""Largest number of steps for which sums of a single clip are started in advance."""
_FLOAT = 4


def drawing_bytes(network: WaveNetParameters, takes: Sequence[TakeRequest[Any]]) -> dict[str, int]:
    """Bytes, by item, of generating `takes` together."""
    lengths = [take.length for take in takes]
    return {
        "weights": _FLOAT * network.parameter_count,
        "packed weights": packed_bytes(network),
        "layers": batch_bytes(network, lengths),
        "clips": _FLOAT * sum(lengths) + 3 * _FLOAT * max(lengths, default=0),
    }


def packed_bytes(network: WaveNetParameters) -> int:
    """Bytes of the packed weights."""
    layers, inner = len(network.dilations), network.dilation_channels
    residual, skip = network.residual_channels, network.skip_channels
    inputs = 1 if network.scalar_input else network.quantization_channels
    matrices = [
        (network.causal_width * inputs, residual),
        *[(network.filter_width * residual, 2 * _padded(inner)), (inner, residual)] * layers,
        *((layers * inner, skip), (skip, skip), (skip, network.quantization_channels)),
    ]
    return _FLOAT * sum((rows + 1) * _padded(columns) for rows, columns in matrices)


def batch_bytes(network: WaveNetParameters, lengths: Sequence[int]) -> int:
    """Bytes of clips of these lengths in lock step: their past, their sums, their codes."""
    layers, residual = len(network.dilations), _padded(network.residual_channels)
    inner, classes = _padded(network.dilation_channels), _padded(network.quantization_channels)
    work = max(2 * inner, residual)
    past = (network.filter_width - 1) * sum(network.dilations) + layers * _LOOKAHEAD
    head = 3 * (max(_padded(network.skip_channels), classes) + _LANES)
    floats = past * residual + work + layers * inner + _LANES + head + 2 * network.causal_width
    alone = layers * _LOOKAHEAD * work if len(lengths) == 1 else 0
    return _FLOAT * (len(lengths) * floats + alone) + sum(lengths)


def activation_bytes(network: WaveNetParameters, size: int, device: str, is_plain: bool) -> int:
    """The compiled kernel's workspace, or what autograd needs for a window.

    Numbers need half as much in lower precisions, in which autocast stores them.
    """
    if _is_compiled(device, is_plain):
        return gradients.workspace_bytes(network, size)
    layers, codes = len(network.dilations), network.quantization_channels
    dilation, skip = network.dilation_channels, network.skip_channels
    taps = network.filter_width * network.residual_channels
    # The taps of a layer and three results of its gate; then all of them concatenated.
    kept = [*[taps] * layers, *[dilation] * 3 * layers, layers * dilation]
    head = [skip] * 4 + [codes]  # skips and hidden, before and after ReLU; logits
    losses = [skip] * 2 + [codes] * 3  # also the logarithms and gradients of logits
    back = [layers * dilation, skip, skip]  # gradients of the concatenated arrays
    heap, number = allocated_bytes if device == "cpu" else int, 4 if is_plain else 2
    return max(sum(heap(number * size * n) for n in kept + more) for more in (head, losses, back))


def evaluation_bytes(network: WaveNetParameters, size: int, device: str, is_plain: bool) -> int:
    """Memory of torch's forward pass, which cannot use the kernel's workspace."""
    if not _is_compiled(device, is_plain):
        return 0
    layers, dilation, skip = (
        len(network.dilations),
        network.dilation_channels,
        network.skip_channels,
    )
    there = [*[dilation] * layers, layers * dilation]
    there += [*[skip] * 4, network.quantization_channels]
    return sum(allocated_bytes(_FLOAT * size * n) for n in there)


def _is_compiled(device: str, is_plain: bool) -> bool:
    """Whether the training kernel computes the gradients."""
    return device == "cpu" and is_plain and gradients.describe() is not None


def _padded(floats: int) -> int:
    return -(-floats // _LANES) * _LANES
