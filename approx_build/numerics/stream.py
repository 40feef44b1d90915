"""Random streams with keys made from names, drawn from a counter-based generator.

Philox4x64-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, 2011). The
128-bit key of a stream is the start of the SHA-256 of its names, so a stream depends on its purpose
and never on the order of drawing. Numbers are made from the generator's raw words by the arithmetic
below, not by NumPy's distributions, whose methods may change between versions.

Convention: word `i` of a stream is word `i % 4` of the Philox block whose counter is `i // 4`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

Name = str | int

_BEFORE_FIRST = (1 << 256) - 1
"""NumPy's Philox increments its counter before each block, so it starts one below zero."""


def stream_key(*names: Name) -> str:
    """The key of the stream named by `names`: 32 hexadecimal digits."""
    # JSON tells 1 from "1", and no character in a name can imitate a separator.
    text = json.dumps(["stream", *names], ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:32]


def key_words(key: str) -> tuple[int, int]:
    """A stream key as Philox's two 64-bit key words, low half of the digits first."""
    return int(key[:16], 16), int(key[16:], 16)


@dataclass(frozen=True)
class Stream:
    """A stream of random numbers with one key. Drawing advances it; `child` never does."""

    key: str

    @classmethod
    def named(cls, *names: Name) -> Stream:
        """The stream with these names."""
        return cls(stream_key(*names))

    def child(self, *names: Name) -> Stream:
        """The stream for one purpose, independent of what has been drawn here."""
        return Stream.named(self.key, *names)

    @cached_property
    def _bits(self) -> np.random.Philox:
        low, high = key_words(self.key)
        return np.random.Philox(key=low | high << 64, counter=_BEFORE_FIRST)

    def words(self, count: int) -> NDArray[np.uint64]:
        """The next `count` raw 64-bit words [count]."""
        return np.asarray(self._bits.random_raw(count), dtype=np.uint64)

    def words_at(self, start: int, count: int) -> NDArray[np.uint64]:
        """Words `start` to `start + count` of the stream [count]; does not advance it."""
        low, high = key_words(self.key)
        counter = (start // 4 + _BEFORE_FIRST) % (1 << 256)
        bits = np.random.Philox(key=low | high << 64, counter=counter)
        return np.asarray(bits.random_raw(start % 4 + count)[start % 4 :], dtype=np.uint64)

    def uniforms(self, count: int) -> NDArray[np.float64]:
        """The next `count` numbers in [0, 1), multiples of 2^-53 [count]."""
        return (self.words(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """One number in [low, high)."""
        return low + (high - low) * float(self.uniforms(1)[0])

    def index(self, count: int) -> int:
        """A uniform whole number from 0 to `count` - 1 (bias below 2^-53 · count)."""
        # A number just below 1 times `count` may round up to `count`.
        return min(int(self.uniforms(1)[0] * count), count - 1)

    def choice(self, weights: Sequence[float]) -> int:
        """A random index of `weights`, in proportion to the weights."""
        point, total = self.uniform() * sum(weights), 0.0
        for index, weight in enumerate(weights):
            total += weight
            if point < total:
                return index
        # Rounding may leave the running sum at or below the point.
        return len(weights) - 1
