"""A generator by every kernel, and against the network that torch trains."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.catch_a_waveform.generator import Generator, block_of
from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Floats
from tests.families.catch_a_waveform.networks import SIZES, network, of_takes

COMPILED = [kernel for kernel in compiled.available() if kernel is not Kernel.REFERENCE]
TOLERANCE = 2e-5


def noisy(net: object, length: int) -> Floats:
    numbers = np.random.default_rng(2).standard_normal(length + net.left + net.right)  # type: ignore[attr-defined]
    return numbers.astype(np.float32)


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("kernel", COMPILED)
@pytest.mark.parametrize("threads", [1, 3])
def test_a_kernel_adds_the_detail_of_the_reference_bit_for_bit(
    name: str, kernel: Kernel, threads: int
) -> None:
    net = network(name)
    tensors, sound = of_takes(net), noisy(net, 700)
    for scale in (0, 1):
        expected = Generator(net, tensors, scale, Kernel.REFERENCE).detail(sound)
        found = Generator(net, tensors, scale, kernel, threads).detail(sound)
        np.testing.assert_array_equal(found.view(np.uint32), expected.view(np.uint32))
        assert expected.shape == (700,)
        assert np.abs(expected).max() > 0.1


@pytest.mark.parametrize("name", SIZES)
def test_the_reference_is_the_network_that_torch_trains(name: str) -> None:
    torch = pytest.importorskip("torch")
    from approx_build.families.catch_a_waveform.torch_scale import fixed, generated

    net = network(name)
    tensors, sound = of_takes(net), noisy(net, 300)
    there = {each: torch.from_numpy(w) for each, w in tensors.items()}
    for scale in (0, 1):
        statistics = {
            layer.name: tuple(
                there[f"statistics.{scale}.{layer.name}.{part}"][None, :, None]
                for part in ("mean", "variance")
            )
            for layer in net.generator(scale)
            if layer.has_norm
        }
        rows = torch.from_numpy(sound)[None]
        expected = generated(there, net, scale, rows, torch.zeros_like(rows), fixed(statistics))
        found = Generator(net, tensors, scale, Kernel.REFERENCE).detail(sound)
        np.testing.assert_allclose(found, expected[0].numpy(), atol=TOLERANCE)


@pytest.mark.parametrize("kernel", COMPILED[:1])
def test_blocks_have_the_samples_of_the_whole(kernel: Kernel) -> None:
    net = network()
    length = block_of(net) + 100
    sound = noisy(net, length)
    generator = Generator(net, of_takes(net), 1, kernel)
    whole = generator.detail(sound)
    generator.block = 333
    np.testing.assert_array_equal(generator.detail(sound), whole)
    short = Generator(net, of_takes(net), 1, Kernel.REFERENCE).detail(noisy(net, length)[:600])
    np.testing.assert_array_equal(short, whole[: len(short)])


def test_a_scale_without_gain_adds_nothing() -> None:
    net, sound = network(), noisy(network(), 50)
    tensors = of_takes(net)
    for part in ("gain", "bias"):
        tensors[f"generator.1.out.{part}"][:] = 0
    for kernel in compiled.available():
        assert not Generator(net, tensors, 1, kernel).detail(sound).any()
