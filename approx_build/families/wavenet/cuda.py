"""WaveNet in torch on a GPU, for device "cuda": all clips in lock step, one CUDA graph per step.

The rule is that of `kernels`, including the word of the stream for each sample. But the device's
library chooses the order of the sums, so the codes differ: `torch_device.environment` records the
differences, and is part of the keys of takes that are generated here. There are always `LANES`
lanes, and lanes without a clip receive silence. So the sizes of the products, by which the library
chooses the order, are always the same, and a clip should not depend on the others.

On "cpu" the same steps run one by one, without a graph; the tests use this. This code has not yet
been run on a GPU: capture, replay, speed and the estimate of memory are unverified.

Off the path of a sample: takes on a GPU have an environment of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch

from approx_build.engines.autoregressive.lock_step import check_requests
from approx_build.engines.autoregressive.request import ClipRequest, Codes, SamplingCancelled
from approx_build.engines.progress import Progress
from approx_build.errors import ModelError
from approx_build.families.torch_device import exact, place
from approx_build.families.wavenet.cuda_lanes import DRAWN, LANES, SLICE, Lanes, Table
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.kernels.tensors import Floats, Weights, checked_tensors
from approx_build.numerics.stream import Stream

_LIBRARY_BYTES = 512 << 20
"""Bytes for the libraries' kernels and workspaces; a guess."""


def sample_on_device(
    weights: Weights,
    network: WaveNetParameters,
    clips: Sequence[ClipRequest],
    device: str = "cuda",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Codes]:
    """Generate `clips` on `device`; returns their codes, each uint8 [length].

    Arguments and errors are those of `sampler.sample`; also ModelError when there is no such device
    or its memory is too small.
    """
    tensors = checked_tensors(weights, network.tensor_shapes())
    check_requests(clips, network.quantization_channels)
    codes = [np.zeros(clip.length, np.uint8) for clip in clips]
    done, total = 0, sum(clip.steps for clip in clips)
    with exact():
        lanes = _lanes(tensors, network, place(device))
        for first in range(0, len(clips), LANES):
            part = slice(first, first + LANES)
            for steps in _draw(lanes, clips[part], codes[part], network):
                done += steps
                if progress:
                    progress(done, total)
                if done < total and cancelled and cancelled():
                    raise SamplingCancelled
    return codes


def needed_bytes(network: WaveNetParameters) -> int:
    """Approximate memory: weights, rings, tables, and twice the values of one step."""
    weights = network.parameter_count
    residual, inner = network.residual_channels, network.dilation_channels
    rings = (network.filter_width - 1) * sum(network.dilations) * residual
    layers = len(network.dilations) * (2 * network.filter_width * residual + 8 * inner)
    head = 4 * network.skip_channels + 16 * network.quantization_channels
    entrance = network.causal_width * (residual + 6)
    return 4 * (2 * weights + LANES * (rings + 2 * (layers + head + entrance) + 8 * SLICE))


def _lanes(tensors: Mapping[str, Floats], network: WaveNetParameters, where: torch.device) -> Lanes:
    """Lanes on the device `where`; ModelError when its memory is too small."""
    needed, free = needed_bytes(network) + _LIBRARY_BYTES, _free_bytes(where)
    too_small = (
        f"device {where}: too little memory: {LANES} lanes of this network need about "
        f"{needed / 1e9:.2f} GB, {free / 1e9:.2f} GB are free; use the CPU"
    )
    if needed > free:
        raise ModelError(too_small)
    try:
        return Lanes(tensors, network, where, captured=where.type == "cuda")
    # The estimate may be too low.
    except torch.OutOfMemoryError:
        raise ModelError(too_small) from None


def _free_bytes(where: torch.device) -> int:
    """Free memory of a GPU in bytes; unlimited on a CPU."""
    return torch.cuda.mem_get_info(where)[0] if where.type == "cuda" else sys.maxsize


def _draw(
    lanes: Lanes, clips: Sequence[ClipRequest], codes: Sequence[Codes], network: WaveNetParameters
) -> Iterator[int]:
    """Fill `codes` slice by slice; yields the number of new samples, including primes."""
    lanes.begin(clips)
    for start in range(0, max((clip.steps for clip in clips), default=0), SLICE):
        ends = [min(clip.steps - start, SLICE) for clip in clips]
        drawn, is_finite = lanes.run(_table(clips, start, network), max(ends))
        if not is_finite:
            raise ModelError("the network's output is not finite: its weights are too large")
        for lane, clip in enumerate(clips):
            samples, rows = _spans(clip, start)
            codes[lane][samples] = drawn[rows, lane]
        yield sum(max(0, end) for end in ends)


def _spans(clip: ClipRequest, start: int) -> tuple[slice, slice]:
    """The samples generated in the slice that begins at step `start`, and their rows in it."""
    offset = start - len(clip.prime_codes)
    begin, end = max(0, offset), max(0, offset, min(clip.length, offset + SLICE))
    return slice(begin, end), slice(begin - offset, end - offset)


def _table(clips: Sequence[ClipRequest], start: int, network: WaveNetParameters) -> Table:
    """The table of the lanes for the steps from `start`; lanes without a clip receive silence."""
    size, classes = (SLICE, LANES), network.quantization_channels
    table = Table(
        given=np.full(size, classes // 2),
        uniform=np.zeros(size, np.float32),
        divisor=np.ones(size, np.float32),
        rank=np.zeros(size, np.int64),
    )
    for lane, clip in enumerate(clips):
        prime = clip.prime_codes[start : start + SLICE]
        table.given[: len(prime), lane] = prime
        samples, rows = _spans(clip, start)
        count, first = samples.stop - samples.start, clip.first_draw + samples.start
        # A clip of no samples still has a temperature, which is cut off.
        curve = np.broadcast_to(clip.curve, (max(1, clip.length),))[: clip.length][samples]
        words = Stream(clip.key).words_at(first, count)
        table.given[rows, lane] = DRAWN
        # The same conversion of words to numbers as in `kernels.reference.uniform`.
        table.uniform[rows, lane] = (words >> np.uint64(40)) * 2.0**-24
        table.divisor[rows, lane] = np.where(curve > 0, curve, np.float32(1))
        kept = min(clip.top_k or classes, classes)
        table.rank[rows, lane] = classes - np.where(curve > 0, kept, 1)
    return table
