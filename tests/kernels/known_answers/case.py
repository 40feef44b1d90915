"""A case of the known answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.compiled import Kernel
from tests.kernels.known_answers.numbers import Words, hashed

Answer = Callable[[Kernel, int, int], Sequence[NDArray[Any]]]
"""The results by a kernel, with so many threads, and so much of the case at once (0: all)."""


@dataclass(frozen=True)
class Case:
    """Something that a kernel works out: what the harness reads of it, and the same in Python."""

    runner: str
    words: Words
    answer: Answer

    @property
    def name(self) -> str:
        """Its name among all cases."""
        return self.words.name

    @property
    def line(self) -> str:
        """What the harness reads."""
        return " ".join([self.runner, self.name, *map(str, self.words.numbers)])

    def hash(self, kernel: Kernel, threads: int = 1, batch: int = 0) -> str:
        """The hash of the results, worked out by the package itself."""
        results = self.answer(kernel, threads, batch)
        return f"{hashed(b''.join(np.ascontiguousarray(one).tobytes() for one in results)):016x}"
