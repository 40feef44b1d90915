"""Takes of a WaveGAN: each is the clip of a latent, or the beginning of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.base import Progress, Weights
from approx_build.families.latent import Sampling
from approx_build.families.take_request import TakeRequest, check_takes
from approx_build.families.wavegan.parameters import WaveGANParameters
from approx_build.families.wavegan.program import generator_program, program_tensors
from approx_build.families.wavegan.reference import forward
from approx_build.kernels.compiled import Kernel, choose
from approx_build.kernels.program_library import OpenProgram, PackedNetwork
from approx_build.kernels.tensors import Floats, checked_tensors
from approx_build.numerics.stream import Stream

Generator = Callable[[Floats], Floats]
"""The clip [C, length] of a latent [n]."""


def draw(
    network: WaveGANParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str = "cpu",
    progress: Progress | None = None,
) -> list[Clip]:
    """Generate clips [C, length] at the network's rate, one after another.

    Uses the kernels of the processor on every device, because a transfer would cost more than a
    take.
    """
    check_takes(network, takes, device)
    generator = prepare(network, weights)
    total, done, clips = sum(take.length for take in takes), 0, list[Clip]()
    for take in takes:
        sound = generator(take.sampling.latent(network.latent, Stream(take.stream)))
        if not np.isfinite(sound).all():
            raise ModelError("the network's weights are so large that its sound is not finite")
        clips.append(Clip(sound[:, : take.length].copy(), network.rate))
        done += take.length
        if progress is not None:
            progress(done, total)
    return clips


def prepare(
    network: WaveGANParameters, weights: Weights, kernel: str | None = None, threads: int = 1
) -> Generator:
    """The generator, with weights packed for a kernel; not safe for two threads at once.

    ModelError when the weights are invalid, UsageError when `kernel` cannot run here, MemoryError.
    """
    tensors = checked_tensors(weights, network.tensor_shapes())
    chosen = choose(kernel, many_rows=True)
    if chosen is Kernel.REFERENCE:
        return lambda latent: forward(tensors, network, latent)
    program = generator_program(network)
    packed = PackedNetwork(program, program_tensors(network, tensors), chosen)
    opened, nothing = OpenProgram(packed, program, threads), np.zeros(1, np.float32)

    def generator(latent: Floats) -> Floats:
        clip = np.empty((network.channels, network.length), np.float32)
        opened.run(latent[:, None], nothing, clip)
        return clip

    return generator
