"""Takes of a SpecGAN: each is the clip of a latent, or its beginning."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.base import Progress, Weights
from approx_build.families.specgan.inversion import inverted
from approx_build.families.specgan.parameters import SpecGANParameters
from approx_build.families.specgan.program import generator_program, program_tensors
from approx_build.families.specgan.reference import forward
from approx_build.families.specgan.sampling import Sampling
from approx_build.families.specgan.spectrogram import Doubles, Frames, magnitudes
from approx_build.families.take_request import TakeRequest, check_takes
from approx_build.kernels import planes
from approx_build.kernels.compiled import Kernel, choose
from approx_build.kernels.program_library import OpenProgram, PackedNetwork
from approx_build.kernels.tensors import Floats, checked_tensors
from approx_build.numerics.portable import absolute
from approx_build.numerics.stream import Stream

Generator = Callable[[Floats], Floats]
"""The normalised spectrogram [frames, bins] of a latent [n]."""


def draw(
    network: SpecGANParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str = "cpu",
    progress: Progress | None = None,
) -> list[Clip]:
    """Clips [1, length] at the network's rate, one after another.

    On every device by the kernels of the processor: a take costs less than it would to move it.
    """
    check_takes(network, takes, device)
    tensors = checked_tensors(weights, network.tensor_shapes())
    generator = prepare(network, tensors)
    frames = Frames(network.window, network.hop, network.length)
    moments = tensors["moments.mean"], tensors["moments.deviation"]
    total, done, clips = sum(take.length for take in takes), 0, list[Clip]()
    for take in takes:
        made = generator(take.sampling.latent(network.latent, Stream(take.stream)))
        # Numbers that are too large become infinite or NaN, which is an error below.
        with np.errstate(over="ignore", invalid="ignore"):
            sound = inverted(frames, magnitudes(made, *moments), take.sampling.iterations)
        clips.append(Clip(_whole_clip(sound)[:, : take.length].copy(), network.rate))
        done += take.length
        if progress is not None:
            progress(done, total)
    return clips


def prepare(
    network: SpecGANParameters, weights: Weights, kernel: str | None = None, threads: int = 1
) -> Generator:
    """The generator, its weights packed for a kernel; not for two callers at once.

    ModelError when the weights are not as they should be, UsageError when `kernel` cannot run
    here, MemoryError.
    """
    tensors = checked_tensors(weights, network.tensor_shapes())
    chosen = choose(kernel, many_rows=True)
    if chosen is Kernel.REFERENCE:
        return lambda latent: forward(tensors, network, latent)
    program = generator_program(network)
    packed = PackedNetwork(program, program_tensors(network, tensors), chosen)
    opened, nothing = OpenProgram(packed, program, threads), np.zeros(1, np.float32)
    rows, columns = network.frames // 2, network.bins // 2
    cells = program.steps[-1].given

    def generator(latent: Floats) -> Floats:
        made = np.empty((cells.channels, cells.rows), np.float32)
        opened.run(latent[:, None], nothing, made)
        [spectrogram] = planes.unfolded(made, rows, columns)
        return np.asarray(spectrogram, np.float32)

    return generator


def _whole_clip(sound: Doubles) -> Floats:
    """A clip [1, length] of a sound [length], made quieter if it is above full scale."""
    if not np.isfinite(sound).all():
        raise ModelError("the network's weights are so large that its sound is not finite")
    peak = absolute(sound).max()
    return np.asarray(sound / peak if peak > 1 else sound, np.float32)[None]
