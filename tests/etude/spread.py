"""Numbers of no meaning, to be given to what is probed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics.stream import Stream

Numbers = Iterator[NDArray[Any]]
Floats = NDArray[np.float64]


def spread(name: str, *size: int) -> Floats:
    """Numbers from -1 to 1 by a stream of a name."""
    count = int(np.prod(size))
    return 2.0 * Stream.named("probe", name).uniforms(count).reshape(size) - 1.0


def weights(sizes: Mapping[str, tuple[int, ...]]) -> dict[str, NDArray[np.float32]]:
    """Weights that keep numbers near 1."""
    found = {}
    for name, size in sizes.items():
        fan = float(np.prod(size)) / max(size) if len(size) > 1 else 4.0
        scale = 2.0 / float(np.sqrt(max(1.0, fan)))
        found[name] = (scale * spread(name, *size)).astype(np.float32)
    return found
