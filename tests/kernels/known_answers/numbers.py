"""The numbers that known answers are made of: a generator of whole numbers, stated here and in C.

Number i of block b of a case is SplitMix64's output function of FNV-1a(name) + 2^32 b + i, modulo
2^64; its upper 24 bits less 2^23, times 2^-23, times 2^-shift. So it is exact in float32.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

BASIS, PRIME, MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1


def hashed(data: bytes) -> int:
    """FNV-1a, 64 bits."""
    state = BASIS
    for byte in data:
        state = (state ^ byte) * PRIME & MASK
    return state


def drawn(name: str, block: int, count: int, shift: int = 0) -> NDArray[np.float64]:
    """The first `count` numbers of a block."""
    first = (hashed(name.encode()) + (block << 32)) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(first) + np.arange(count, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = (z ^ (z >> np.uint64(31))) >> np.uint64(40)
    return (z.astype(np.int64) - (1 << 23)).astype(np.float64) * 2.0 ** -(23 + shift)


def bits_of_floats(values: Iterable[float]) -> list[int]:
    """The bits of float32 numbers."""
    return [int.from_bytes(struct.pack("<f", value), "little") for value in values]


def bits_of_doubles(values: Iterable[float]) -> list[int]:
    """The bits of float64 numbers, as signed whole numbers."""
    return [int.from_bytes(struct.pack("<d", value), "little", signed=True) for value in values]


@dataclass
class Words:
    """What the harness in C reads of a case, word for word, and what is drawn on the way."""

    name: str
    numbers: list[int] = field(default_factory=list)
    _block: int = 0

    def add(self, *numbers: int) -> None:
        """Whole numbers."""
        self.numbers += map(int, numbers)

    def counted(self, numbers: Iterable[int]) -> None:
        """Whole numbers, after their count."""
        listed = list(numbers)
        self.add(len(listed), *listed)

    def draw(self, *size: int, shift: int = 0) -> NDArray[np.float32]:
        """The next block of the generator in this shape."""
        return self.draw_doubles(*size, shift=shift).astype(np.float32)

    def draw_doubles(self, *size: int, shift: int = 0) -> NDArray[np.float64]:
        """The next block of the generator in this shape."""
        count = int(np.prod(size)) if size else 0
        self.add(count, shift)
        self._block += 1
        return drawn(self.name, self._block - 1, count, shift).reshape(size or (0,))
