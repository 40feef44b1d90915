"""Other libraries set flush-to-zero; clips must not change, and the setting must survive."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.errors import ModelError
from approx_build.families.dance_diffusion import unet
from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel
from tests.families.dance_diffusion.unets import PLAIN, random_sound, random_weights

COMPILED = [str(kernel) for kernel in compiled.available() if kernel is not Kernel.REFERENCE]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kernel", COMPILED)
def test_flush_to_zero_does_not_change_the_output_of_a_unet(
    kernel: str, threads: int, request: pytest.FixtureRequest
) -> None:
    weights = random_weights(PLAIN)
    weights["net.6.main.0.weight"] *= np.float32(1e-40)
    weights["net.6.main.0.bias"] *= np.float32(1e-40)
    weights["net.6.main.1.bias"] *= np.float32(1e-39)
    weights["net.6.main.3.weight"] *= np.float32(1e38)
    sound = random_sound(PLAIN, 64, 1)
    expected = unet.forward(unet.prepare(weights, PLAIN, "reference"), *sound)
    flushed = {**weights, "net.6.main.0.weight": 0 * weights["net.6.main.0.weight"]}
    unfelt = unet.forward(unet.prepare(flushed, PLAIN, "reference"), *sound)
    assert (expected != unfelt).any()
    flushes = request.getfixturevalue("flush_to_zero")
    network = unet.prepare(weights, PLAIN, kernel)
    predicted = unet.forward(network, *sound, threads=threads)
    assert flushes()
    np.testing.assert_array_equal(predicted.view(np.uint32), expected.view(np.uint32))


@pytest.mark.usefixtures("flush_to_zero")
def test_the_reference_refuses_to_run_where_subnormals_are_flushed() -> None:
    network = unet.prepare(random_weights(PLAIN), PLAIN, "reference")
    with pytest.raises(ModelError, match="flushes subnormal numbers to zero"):
        unet.forward(network, *random_sound(PLAIN, 64, 1))
