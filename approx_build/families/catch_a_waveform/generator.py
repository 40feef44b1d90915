"""A scale's generator, its weights packed for a kernel: sound in, detail out, block by block."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.catch_a_waveform.folding import folded
from approx_build.families.catch_a_waveform.layers import PRE_EMPHASIS
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.families.catch_a_waveform.program import generator_program, map_tensors
from approx_build.families.catch_a_waveform.reference import forward
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.program_library import OpenProgram, PackedNetwork
from approx_build.kernels.reference import f32
from approx_build.kernels.tensors import Floats

_MARGINS = 8
"""A block is so many times as long as what is read on either side of it."""
_LEAST_BLOCK = 4096
_NO_TIME = np.zeros(1, np.float32)


class Generator:
    """The generator of one scale; not for two callers at once."""

    def __init__(
        self,
        network: CatchAWaveformParameters,
        tensors: Mapping[str, Floats],
        scale: int,
        kernel: Kernel,
        threads: int = 1,
    ) -> None:
        self._layers, self._threads = network.generator(scale), threads
        self._margin, self.block = network.right, block_of(network)
        self._weights = folded(tensors, network, scale)
        self._packed: PackedNetwork | None = None
        self._open: tuple[int, OpenProgram] | None = None
        if kernel is not Kernel.REFERENCE:
            program = generator_program(self._layers, 2 * self._margin + 1)
            maps = map_tensors(self._layers, self._weights)
            self._packed = PackedNetwork(program, maps, kernel)
            self._weights = {}

    def detail(self, noisy: Floats) -> Floats:
        """What the generator adds [T] to a sound with noise [left + T + right]."""
        count = len(noisy) - 2 * self._margin
        made, size = np.empty(count, np.float32), min(count, self.block)
        for start in range(0, count, size):
            # The last block begins earlier, so that one program makes them all.
            at = min(start, count - size)
            made[at : at + size] = self._run(noisy[at : at + size + 2 * self._margin])
        return np.asarray(made[1:] - f32(PRE_EMPHASIS) * made[:-1], np.float32)

    def _run(self, noisy: Floats) -> Floats:
        if self._packed is None:
            return forward(self._weights, self._layers, noisy)
        if self._open is None or self._open[0] != len(noisy):
            # The memory of the old program is freed before the new one takes its own.
            self._open = None
            program = generator_program(self._layers, len(noisy))
            self._open = len(noisy), OpenProgram(self._packed, program, self._threads)
        made = np.empty((1, len(noisy) - 2 * self._margin), np.float32)
        self._open[1].run(np.ascontiguousarray(noisy[np.newaxis]), _NO_TIME, made)
        return np.asarray(made[0], np.float32)


def block_of(network: CatchAWaveformParameters) -> int:
    """Samples that a generator makes at once, at most."""
    return max(_LEAST_BLOCK, _MARGINS * network.right)
