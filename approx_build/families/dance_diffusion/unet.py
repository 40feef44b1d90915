"""What DanceDiffusion's U-Net says of noisy sound, with the same bits on every processor.

`DiffusionAttnUnet1D` (Harmonai, sample-generator, 2022). The bits of a result depend on weights,
sound and time and nothing else: not on the kernel, the threads or the sounds beside it. The rule
is written in docs/numerics-of-kernels.md and stated in NumPy by `unet_reference`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import ModelError
from approx_build.families.dance_diffusion.unet_program import unet_program
from approx_build.families.dance_diffusion.unet_reference import forward as reference_forward
from approx_build.families.dance_diffusion.unet_weights import (
    SHORTEST,
    UNetShape,
)
from approx_build.kernels.compiled import Kernel, choose
from approx_build.kernels.program_library import OpenProgram, PackedNetwork
from approx_build.kernels.tensors import Floats, Weights, checked_tensors
from approx_build.numerics import portable

__all__ = ["UNet", "UNetShape", "forward", "memory_bytes", "packed_bytes", "prepare"]

_LANES = 16
"""Floats of the widest vector: weights are padded to whole ones."""


class UNet:
    """A network made ready for one kernel by `prepare`; `forward` runs it."""

    def __init__(self, tensors: Mapping[str, Floats], shape: UNetShape, kernel: Kernel) -> None:
        self.shape, self.kernel, self.tensors = shape, kernel, tensors
        self._frequencies = tensors["timestep_embed.weight"][:, 0].astype(np.float64)
        self._lock = Lock()
        self._open: tuple[tuple[int, int], OpenProgram] | None = None
        if kernel is not Kernel.REFERENCE:
            # The shortest window's program points at the same weights as any other's.
            self._network = PackedNetwork(
                unet_program(shape, SHORTEST * shape.grid), tensors, kernel
            )
            # The kernel has a packed copy, and a second one would double the memory.
            self.tensors = {}

    def features(self, times: NDArray[np.floating]) -> Floats:
        """Cosines and sines [B, 16] of times [B] at the network's frequencies."""
        angles = portable.TAU * np.asarray(times, np.float64)[:, None] * self._frequencies
        try:
            waves = portable.cos(angles), portable.sin(angles)
        # The portable functions refuse angles that are too large to be exact.
        except ValueError as error:
            raise ModelError(f"timestep_embed.weight: {error}") from None
        return np.concatenate(waves, axis=1).astype(np.float32)

    def say(self, sound: Floats, time: Floats, threads: int) -> Floats:
        """What the network says [B, C, T] of `sound` [B, C, T] at times of features [B, 16]."""
        if self.kernel is Kernel.REFERENCE:
            said = [
                reference_forward(self.tensors, self.shape, *item)
                for item in zip(sound, time, strict=True)
            ]
            return np.array(said, np.float32).reshape(sound.shape)
        result = np.empty_like(sound)
        # A program has one memory, in which only one caller can work.
        with self._lock:
            for item in range(len(sound)):
                program = self._program(sound.shape[2], threads)
                program.run(sound[item], time[item], result[item])
        return result

    def _program(self, window: int, threads: int) -> OpenProgram:
        """The program for so long a window; the last one is kept, with its memory."""
        if self._open is None or self._open[0] != (window, threads):
            # The memory of the old program is freed before the new one takes its own.
            self._open = None
            program = OpenProgram(self._network, unet_program(self.shape, window), threads)
            self._open = (window, threads), program
        return self._open[1]


def prepare(weights: Weights, shape: UNetShape, kernel: str | None = None) -> UNet:
    """A network of these sizes, its weights packed.

    `weights` as in `unet_weights`. ModelError when they are not as they should be, UsageError
    when `kernel` cannot run here, MemoryError.
    """
    tensors = checked_tensors(weights, shape.tensors())
    return UNet(tensors, shape, choose(kernel, many_rows=True))


def forward(
    network: UNet, sound: NDArray[np.floating], times: NDArray[np.floating], threads: int = 1
) -> Floats:
    """What the network says [B, C, T] of `sound` [B, C, T] at `times` [B], 0 clean to 1 noise.

    Each sound by itself: one that holds a number that is not finite makes its own result NaN. May
    be called from several threads, which then wait for each other. ModelError when the shapes do
    not suit the network; MemoryError.
    """
    sound = np.ascontiguousarray(sound, np.float32)
    if sound.ndim != 3 or sound.shape[1] != network.shape.channels:
        raise ModelError(
            f"sound: shape {list(sound.shape)}; must be [B, {network.shape.channels}, T]"
        )
    network.shape.check_window(sound.shape[2])
    if np.shape(times) != (len(sound),):
        raise ModelError(f"times: shape {list(np.shape(times))}; must be [{len(sound)}]")
    if threads < 1:
        raise ModelError(f"threads: {threads}; must be at least 1")
    return network.say(sound, network.features(times), threads)


def packed_bytes(shape: UNetShape) -> int:
    """Bytes of the packed weights."""
    sizes = shape.tensors().values()
    return 4 * sum(-(-size[0] // _LANES) * _LANES * math.prod(size[1:]) for size in sizes)


def memory_bytes(shape: UNetShape, window: int, batch: int = 1, threads: int = 1) -> int:
    """Bytes that a compiled kernel takes at most for a forward pass: weights, work and result."""
    shape.check_window(window)
    program = unet_program(shape, window)
    result = batch * shape.channels * window
    work = program.memory_floats + threads * program.scratch_floats + result
    return packed_bytes(shape) + 4 * work
