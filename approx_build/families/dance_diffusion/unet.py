"""The forward pass of DanceDiffusion's U-Net, with the same bits on every processor.

`DiffusionAttnUnet1D` (Harmonai, sample-generator, 2022). The bits of a result depend only on
weights, sound and time: not on the kernel, the threads or the other sounds. The rule is in
docs/numerics-of-kernels.md, and `unet_reference` implements it in NumPy.
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
"""Floats of the widest vector: weights are padded to whole vectors."""


class UNet:
    """A network that `prepare` packed for one kernel; `forward` runs it."""

    def __init__(self, tensors: Mapping[str, Floats], shape: UNetShape, kernel: Kernel) -> None:
        self.shape, self.kernel, self.tensors = shape, kernel, tensors
        self._frequencies = tensors["timestep_embed.weight"][:, 0].astype(np.float64)
        self._lock = Lock()
        self._open: tuple[tuple[int, int], OpenProgram] | None = None
        if kernel is not Kernel.REFERENCE:
            # The program of the shortest window uses the same weights as any other.
            self._network = PackedNetwork(
                unet_program(shape, SHORTEST * shape.grid), tensors, kernel
            )
            # The kernel has a packed copy, and a second copy would double the memory.
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

    def predict(self, sound: Floats, time: Floats, threads: int) -> Floats:
        """The output of the network [B, C, T] for `sound` [B, C, T] and time features [B, 16]."""
        if self.kernel is Kernel.REFERENCE:
            predicted = [
                reference_forward(self.tensors, self.shape, *item)
                for item in zip(sound, time, strict=True)
            ]
            return np.array(predicted, np.float32).reshape(sound.shape)
        result = np.empty_like(sound)
        # A program has one memory, so only one caller at a time can use it.
        with self._lock:
            for item in range(len(sound)):
                program = self._program(sound.shape[2], threads)
                program.run(sound[item], time[item], result[item])
        return result

    def _program(self, window: int, threads: int) -> OpenProgram:
        """The program for this length of window; the last one is cached with its memory."""
        if self._open is None or self._open[0] != (window, threads):
            # The memory of the old program is freed before the new one allocates its own.
            self._open = None
            program = OpenProgram(self._network, unet_program(self.shape, window), threads)
            self._open = (window, threads), program
        return self._open[1]


def prepare(weights: Weights, shape: UNetShape, kernel: str | None = None) -> UNet:
    """A network of these sizes, with packed weights.

    `weights` as in `unet_weights`. ModelError when they are invalid, UsageError when `kernel`
    cannot run here, MemoryError.
    """
    tensors = checked_tensors(weights, shape.tensors())
    return UNet(tensors, shape, choose(kernel, many_rows=True))


def forward(
    network: UNet, sound: NDArray[np.floating], times: NDArray[np.floating], threads: int = 1
) -> Floats:
    """The output [B, C, T] of the network for `sound` [B, C, T] at `times` [B], 0 clean to 1 noise.

    Sounds do not affect each other: one with a number that is not finite gives NaN only for itself.
    Several threads may call it; they wait for each other. ModelError when the shapes do not fit the
    network; MemoryError.
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
    return network.predict(sound, network.features(times), threads)


def packed_bytes(shape: UNetShape) -> int:
    """Bytes of the packed weights."""
    sizes = shape.tensors().values()
    return 4 * sum(-(-size[0] // _LANES) * _LANES * math.prod(size[1:]) for size in sizes)


def memory_bytes(shape: UNetShape, window: int, batch: int = 1, threads: int = 1) -> int:
    """Most bytes that a compiled kernel needs for a forward pass: weights, work and result."""
    shape.check_window(window)
    program = unet_program(shape, window)
    result = batch * shape.channels * window
    work = program.memory_floats + threads * program.scratch_floats + result
    return packed_bytes(shape) + 4 * work
