"""What drawing from a DanceDiffusion network and training it takes: memory, and work.

Off the path of a sample: it counts memory and work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from approx_build.engines.diffusion.outpainting import windows
from approx_build.engines.diffusion.overlapping_windows import generated_length, starts
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.families.base import TakeRequest
from approx_build.families.dance_diffusion.derived_takes import is_conditioned_throughout
from approx_build.families.dance_diffusion.parameters import DanceDiffusionParameters
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.dance_diffusion.unet import memory_bytes, packed_bytes
from approx_build.families.dance_diffusion.unet_weights import Block, Level
from approx_build.ways.between import Interpolation

_FLOAT = 4
_ARRAYS = 18
"""Largest number of arrays of a solver for each clip, including the sound that it continues."""
_PATH = 22
"""Those of a Brownian path: two ends, and a point on each of the 18 bridges between; noise."""
_DRAWING = 18 * 3
"""Those of the path that is being drawn: for each bridge its words of 8 bytes, and its numbers."""
_COPIES = 3
"""Of a clip: as it grows window by window, and within full scale."""
_ONE_CLIP = 1.0 / 8
"""An inversion of two sounds serves all the clips between them, of which there may be eight."""


def drawing_bytes(
    network: DanceDiffusionParameters, takes: Sequence[TakeRequest[Sampling]]
) -> dict[str, int]:
    """Bytes by item when `takes` are drawn together; by the compiled kernels, on one thread."""
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
    """Samples that are worked on together: a window, or all of the sounds a take is made of."""
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
    """How many windows the network is asked about for a clip, nearly.

    A variation goes a part of the steps only, which is not known here: all are counted.
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
    """Multiply-adds of drawing `samples`: those of a window, as often as it takes."""
    work = sum(
        length * block.inside * 5 * (block.given + block.made)
        for length, block in _with_lengths(network.shape.top(), network.window)
    )
    return work * evaluations(network, samples, sampling, way)


def activation_bytes(network: DanceDiffusionParameters, size: int) -> int:
    """What autograd keeps of a window, and the largest of what comes and goes."""
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
    """Each block, and how long the sound is where it stands."""
    for block in (*top.down, *top.up):
        yield size, block
    if top.inner:
        yield from _with_lengths(top.inner, size // 2)
