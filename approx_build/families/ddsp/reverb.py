"""Reverberation: sound convolved with a long impulse response, block after block.

Uniformly partitioned convolution (Stockham, High-speed convolution and correlation, 1966) by
`kernels.fft`, float64 inside; products of spectra are computed from their real and imaginary parts,
and the partitions are added from the first to the last. Every block is processed as a whole, so a
longer sound begins with the bits of a shorter one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import fft
from approx_build.kernels.tensors import Floats

Doubles = NDArray[np.float64]


class Reverb:
    """A reverberation that stores the sound of earlier blocks from block to block."""

    def __init__(self, impulse: Floats, block: int) -> None:
        taps = impulse.astype(np.float64)
        taps[0] = 0  # the dry sound is added separately
        count = -(-len(taps) // block)
        parts = np.zeros((count, 2 * block))
        for part, row in enumerate(parts):
            given = taps[part * block : (part + 1) * block]
            row[: len(given)] = given
        spectra = fft.rfft(parts)
        self._real, self._imaginary = spectra.real.copy(), spectra.imag.copy()
        self._past = [np.zeros((2, block + 1)) for _ in range(count)]
        self._tail, self._block = np.zeros(block), block

    def add(self, sound: Floats) -> Floats:
        """A block of sound [block] with its reverberation."""
        given = np.zeros((1, 2 * self._block))
        given[0, : self._block] = sound
        spectrum = fft.rfft(given)[0]
        self._past = [np.stack([spectrum.real, spectrum.imag]), *self._past[:-1]]
        total = np.zeros((1, self._block + 1), np.complex128)
        for (real, imaginary), own_real, own_imaginary in zip(
            self._past, self._real, self._imaginary, strict=True
        ):
            total.real += real * own_real - imaginary * own_imaginary
            total.imag += real * own_imaginary + imaginary * own_real
        made = fft.irfft(total)[0]
        wet = made[: self._block] + self._tail
        self._tail = made[self._block :]
        made_wet: Doubles = sound.astype(np.float64) + wet
        return made_wet.astype(np.float32)
