"""First weights of Glorot and Bengio (2010): uniform, with the variance of what goes in and out.

Understanding the difficulty of training deep feedforward neural networks, section 4.2.2.

Off the path of a sample: trainings begin with them.
"""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics.stream import Stream


def glorot(shape: tuple[int, ...], rng: Stream) -> NDArray[np.float32]:
    """Weights [out, in, taps...] or [in, out, taps...] within ±√(6 / (taps · (in + out)))."""
    limit = (6 / (prod(shape[2:]) * (shape[0] + shape[1]))) ** 0.5
    drawn = (2 * rng.uniforms(prod(shape)) - 1) * limit
    return np.asarray(drawn.reshape(shape), np.float32)
