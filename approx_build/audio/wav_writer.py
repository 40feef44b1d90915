"""Writers of WAV files, block by block: float samples, and integers of 24 or 32 bits.

Header and samples are ours, without date or program name, so equal samples make equal files. A
writer given a path closes its file; one given an open binary file leaves it open. The file must be
seekable: the header is rewritten at the end, when the length is known.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.audio.riff import FLOAT, PCM, header_bytes
from approx_build.errors import AudioError
from approx_build.files.writing import rewritten

Target = str | os.PathLike[str] | BinaryIO
Ints = NDArray[np.int32]


class _Writer:
    """A WAV file that grows by blocks [C, T]."""

    def __init__(self, target: Target, rate: int, channels: int, code: int, bits: int) -> None:
        self.rate, self.channels, self.code, self.bits, self.length = rate, channels, code, bits, 0
        self._owned = isinstance(target, (str, os.PathLike))
        self._file = _file_of(target)
        self._file.write(self._header())

    def _header(self) -> bytes:
        return header_bytes(self.code, self.bits, self.channels, self.rate, self.length)

    def _append(self, samples: NDArray[np.generic]) -> None:
        """Add `samples` [T, C] (or their bytes) in the format of the file."""
        self._file.write(np.ascontiguousarray(samples).data)

    def _counted(self, block: NDArray[np.generic]) -> None:
        if block.ndim != 2 or block.shape[0] != self.channels:
            raise ValueError(f"a block is [{self.channels}, T], not of shape {block.shape}")
        self.length += block.shape[1]

    def close(self) -> None:
        """Finish the file: the pad byte that RIFF requires, and the header with the length."""
        if self.length * self.channels * self.bits // 8 % 2:
            self._file.write(b"\0")
        end = self._file.tell()
        self._file.seek(0)
        self._file.write(self._header())
        self._file.seek(end)
        if self._owned:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        elif self._owned:
            self._file.close()


def _file_of(target: Target) -> BinaryIO:
    if isinstance(target, (str, os.PathLike)):
        return rewritten(target)
    return target


class FloatWriter(_Writer):
    """A WAV of float32 samples, full scale 1.0."""

    def __init__(self, target: Target, rate: int, channels: int) -> None:
        super().__init__(target, rate, channels, FLOAT, 32)

    def write(self, block: NDArray[np.floating]) -> None:
        """Add samples [C, T]; AudioError when one is not finite."""
        self._counted(block)
        # A float64 beyond float32 becomes infinite, which is refused below without a warning.
        with np.errstate(over="ignore"):
            samples = block.T.astype("<f4")
        if not np.isfinite(samples).all():
            raise AudioError("a sample to be written is not a number (NaN or infinite)")
        self._append(samples)


class IntWriter(_Writer):
    """A WAV of integers: 24 bits, or 32 bits for sums that may exceed 24 bits."""

    def __init__(self, target: Target, rate: int, channels: int, bits: int = 24) -> None:
        if bits not in (24, 32):
            raise ValueError(f"integers are written with 24 or 32 bits, not {bits}")
        super().__init__(target, rate, channels, PCM, bits)

    def write(self, block: NDArray[np.integer]) -> None:
        """Add integers [C, T]; AudioError when one does not fit."""
        self._counted(block)
        limit = 1 << (self.bits - 1)
        if block.size and (int(block.min()) < -limit or int(block.max()) >= limit):
            raise AudioError(f"a sample to be written does not fit {self.bits} bits")
        samples = np.ascontiguousarray(block.T.astype("<i4"))
        if self.bits == 24:
            # The low three bytes of a little-endian integer are its 24-bit form.
            self._append(samples.view(np.uint8).reshape(-1, 4)[:, :3])
        else:
            self._append(samples)


def write_float(target: Target, clip: Clip) -> None:
    """Write a clip as float32 WAV; equal clips make equal files."""
    with FloatWriter(target, clip.rate, clip.channels) as writer:
        writer.write(clip.data)


def write_pcm24(target: Target, data: NDArray[np.integer], rate: int) -> None:
    """Write integers from -2^23 to 2^23 - 1 [C, T] as 24-bit WAV."""
    with IntWriter(target, rate, data.shape[0]) as writer:
        writer.write(data)
