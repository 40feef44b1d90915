"""Other libraries set flush-to-zero; clips must not change, and the setting must survive."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from approx_build.errors import ModelError
from approx_build.kernels import compiled, unet, wavenet, wavenet_training
from approx_build.kernels.wavenet_weights import Shape
from tests.kernels.networks import random_weights, requests
from tests.kernels.unets import PLAIN as PLAIN_UNET
from tests.kernels.unets import random_sound
from tests.kernels.unets import random_weights as random_unet

SHAPE = Shape((1, 2, 4), residual_channels=8, dilation_channels=8, skip_channels=16)
KERNELS = [str(kernel) for kernel in compiled.available()]
FLUSH = 0x8040  # flush-to-zero and denormals-are-zero of MXCSR
MXCSR = 7  # its place in glibc's fenv_t on x86-64, in 32-bit words

Environment = ctypes.c_uint32 * 8


def flushes() -> bool:
    """Whether this thread makes subnormal products zero."""
    return bool((np.array([1e-38], np.float32) * np.float32(0.01))[0] == 0)


@pytest.fixture
def flush_to_zero() -> Iterator[None]:
    if not (sys.platform == "linux" and platform.machine() == "x86_64"):
        pytest.skip("sets MXCSR through glibc on x86-64")
    libm = ctypes.CDLL("libm.so.6")
    found, changed = Environment(), Environment()
    libm.fegetenv(found)
    libm.fegetenv(changed)
    changed[MXCSR] |= FLUSH
    libm.fesetenv(changed)
    yield
    libm.fesetenv(found)


def faint_weights() -> dict[str, np.ndarray]:
    """Weights whose activations are subnormal, and felt: later weights make them large again."""
    weights = random_weights(SHAPE)
    weights["causal.weight"] *= np.float32(1e-40)
    weights["layers.filter.weight"] *= np.float32(1e38)
    weights["layers.dense.weight"] *= np.float32(1e-40)
    weights["layers.dense.bias"] *= np.float32(1e-40)
    weights["layers.skip.weight"] *= np.float32(30)
    return weights


def test_subnormals_are_felt_in_these_weights() -> None:
    weights = faint_weights()
    flushed = {**weights, "causal.weight": np.zeros_like(weights["causal.weight"])}
    codes = [np.arange(30, dtype=np.uint8)]
    [felt], [unfelt] = wavenet.logits(weights, SHAPE, codes), wavenet.logits(flushed, SHAPE, codes)
    assert (felt != unfelt).any()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kernel", [k for k in KERNELS if k != "reference"])
def test_flush_to_zero_changes_no_bits_and_is_left_as_it_was(
    kernel: str, threads: int, request: pytest.FixtureRequest
) -> None:
    weights, codes = faint_weights(), [np.arange(30, dtype=np.uint8) for _ in range(3)]
    expected = wavenet.logits(weights, SHAPE, codes, kernel="reference")
    clips = wavenet.sample(weights, SHAPE, requests(3, 20), kernel="reference")
    request.getfixturevalue("flush_to_zero")
    assert flushes()
    said = wavenet.logits(weights, SHAPE, codes, threads=threads, kernel=kernel)
    drawn = wavenet.sample(weights, SHAPE, requests(3, 20), threads=threads, kernel=kernel)
    assert flushes()
    for a, b in zip(expected, said, strict=True):
        np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32))
    for a, b in zip(clips, drawn, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kernel", [k for k in KERNELS if k != "reference"])
def test_flush_to_zero_changes_no_gradients_and_is_left_as_it_was(
    kernel: str, request: pytest.FixtureRequest
) -> None:
    weights, codes = faint_weights(), np.arange(30)
    before = wavenet_training.loss_and_gradients(SHAPE, weights, codes, codes, kernel)
    request.getfixturevalue("flush_to_zero")
    after = wavenet_training.loss_and_gradients(SHAPE, weights, codes, codes, kernel)
    assert flushes()
    assert after[0] == before[0]
    for name, gradient in before[1].items():
        np.testing.assert_array_equal(gradient, after[1][name], err_msg=name)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kernel", [k for k in KERNELS if k != "reference"])
def test_flush_to_zero_does_not_change_what_a_unet_says(
    kernel: str, threads: int, request: pytest.FixtureRequest
) -> None:
    weights = random_unet(PLAIN_UNET)
    weights["net.6.main.0.weight"] *= np.float32(1e-40)
    weights["net.6.main.0.bias"] *= np.float32(1e-40)
    weights["net.6.main.1.bias"] *= np.float32(1e-39)
    weights["net.6.main.3.weight"] *= np.float32(1e38)
    sound = random_sound(PLAIN_UNET, 64, 1)
    expected = unet.forward(unet.prepare(weights, PLAIN_UNET, "reference"), *sound)
    flushed = {**weights, "net.6.main.0.weight": 0 * weights["net.6.main.0.weight"]}
    unfelt = unet.forward(unet.prepare(flushed, PLAIN_UNET, "reference"), *sound)
    assert (expected != unfelt).any()
    request.getfixturevalue("flush_to_zero")
    network = unet.prepare(weights, PLAIN_UNET, kernel)
    said = unet.forward(network, *sound, threads=threads)
    assert flushes()
    np.testing.assert_array_equal(said.view(np.uint32), expected.view(np.uint32))


@pytest.mark.usefixtures("flush_to_zero")
def test_the_reference_refuses_to_run_where_subnormals_are_flushed() -> None:
    with pytest.raises(ModelError, match="flushes subnormal numbers to zero"):
        wavenet.sample(faint_weights(), SHAPE, requests(1, 3), kernel="reference")
    network = unet.prepare(random_unet(PLAIN_UNET), PLAIN_UNET, "reference")
    with pytest.raises(ModelError, match="flushes subnormal numbers to zero"):
        unet.forward(network, *random_sound(PLAIN_UNET, 64, 1))
