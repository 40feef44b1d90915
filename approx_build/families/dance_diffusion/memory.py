"""Memory and work of generation with a DanceDiffusion network, and memory of its training.

Off the path of a sample: it counts memory and work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from approx_build.engines.diffusion.outpainting import windows
from approx_build.engines.diffusion.overlapping_windows import generated_length, starts
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.families.dance_diffusion.derived_takes import is_conditioned_throughout
from approx_build.families.dance_diffusion.parameters import DanceDiffusionParameters
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.dance_diffusion.unet import memory_bytes, packed_bytes
from approx_build.families.dance_diffusion.unet_weights import Block, Level
from approx_build.families.take_request import TakeRequest
from approx_build.ways.between import Interpolation

_FLOAT = 4
_ARRAYS = 18
"""Largest number of arrays of a solver for each clip, including the sound that it continues."""
_PATH = 22
"""Arrays of a Brownian path: two ends, a point on each of the 18 bridges between, and noise."""
_DRAWING = 18 * 3
"""Arrays of the path while it is generated: 8-byte words and numbers for each bridge."""
_COPIES = 3
"""Arrays of a clip: while it is extended window by window, and clipped to full scale."""
_ONE_CLIP = 1.0 / 8
"""An inversion of two sounds serves up to eight clips between them."""


def drawing_bytes(
    network: DanceDiffusionParameters, takes: Sequence[TakeRequest[Sampling]]
) -> dict[str, int]:
    """Bytes, by item, of generating `takes` together by the compiled kernels, on one thread."""
    sizes = [_size(network, take) for take in takes]
    numbers = _ARRAYS * sum(sizes)
    if any(map(_draws_noise, takes)):
        numbers += _PATH * sum(sizes) + _DRAWING * max(sizes)
    packed = packed_bytes(network.shape)
    length = sum(take.length + network.window for take in takes)
    return {
        "weights": _FLOAT * network.parameter_count,
        "packed weights": packed,
        "layers": memory_bytes(network.shape, network.window) - packed,
        "sampling": _FLOAT * network.channels * numbers,
        "clips": _COPIES * _FLOAT * network.channels * length,
    }


def _size(network: DanceDiffusionParameters, take: TakeRequest[Sampling]) -> int:
    """Samples that are processed together: a window, or all source sounds of a take."""
    if not is_conditioned_throughout(take):
        return network.window
    sounds = 2 if isinstance(take.conditioning, Interpolation) else 1
    return sounds * generated_length(take.length, network.window)


def _draws_noise(take: TakeRequest[Sampling]) -> bool:
    eta = take.sampling.eta
    return bool(SAMPLERS[take.sampling.sampler].usual_eta if eta is None else eta)


def evaluations(
    network: DanceDiffusionParameters, samples: int, sampling: Sampling, way: str | None
) -> float:
    """Approximate number of windows that the network evaluates for a clip.

    A variation takes only some of the steps, but their number is not known here, so all are
    counted.
    """
    window, once = network.window, sampling.steps * SAMPLERS[sampling.sampler].evaluations
    again = once * sampling.resampling_times
    covered = len(starts(generated_length(samples, window), window))
    match way:
        case "vary":
            return once * covered
        case "inpaint":
            return again * covered
        case "between":
            return once * covered * (1 + 2 * _ONE_CLIP)
        case "prime" | "extend":
            return again * windows(window // 2, samples, window)
        case _:
            return once + again * (windows(0, samples, window) - 1)


def cost(
    network: DanceDiffusionParameters, samples: int, sampling: Sampling, way: str | None
) -> float:
    """Multiply-adds of generating `samples`: those of a window times the number of evaluations."""
    work = sum(
        length * block.inside * 5 * (block.given + block.made)
        for length, block in _with_lengths(network.shape.top(), network.window)
    )
    return work * evaluations(network, samples, sampling, way)


def activation_bytes(network: DanceDiffusionParameters, size: int) -> int:
    """Memory that autograd needs for a window, including the largest temporary arrays."""
    kept, widest = 0, 0
    for length, block in _with_lengths(network.shape.top(), size):
        # Inputs of both convolutions, norms and GELUs, and the sum.
        here = length * (block.given + 3 * block.inside + 3 * block.made)
        if block.attention:
            # Norm, queries, keys, values, result; and a matrix of weights for each head.
            here += length * (7 * block.made + 2 * block.heads * length)
        kept, widest = kept + here, max(widest, here)
    return 4 * (kept + 2 * widest)


def _with_lengths(top: Level, size: int) -> Iterator[tuple[int, Block]]:
    """Each block, and the length of the sound at that block."""
    for block in (*top.down, *top.up):
        yield size, block
    if top.inner:
        yield from _with_lengths(top.inner, size // 2)
