"""Other libraries set flush-to-zero: a part of a take is computed in NumPy, where it is felt."""

from __future__ import annotations

import pytest

from approx_build.errors import ModelError
from approx_build.families.rave.codec import Codec
from approx_build.kernels import compiled
from tests.families.rave.networks import network, weights_of


@pytest.mark.parametrize("kernel", compiled.available())
def test_a_thread_that_flushes_subnormal_numbers_is_refused(
    kernel: compiled.Kernel, request: pytest.FixtureRequest
) -> None:
    net = network()
    weights = weights_of(net)
    Codec(net, weights, kernel)
    assert request.getfixturevalue("flush_to_zero")()
    with pytest.raises(ModelError, match="flushes subnormal numbers to zero"):
        Codec(net, weights, kernel)
