"""Takes that a DanceDiffusion network makes from sound: variations, interpolations, inpainting.

Sound longer than the inside of the network's window is covered by overlapping windows
(`engines.diffusion.overlapping_windows`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from hashlib import sha256
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.engines.diffusion import inpainting, interpolation
from approx_build.engines.diffusion.overlapping_windows import (
    inside,
    known_with_margins,
    windowed,
    with_margins,
    without_margins,
)
from approx_build.engines.diffusion.parameterisation import Sound, Velocity
from approx_build.engines.diffusion.solver import Solver
from approx_build.engines.progress import Progress
from approx_build.errors import ModelError
from approx_build.families.dance_diffusion.parameters import DanceDiffusionParameters
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.take_request import TakeRequest, check_clip
from approx_build.numerics.stream import Stream
from approx_build.ways.between import Interpolation
from approx_build.ways.extend import Extension
from approx_build.ways.inpaint import Inpainting
from approx_build.ways.prime import Priming
from approx_build.ways.vary import Variation

Take: TypeAlias = TakeRequest[Sampling]


def is_conditioned_throughout(take: Take) -> bool:
    """Whether sound conditions every window of a take."""
    return not isinstance(take.conditioning, Priming | Extension | None)


def alike(network: DanceDiffusionParameters, take: Take) -> Hashable:
    """What takes made from sound must share so that one batch can generate them."""
    size = _size(network, take)
    match take.conditioning:
        case Variation(sound, noise_level):
            return "vary", take.sampling, size, sound.channels, noise_level
        case Inpainting(sound, missing):
            return "inpaint", take.sampling, size, sound.channels, missing
        case Interpolation(first, second):
            # By content, because equal clips may be two objects; one inversion serves all takes
            # between the same sounds.
            return "between", take.sampling, size, _digest(first), _digest(second)
    raise TypeError(take.conditioning)


def check(network: DanceDiffusionParameters, take: Take) -> None:
    """ModelError if the network cannot make a take from its sound."""
    size = _size(network, take)
    match take.conditioning:
        case Variation(sound):
            check_clip(network, sound, "variation", size)
        case Inpainting(sound, missing):
            check_clip(network, sound, "inpainting", size)
            # Called only for its errors.
            _is_known(take.length, size, missing)
        case Interpolation(first, second):
            check_clip(network, first, "first sound", size)
            check_clip(network, second, "second sound", size)


def drawn(
    network: DanceDiffusionParameters,
    velocity: Velocity,
    takes: Sequence[Take],
    progress: Progress | None,
) -> Sound:
    """Sound [B, C, T] for takes that are alike; T is at least the length of each."""
    return without_margins(_made(network, velocity, takes, progress), network.window)


def _made(
    network: DanceDiffusionParameters,
    velocity: Velocity,
    takes: Sequence[Take],
    progress: Progress | None,
) -> Sound:
    """The same sound including margins: everything that the network generates."""
    first, window = takes[0], network.window
    solver = first.sampling.solver(windowed(velocity, window))
    streams = [Stream(take.stream) for take in takes]
    match first.conditioning:
        case Variation(_, noise_level):
            sounds = _sounds(network, takes)
            return interpolation.vary(solver, sounds, noise_level, streams, progress)
        case Inpainting(_, missing):
            is_known = _is_known(first.length, _size(network, first), missing)
            known = known_with_margins(is_known, window)
            sounds = _sounds(network, takes)
            resampling = first.sampling.resampling
            return inpainting.inpaint(solver, sounds, known, streams, resampling, progress)
        case Interpolation():
            return _between(network, solver, takes, progress)
    raise TypeError(first.conditioning)


def _size(network: DanceDiffusionParameters, take: Take) -> int:
    """Samples to process without margins: those of the take, but at least a window's inside."""
    return max(take.length, inside(network.window))


def _sounds(network: DanceDiffusionParameters, takes: Sequence[Take]) -> Sound:
    """The source sound of each take [B, C, T], with margins."""
    sounds = [
        take.conditioning.sound.data[:, : _size(network, take)]
        for take in takes
        if isinstance(take.conditioning, Variation | Inpainting)
    ]
    return with_margins(np.stack(sounds), network.window)


def _between(
    network: DanceDiffusionParameters,
    solver: Solver,
    takes: Sequence[Take],
    progress: Progress | None,
) -> Sound:
    size = _size(network, takes[0])
    pairs = [take.conditioning for take in takes if isinstance(take.conditioning, Interpolation)]
    first, second = (
        with_margins(clip.data[:, :size], network.window)
        for clip in (pairs[0].first, pairs[0].second)
    )
    places = [pair.place for pair in pairs]
    return interpolation.interpolate(solver, first, second, places, progress)


def _is_known(length: int, size: int, missing: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    is_known = np.ones(size, bool)
    for start, stop in missing:
        if not 0 <= start < stop <= length:
            raise ModelError(
                f"missing samples {start} to {stop}: not inside the take of {length} samples"
            )
        is_known[start:stop] = False
    return is_known


def _digest(clip: Clip) -> str:
    return sha256(np.ascontiguousarray(clip.data).tobytes()).hexdigest()
