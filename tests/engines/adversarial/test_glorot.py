"""First weights have the published bounds and variance, whatever the number of taps."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.adversarial.glorot import glorot
from approx_build.numerics.stream import Stream


@pytest.mark.parametrize("shape", [(300, 100), (20, 30, 25), (30, 20, 5, 5)])
def test_weights_are_uniform_within_the_published_limit(shape: tuple[int, ...]) -> None:
    drawn = glorot(shape, Stream.named("glorot"))
    assert drawn.shape == shape
    assert drawn.dtype == np.float32
    limit = (6 / (np.prod(shape[2:]) * (shape[0] + shape[1]))) ** 0.5
    assert 0.99 * limit < np.abs(drawn).max() <= np.float32(limit)
    assert drawn.std() == pytest.approx(limit / 3**0.5, rel=0.02)
    assert abs(drawn.mean()) < 0.02 * limit


def test_weights_depend_on_their_stream_alone() -> None:
    first, again, other = (glorot((4, 5), Stream.named(name)) for name in ("a", "a", "b"))
    assert (first == again).all()
    assert (first != other).all()
