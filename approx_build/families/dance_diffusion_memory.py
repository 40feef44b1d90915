"""The memory that drawing from a DanceDiffusion network takes on a CPU, item by item.

Off the path of a sample: it counts memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from approx_build.diffusion.margins import worked_on
from approx_build.diffusion.samplers.table import SAMPLERS
from approx_build.families.base import TakeRequest
from approx_build.families.dance_diffusion_clips import is_made_of_sound
from approx_build.families.derivation import Interpolation
from approx_build.kernels.unet import memory_bytes, packed_bytes

if TYPE_CHECKING:
    from approx_build.families.dance_diffusion import DanceDiffusion
    from approx_build.families.dance_diffusion_sampling import Sampling

_FLOAT = 4
_ARRAYS = 18
"""Arrays that a solver holds of each clip at most, what it goes on from included."""
_PATH = 22
"""Those of a Brownian path: two ends, and a point on each of the 18 bridges between; noise."""
_DRAWING = 18 * 3
"""Those of the path that is being drawn: for each bridge its words of 8 bytes, and its numbers."""
_COPIES = 3
"""Of a clip: as it grows window by window, and within full scale."""


def drawing_bytes(
    network: DanceDiffusion, takes: Sequence[TakeRequest[Sampling]]
) -> dict[str, int]:
    """Bytes by item when `takes` are drawn together; by the compiled kernels, on one thread."""
    sizes = [_size(network, take) for take in takes]
    numbers = _ARRAYS * sum(sizes)
    if any(map(_draws_noise, takes)):
        numbers += _PATH * sum(sizes) + _DRAWING * max(sizes)
    packed = packed_bytes(network)
    length = sum(take.length + network.window for take in takes)
    return {
        "weights": _FLOAT * network.parameter_count,
        "packed weights": packed,
        "layers": memory_bytes(network, network.window) - packed,
        "sampling": _FLOAT * network.channels * numbers,
        "clips": _COPIES * _FLOAT * network.channels * length,
    }


def _size(network: DanceDiffusion, take: TakeRequest[Sampling]) -> int:
    """Samples that are worked on together: a window, or all of the sounds a take is made of."""
    if not is_made_of_sound(take):
        return network.window
    sounds = 2 if isinstance(take.derivation, Interpolation) else 1
    return sounds * worked_on(take.length, network.window)


def _draws_noise(take: TakeRequest[Sampling]) -> bool:
    eta = take.sampling.eta
    return bool(SAMPLERS[take.sampling.sampler].usual_eta if eta is None else eta)
